"""The kinds of sources, as their URLs name them: secrets only as the names of their files."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

Security: TypeAlias = Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]
Mechanism: TypeAlias = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]


@dataclass(frozen=True, slots=True)
class Access:
    """How a Kafka server lets one in."""

    security: Security = "plaintext"
    mechanism: Mechanism | None = None
    """None: nobody asks who one is."""
    user: str = ""
    password_file: str = ""
    client_id_file: str = ""
    client_secret_file: str = ""
    token_url: str = ""
    """Where OAUTHBEARER has its tokens from."""
    scope: str = ""
    ca_file: str = ""
    """Certificates to trust; empty: those that this machine trusts."""


@dataclass(frozen=True, slots=True)
class KafkaSource:
    """Topics of a Kafka server."""

    name: str
    server: str
    """host:port."""
    topics: tuple[str, ...]
    access: Access = field(default_factory=Access)
    silence: timedelta | None = None
    """How long nothing at all may come; None: as long as the connection stands."""


@dataclass(frozen=True, slots=True)
class GcnSource:
    """Topics of GCN's brokers, which want a token that is renewed."""

    name: str
    domain: str
    topics: tuple[str, ...]
    client_id_file: str
    client_secret_file: str
    silence: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A file, or the files of a folder."""

    name: str
    path: str
    follow: bool = False
    """Whether files that come later are brought, too."""
    silence: timedelta | None = None


@dataclass(frozen=True, slots=True)
class GracedbSource:
    """One superevent as GraceDB has it."""

    name: str
    server: str
    """Such as https://gracedb.ligo.org."""
    superevent: str
    silence: timedelta | None = None


AlertSource: TypeAlias = KafkaSource | GcnSource | FolderSource | GracedbSource
