"""What the reader of notices gives back: a notice, or the reason why it is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from llama.domain.digests import Digest
from schemas.facts import AlertType
from schemas.reports import RefusalReason

JsonValue: TypeAlias = (
    "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"  # recursive
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Bytes that are no readable notice: they belong with the dead letters."""

    reason: RefusalReason
    detail: str
    """What was seen: printable ASCII, at most 300 characters."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a stranger's bytes the reader is willing to hold."""

    max_bytes: int = 16 * 1024 * 1024
    """Of the notice as it came; the largest known is 5.8 MB."""
    max_map_bytes: int = 32 * 1024 * 1024
    """Of one map, decoded and (if it is gzipped) inflated."""
    max_values: int = 50_000
    """JSON values in a notice (a few more may pass); a notice has about 50. Each costs memory."""
    max_depth: int = 32
    """Levels of nesting that are kept (a notice has 4); orjson writes at most 254."""
    max_kept: int = 1024 * 1024
    """Characters kept in `alert.json`, maps aside; the rest is dropped."""
    max_string: int = 65_536
    """Characters in one string that is kept; a longer one becomes null."""
    max_key: int = 256
    """Characters in one key that is kept; a longer one is dropped with its value."""
    max_oddities: int = 32
    """Oddities that are told one by one."""
    max_shown: int = 80
    """Characters of a stranger's string that an oddity or a refusal quotes."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice of a superevent, normalised: equal notices give equal values."""

    superevent_id: str
    alert_type: AlertType
    time_created: datetime
    """Aware, UTC."""
    event_time: datetime | None
    """Aware, UTC; None when the notice has no event or its time is unreadable."""
    significant: bool | None
    """None when the notice does not say (retractions, notices of older schemas)."""
    far: float | None
    """False alarm rate in Hz; None when the notice does not tell one that can be."""
    classification: Mapping[str, float] | None
    """The probability of each class; None when the notice does not tell any that can be."""
    is_test: bool
    """A mock (MS) or test (TS) superevent."""
    identity: Digest
    """The same for every copy of this notice, from whatever broker: see `identity_of`."""
    alert: bytes
    """The content of alert.json: canonical JSON, the maps replaced by their digests."""
    aspects: Mapping[str, Digest]
    """`event`, `external`, `retracted`; `skymap`, `external_skymap` where there are such maps."""
    attachments: Mapping[Digest, bytes]
    """The decoded bytes of the maps (still gzipped, if they came so) by their SHA-256."""
    attached: tuple[str, ...]
    """Names of the aspects whose digest names an attachment."""
    oddities: tuple[str, ...]
    """What was unusual and is kept, changed or dropped: printable ASCII, for people."""
