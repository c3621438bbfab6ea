"""Examples of what is told of sources of alerts."""

from datetime import UTC, datetime, timedelta

from schemas.sources import BlindReason, SourceBlind, SourceCaughtUp

_HEARD_AT = datetime(2026, 11, 22, 12, 31, tzinfo=UTC)

SOURCE_BLIND = SourceBlind(
    id="6f1c8d0b9a5e4f27a3d2c1b0e9f8a7d6",
    occurred_at=_HEARD_AT + timedelta(minutes=1),
    source="kafka://kafka.scimma.org",
    why=BlindReason.CONNECTION,
    since=_HEARD_AT,
    detail="kafka.scimma.org:9092 does not answer: is it there?",
)
SOURCE_CAUGHT_UP = SourceCaughtUp(
    id="0a9b8c7d6e5f40312233445566778899",
    cause=SOURCE_BLIND.id,
    occurred_at=_HEARD_AT + timedelta(minutes=5),
    source=SOURCE_BLIND.source,
    why=SOURCE_BLIND.why,
    since=SOURCE_BLIND.since,
    blind=SOURCE_BLIND.id,
    until=_HEARD_AT + timedelta(minutes=4),
    records=3,
)
