"""Histories to write: a few words make the revisions of an event.

a_history("S190814bv", {"a.json": b"1"}, {"a.json": None})
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from llama.domain.revisions import Head, NewRevision, revise
from llama.domain.states import Outcome
from llama.domain.versions import fact_of
from llama.ports.projections import FactRow
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


@dataclass(frozen=True, slots=True)
class FactsOfRevisions:
    """Tells the facts that some revisions amount to, as the read models would."""

    revisions: Sequence[NewRevision]

    async def facts(self, event: str) -> Sequence[FactRow]:
        """Return those of an event, in order."""
        own = [one for one in self.revisions if one.event == event]
        return [_row(number, one) for number, one in enumerate(own, start=1)]


def _row(sequence: int, revision: NewRevision) -> FactRow:
    fact, kind = fact_of(revision.message) or "", FileDeleted.__name__
    return FactRow(sequence, 0, sequence, fact, kind, revision.at, Outcome.APPLIED, b"")
