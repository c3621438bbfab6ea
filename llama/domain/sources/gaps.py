"""Times in which a source was not heard, as what was told of them amounts to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.sources import SourceBlind, SourceCaughtUp


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a source was not heard."""

    id: str
    source: str
    why: str
    since: datetime
    until: datetime | None
    """None: it lasts."""
    detail: str
    caught_up_at: datetime | None
    """None: not yet; of records that were lost, never."""
    records: int | None
    """How many came in catching up."""


def gap_of(message: SourceBlind | SourceCaughtUp) -> Gap:
    """Return what one message tells of a gap."""
    match message:
        case SourceBlind():
            told = (message.until, message.detail, None, None)
            return Gap(message.id, message.source, message.why, message.since, *told)
        case SourceCaughtUp():
            told = (message.until, "", message.occurred_at, message.records)
            return Gap(message.blind, message.source, message.why, message.since, *told)


def merged(known: Gap, more: Gap) -> Gap:
    """Return what two messages tell of one gap, in any order; of two endings the first counts."""
    return replace(
        known,
        until=known.until or more.until,
        detail=known.detail or more.detail,
        caught_up_at=known.caught_up_at or more.caught_up_at,
        records=more.records if known.records is None else known.records,
    )


def gaps_of(messages: Iterable[SourceBlind | SourceCaughtUp]) -> Mapping[str, Gap]:
    """Return what some messages tell, by gap."""
    found: dict[str, Gap] = {}
    for gap in map(gap_of, messages):
        found[gap.id] = merged(found[gap.id], gap) if gap.id in found else gap
    return found
