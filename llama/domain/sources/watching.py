"""How a source stands after what was last heard of it, and what is to be told of that.

Every function returns the standing that follows. What is to be told stands in `owed`: it is kept
with the standing before it goes to the log, and told again after a crash in between.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from llama.domain.digests import digest_json
from llama.domain.notice.oddities import printable
from schemas.base import zulu
from schemas.sources import BlindReason, SourceBlind, SourceCaughtUp, SourceStanding

LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """What one look at a source told."""

    records: int = 0
    lag: int = 0
    beat: datetime | None = None
    complaint: str = ""


def begun(
    before: SourceStanding | None, source: str, *, silence: timedelta | None, now: datetime
) -> SourceStanding:
    """Return how a source stands when a process begins to read it.

    It was blind since it was last heard, by a process that has ended.
    """
    silence_s = silence.total_seconds() if silence else None
    if before is None:
        return SourceStanding(source=source, began_at=now, silence_s=silence_s)
    is_new = {"connected": False, "heard_again_at": None, "caught": 0, "silence_s": silence_s}
    standing = before.model_copy(update=is_new)
    if before.blind or before.ended or before.heard_at is None:
        return standing.model_copy(update={"ended": False})
    return _blinded(standing, BlindReason.RESTART, "", now)


def failed(standing: SourceStanding, error: str, *, now: datetime) -> SourceStanding:
    """Return how a source stands that does not answer."""
    told = {"connected": False, "error": printable(error, LONGEST_ERROR), "heard_again_at": None}
    after = standing.model_copy(update={**told, "caught": 0})
    return after if after.blind else _blinded(after, BlindReason.CONNECTION, after.error, now)


def hauled(
    standing: SourceStanding, heard: Heard, *, silence: timedelta | None, now: datetime
) -> SourceStanding:
    """Return how a source stands that has answered a look."""
    after = standing.model_copy(
        update={
            "connected": True,
            "error": printable(heard.complaint, LONGEST_ERROR),
            "lag": heard.lag,
            "beat_at": heard.beat or standing.beat_at,
            "record_at": now if heard.records else standing.record_at,
            "records": standing.records + heard.records,
            "caught": standing.caught + heard.records if standing.blind else 0,
        }
    )
    if silence is None or heard.records or heard.beat:
        after = _lively(after, now)
    elif after.heard_at is None:
        after = after.model_copy(update={"heard_at": now})
    elif after.blind is None and now - after.heard_at > silence:
        after = _blinded(after, BlindReason.SILENCE, "", now)
    return _caught_up(after, now)


def lost(standing: SourceStanding, records: int, *, now: datetime) -> SourceStanding:
    """Return how a source stands of which records will never be read: this gap stays."""
    since = standing.heard_at or standing.began_at
    gap = SourceBlind(
        id=_id("lost", standing.source, zulu(since), zulu(now)),
        occurred_at=now,
        source=standing.source,
        why=BlindReason.LOST,
        since=since,
        until=now,
        detail=f"{records} records were gone at the source before they were read",
    )
    return standing.model_copy(update={"owed": (*standing.owed, gap)})


def ended(standing: SourceStanding) -> SourceStanding:
    """Return how a source stands of which everything was read."""
    return standing.model_copy(update={"connected": False, "ended": True})


def told(standing: SourceStanding) -> SourceStanding:
    """Return a standing of which everything is on the log that is to be told."""
    return standing.model_copy(update={"owed": ()})


def _blinded(
    standing: SourceStanding, why: BlindReason, detail: str, now: datetime
) -> SourceStanding:
    since = standing.heard_at or standing.began_at
    gap = SourceBlind(
        id=_id("blind", standing.source, zulu(since)),
        occurred_at=now,
        source=standing.source,
        why=why,
        since=since,
        detail=detail,
    )
    return standing.model_copy(update={"blind": gap, "caught": 0, "owed": (*standing.owed, gap)})


def _lively(standing: SourceStanding, now: datetime) -> SourceStanding:
    if standing.blind and standing.heard_again_at is None:
        return standing.model_copy(update={"heard_at": now, "heard_again_at": now})
    return standing.model_copy(update={"heard_at": now})


def _caught_up(standing: SourceStanding, now: datetime) -> SourceStanding:
    gap, until = standing.blind, standing.heard_again_at
    if gap is None or until is None or standing.lag:
        return standing
    caught_up = SourceCaughtUp(
        id=_id("caught up", gap.source, gap.id),
        cause=gap.id,
        occurred_at=now,
        source=gap.source,
        why=gap.why,
        since=gap.since,
        blind=gap.id,
        until=until,
        records=standing.caught,
    )
    open_no_more = {"blind": None, "heard_again_at": None, "caught": 0}
    return standing.model_copy(update={**open_no_more, "owed": (*standing.owed, caught_up)})


def _id(*parts: str) -> str:
    return digest_json(list(parts))[:32]
