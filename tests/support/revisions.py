"""Histories to write: a few words make the revisions of an event.

a_history("S190814bv", {"a.json": b"1"}, {"a.json": None})
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from llama.domain.revisions import Head, NewRevision, revise
from schemas.facts import FileDeleted

NOON = datetime(2019, 8, 14, 12, 0, tzinfo=UTC)


def a_history(event: str, *changes: Mapping[str, bytes | None]) -> list[NewRevision]:
    """Return one revision for each change of the event's files."""
    revisions: list[NewRevision] = []
    head: Head | None = None
    for number, changed in enumerate(changes):
        fact = FileDeleted(
            id=f"act-{number}",
            cause="request",
            occurred_at=NOON + timedelta(seconds=number, microseconds=700_000),
            event=event,
            handler="Peak",
        )
        revision, head = revise(head, event, changed, fact=fact)
        revisions.append(revision)
    return revisions


def a_long_history(event: str, length: int, *, size: int = 100) -> list[NewRevision]:
    """Return as many revisions, which change three files in turn."""
    return a_history(
        event,
        *({f"file{n % 3}.json": f"{event} {n} ".encode().ljust(size, b".")} for n in range(length)),
    )


def woven(histories: Sequence[Sequence[NewRevision]]) -> Iterable[NewRevision]:
    """Go through histories of equal length side by side, as a log would mix them."""
    return (revision for turn in zip(*histories, strict=True) for revision in turn)
