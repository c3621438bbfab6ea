"""How lists show sources of alerts."""

from datetime import datetime, timedelta

from llama.domain.sources.gaps import Gap
from schemas.sources import BlindReason, ListedGap, ListedSource, SourceStanding

UNSEEN_AFTER = timedelta(seconds=30)
"""Who reads a source says how it stands every few seconds; after so long nobody reads it."""


def listed_source(standing: SourceStanding, *, seen_at: datetime, now: datetime) -> ListedSource:
    """Return how a list shows a source."""
    return ListedSource(
        source=standing.source,
        state=state_of(standing, seen_at=seen_at, now=now),
        connected=standing.connected and now - seen_at <= UNSEEN_AFTER,
        seen_at=seen_at,
        heard_at=standing.heard_at,
        record_at=standing.record_at,
        beat_at=standing.beat_at,
        lag=standing.lag,
        records=standing.records,
        silence_s=standing.silence_s,
        blind_since=standing.blind.since if standing.blind else None,
        error=standing.error,
    )


def state_of(standing: SourceStanding, *, seen_at: datetime, now: datetime) -> str:
    """Return in a word how a source stands."""
    if standing.ended:
        return "ended"
    if now - seen_at > UNSEEN_AFTER:
        return "not read"
    if standing.blind is None:
        return "connected" if standing.connected else "connecting"
    if standing.heard_again_at is not None:
        return "catching up"
    is_silent = standing.connected and standing.blind.why == BlindReason.SILENCE
    return "silent" if is_silent else "blind"


def listed_gap(gap: Gap) -> ListedGap:
    """Return how a list shows a time in which a source was not heard."""
    return ListedGap(
        id=gap.id,
        source=gap.source,
        why=BlindReason(gap.why),
        since=gap.since,
        until=gap.until,
        caught_up_at=gap.caught_up_at,
        records=gap.records,
        detail=gap.detail,
    )
