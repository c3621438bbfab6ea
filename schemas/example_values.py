"""Values that examples of messages are made of."""

from datetime import UTC, datetime
from hashlib import sha256


def digest_of(words: str) -> str:
    """Stand in for the digest of some content: the digest of words that describe it."""
    return sha256(words.encode()).hexdigest()


def at(minute: int, second: int = 0) -> datetime:
    """Return a moment after nine of the evening of the 14th of August 2019."""
    return datetime(2019, 8, 14, 21, minute, second, tzinfo=UTC)
