"""Examples of the messages about dead letters: something is refused, and sent in again later."""

from datetime import UTC, datetime
from hashlib import sha256

from schemas.facts import Source
from schemas.reports import DeadLetter, DeadLetterClosed, RefusalReason

DEAD_LETTER = DeadLetter(
    id=sha256(b"record 1202 of partition 0").hexdigest()[:32],
    occurred_at=datetime(2019, 8, 14, 21, 32, tzinfo=UTC),
    reason=RefusalReason.BAD_TIME,
    detail="time_created is 'yesterday': no ISO 8601 time",
    source=Source(topic="igwn.gwalert", partition=0, offset=1202),
    raw=sha256(b"bytes of no notice").hexdigest(),
    size=512,
)
DEAD_LETTER_CLOSED = DeadLetterClosed(
    id="request-a-reader-of-such-times",
    occurred_at=datetime(2019, 8, 14, 21, 50, tzinfo=UTC),
    letter=DEAD_LETTER.id,
    state="redriven",
    by="ada",
    reason="the reader has learned such times",
    source=Source(topic="igwn.gwalert", partition=0, offset=1310),
)
