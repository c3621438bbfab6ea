"""Read models: what the log amounts to, in tables that answer questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

from llama.domain.shown_rows import ShownEvent, ShownFile

if TYPE_CHECKING:
    from llama.domain.archive import CopiesWanted
    from llama.domain.copies import Copy
    from llama.domain.external_triggers import ShownTrigger
    from llama.domain.letters import ShownLetter
    from llama.domain.moves import Folded
    from llama.domain.neutrinos import ShownNeutrino
    from llama.domain.selection.paging import Page, Question
    from llama.domain.shown_details import Details
    from llama.domain.states import EventState
    from schemas.archive import ArchivedCopy
    from schemas.external_triggers import ExternalTriggerReceived
    from schemas.facts import Source
    from schemas.neutrinos import NeutrinoReceived
    from schemas.reports import DeadLetter, DeadLetterClosed, LetterState, RevisionCommitted
    from schemas.sources import SourceBlind, SourceCaughtUp

EventRow: TypeAlias = ShownEvent
"""One event in a list."""
FileRow: TypeAlias = ShownFile
"""One file of an event, as lists show it."""
NeutrinoRow: TypeAlias = "ShownNeutrino"
"""One neutrino as its newest revision has it."""
ExternalTriggerRow: TypeAlias = "ShownTrigger"
"""One trigger of another observatory as its newest revision has it."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact of an event, with where it stands and what it did."""

    sequence: int
    partition: int
    offset: int
    id: str
    kind: str
    occurred_at: datetime
    outcome: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one record of an alert topic."""

    source: Source
    event: str | None
    """The event it is about; None if it is about none, or went to the dead letters."""
    dead_letter: str | None
    reason: str | None
    fact_partition: int | None
    fact_offset: int | None
    neutrino: str | None = None
    """The neutrino it is about, whose message the place above is of."""
    external_trigger: str | None = None
    """`observatory/id` of the trigger it is about, whose message the place above is of."""


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """Which neutrinos or triggers are asked for: those from `start` to `stop`, both included."""

    start: datetime
    stop: datetime
    limit: int
    tests: bool = False
    """Those of tests and drills too."""
    retracted: bool = False
    """Retracted ones too."""


class Views(Protocol):
    """Writes the read models (one writer: the projection)."""

    async def record(self, steps: Sequence[Folded]) -> None:
        """Show what some facts changed."""
        ...

    async def record_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Show refused inputs."""
        ...

    async def record_closings(self, closings: Sequence[DeadLetterClosed]) -> None:
        """Show what operators did about refused inputs that are shown, in order."""
        ...

    async def record_copies(self, copies: Sequence[Copy]) -> None:
        """Show copies of notices; of several of one record the one of the least rank."""
        ...

    async def record_revisions(self, revisions: Sequence[RevisionCommitted]) -> None:
        """Show revisions of histories."""
        ...

    async def record_neutrinos(self, received: Sequence[NeutrinoReceived]) -> None:
        """Show neutrinos: of each the newest revision, whatever the order."""
        ...

    async def record_external_triggers(self, received: Sequence[ExternalTriggerReceived]) -> None:
        """Show other observatories' triggers: of each the newest revision, whatever the order."""
        ...

    async def record_gaps(self, told: Sequence[SourceBlind | SourceCaughtUp]) -> None:
        """Show when sources were not heard: whatever the order, and again if it comes again."""
        ...


class FactsOf(Protocol):
    """Tells what happened to one event, without reading the log from its beginning."""

    async def facts(self, event: str) -> Sequence[FactRow]:
        """Return what happened to an event, in order."""
        ...


class ReadModels(FactsOf, Protocol):
    """Answers questions."""

    async def events(self, *, limit: int) -> Sequence[EventRow]:
        """Return events, the latest merger first."""
        ...

    async def select(self, question: Question) -> Page[EventRow]:
        """Return a page of the events that criteria mean."""
        ...

    async def state(self, event: str) -> EventState | None:
        """Return the state of an event as the projection has folded it."""
        ...

    async def details(self, event: str) -> Details:
        """Return how an event's flags changed, what is held back of it, and what has failed."""
        ...

    async def files(self, event: str) -> Sequence[FileRow]:
        """Return the files of an event, ancestors first."""
        ...

    async def revisions(self, event: str) -> Sequence[RevisionCommitted]:
        """Return the revisions of an event, oldest first."""
        ...

    async def dead_letters(
        self,
        *,
        limit: int,
        state: LetterState | None = None,
        reason: str | None = None,
        begins: str = "",
        contents: bool = False,
    ) -> Sequence[ShownLetter]:
        """Return refused inputs, newest first; those alone of a state, of a reason, of an id.

        With `contents` the newest alone of those that have content, reason and state in common.
        """
        ...

    async def copies(self, wanted: CopiesWanted) -> Sequence[ArchivedCopy]:
        """Return copies of notices, in the order asked for."""
        ...

    async def raw_notices(self, *, begins: str, limit: int) -> Mapping[str, int]:
        """Return the sizes in bytes of notices by their digests, of those that begin so."""
        ...

    async def neutrinos(self, wanted: ReceivedSpan) -> Sequence[NeutrinoRow]:
        """Return neutrinos, the latest first; those of tests and retracted ones if asked for."""
        ...

    async def external_triggers(self, wanted: ReceivedSpan) -> Sequence[ExternalTriggerRow]:
        """Return triggers, the latest first; those of tests and retracted ones if asked for."""
        ...

    async def receipt(self, source: Source) -> Receipt | None:
        """Return what became of a record of an alert topic; None while it is not decided."""
        ...

    async def leased(self, event: str) -> Sequence[str]:
        """Return the handlers of an event that a worker is running now."""
        ...

    async def deployed(self) -> str | None:
        """Return the digest of the deployed pipeline's manifest; None before the first."""
        ...
