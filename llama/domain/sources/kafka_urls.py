"""Reads the URLs of sources that are topics: kafka:// and gcn://."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import get_args
from urllib.parse import SplitResult, unquote

from llama.domain.sources.kinds import Access, GcnSource, KafkaSource, Mechanism, Security
from llama.domain.sources.options import Place, duration_of, name_of, options_of

HEARTBEATS = ("gcn.heartbeat", "sys.heartbeat")
"""Topics on which a broker says every second or so that it is there; only the time matters."""
BEATING_SILENCE = timedelta(seconds=60)
"""A broker with a heartbeat that says nothing for a minute is not heard."""
USUAL_PORT = 9092
GCN = "gcn.nasa.gov"
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:]{2,45}")
_USER = re.compile(r"[!-9;-~]{1,200}")
_DOMAINS = (GCN, f"test.{GCN}", f"dev.{GCN}")
_COMMON = ("name", "silence")
_ACCESS = (
    *("security", "mechanism", "password_file", "ca_file"),
    *("client_id_file", "client_secret_file", "token_url", "scope"),
)


def kafka_source(parts: SplitResult, place: Place) -> KafkaSource:
    """Read `kafka://[user@]host[:port]/topic[,topic]?option=value`."""
    host, port, user = _authority(parts, place)
    options = options_of(parts.query, (*_COMMON, *_ACCESS), place)
    topics = _topics(parts.path, "kafka://host:port/TOPIC,TOPIC", place)
    shown = f"[{host}]" if ":" in host else host
    usual = f"kafka://{shown}" if port == USUAL_PORT else f"kafka://{shown}:{port}"
    return KafkaSource(
        name=name_of(options["name"], place) if "name" in options else usual,
        server=f"{shown}:{port}",
        topics=topics,
        access=_access(options, user, place),
        silence=_silence(options, topics, place),
    )


def gcn_source(parts: SplitResult, place: Place) -> GcnSource:
    """Read `gcn:///topic,topic?client_id_file=PATH&client_secret_file=PATH`."""
    if parts.netloc:
        place.refuse("write gcn:///TOPIC,TOPIC with three slashes; ?domain= names another server")
    files = ("client_id_file", "client_secret_file")
    options = options_of(parts.query, (*_COMMON, *files, "domain"), place)
    missing = [name for name in files if name not in options]
    if missing:
        place.refuse(f"{missing[0]} is missing: GCN's web site gives the id and the secret")
    domain = options.get("domain", GCN)
    if domain not in _DOMAINS:
        place.refuse(f"domain is one of {', '.join(_DOMAINS)}")
    topics = _topics(parts.path, "gcn:///TOPIC,TOPIC", place)
    # The broker says every second that it is there: without that, silence could be anything.
    topics = topics if HEARTBEATS[0] in topics else (*topics, HEARTBEATS[0])
    return GcnSource(
        name=name_of(options["name"], place) if "name" in options else f"gcn://{domain}",
        domain=domain,
        topics=topics,
        client_id_file=options["client_id_file"],
        client_secret_file=options["client_secret_file"],
        silence=_silence(options, topics, place),
    )


def _authority(parts: SplitResult, place: Place) -> tuple[str, int, str]:
    """Return host, port and user; what is wrong is not repeated, for it may be a password."""
    user, at, _ = parts.netloc.rpartition("@")
    if ":" in user:
        place.refuse("a password in a URL ends in logs: write it to a file, ?password_file=PATH")
    try:
        host, port = parts.hostname or "", parts.port or USUAL_PORT
    except ValueError:
        host, port = "", 0
    name = unquote(user)
    if not _HOST.fullmatch(host) or (at and not _USER.fullmatch(name)):
        place.refuse("its server is not written as [user@]host[:port]")
    return host, port, name


def _topics(path: str, example: str, place: Place) -> tuple[str, ...]:
    names = [name for name in unquote(path).strip("/").split(",") if name]
    if not names or any(not _TOPIC.fullmatch(name) for name in names):
        place.refuse(f"it names no topics, or what cannot be one: write {example}")
    return tuple(dict.fromkeys(names))


def _silence(options: Mapping[str, str], topics: tuple[str, ...], place: Place) -> timedelta | None:
    said = options.get("silence")
    if said is not None:
        return duration_of(said, "silence", place)
    return BEATING_SILENCE if set(topics) & set(HEARTBEATS) else None


def _access(options: Mapping[str, str], user: str, place: Place) -> Access:
    """Return how the server lets one in; Misconfigured if a part of that is missing."""
    given = {name: options[name] for name in _ACCESS if name in options}
    security = given.pop("security", "sasl_ssl" if "mechanism" in given else "plaintext").lower()
    said = given.pop("mechanism", "")
    securities: dict[str, Security] = {one: one for one in get_args(Security)}
    mechanisms: dict[str, Mechanism] = {one: one for one in get_args(Mechanism)}
    if security not in securities:
        place.refuse(f"security is one of {', '.join(securities)}")
    if said and said not in mechanisms:
        place.refuse(f"mechanism is one of {', '.join(mechanisms)}")
    access = Access(securities[security], mechanisms.get(said), user, **given)
    _refuse_half(access, place)
    return access


def _refuse_half(access: Access, place: Place) -> None:
    asks = access.security.startswith("sasl")
    if asks != (access.mechanism is not None):
        place.refuse("security=sasl_ssl and mechanism=SCRAM-SHA-512 belong together")
    if access.mechanism == "OAUTHBEARER":
        if not (access.client_id_file and access.client_secret_file and access.token_url):
            place.refuse("OAUTHBEARER needs client_id_file, client_secret_file and token_url")
        if not access.token_url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            place.refuse("token_url is not an https:// address")
    elif access.mechanism and not (access.user and access.password_file):
        place.refuse(f"{access.mechanism} needs a user (kafka://user@host) and password_file=PATH")
    elif access.mechanism is None and access.password_file:
        place.refuse("there is a password_file, and no security=sasl_ssl that would ask for it")
