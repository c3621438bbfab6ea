"""The read models in memory: written within a transaction, read at any time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from llama.adapters.memory.archive import archived_copies, close_letters, shown_letters
from llama.adapters.memory.store import MemoryStore
from llama.domain import external_triggers
from llama.domain.archive import CopiesWanted
from llama.domain.copies import Copy, first_told
from llama.domain.letters import ShownLetter, alike_by
from llama.domain.moves import Folded
from llama.domain.neutrinos import newest, rank_of
from llama.domain.selection.paging import Page, Question, find, page_of
from llama.domain.selection.profile import profile_of
from llama.domain.shown import ShownEvent, shown_from
from llama.domain.shown_details import Details, shown_failures, shown_flags, shown_holds
from llama.domain.sources.gaps import gaps_of, merged
from llama.domain.states import EventState
from llama.ports.projections import (
    EventRow,
    ExternalTriggerRow,
    FactRow,
    FileRow,
    NeutrinoRow,
    Receipt,
    ReceivedSpan,
)
from schemas.archive import ArchivedCopy
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import Source
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import DeadLetter, DeadLetterClosed, LetterState, RevisionCommitted
from schemas.sources import SourceBlind, SourceCaughtUp


@dataclass(frozen=True, slots=True)
class MemoryViews:
    """Writes the read models, within a transaction."""

    store: MemoryStore
    later: Callable[[Callable[[], None]], None]
    """Takes a change that is to be made when the transaction ends well."""

    async def record(self, steps: Sequence[Folded]) -> None:
        """Show what some steps changed; of several of one event, the last says what it is now."""
        self.later(lambda: self._record(steps))

    async def record_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Show refused inputs; one that is shown already stays as it is."""
        known = self.store.dead_letters
        given = {letter.id: letter for letter in reversed(letters)}
        self.later(lambda: known.update({**given, **known}))

    async def record_closings(self, closings: Sequence[DeadLetterClosed]) -> None:
        """Show what operators did about refused inputs that are shown, in order."""
        self.later(lambda: close_letters(self.store, closings))

    async def record_copies(self, copies: Sequence[Copy]) -> None:
        """Show copies of notices; of several of one record the one of the least rank."""
        self.later(
            lambda: self.store.copies.update(first_told([*self.store.copies.values(), *copies]))
        )

    async def record_revisions(self, revisions: Sequence[RevisionCommitted]) -> None:
        """Show revisions of histories."""
        given = {(revision.event, revision.number): revision for revision in revisions}
        self.later(lambda: self.store.revisions.update(given))

    async def record_neutrinos(self, received: Sequence[NeutrinoReceived]) -> None:
        """Show neutrinos: of each the newest revision, whatever the order."""
        self.later(lambda: self._record_neutrinos(received))

    async def record_gaps(self, told: Sequence[SourceBlind | SourceCaughtUp]) -> None:
        """Show when sources were not heard."""
        self.later(lambda: self._record_gaps(told))

    def _record_gaps(self, told: Sequence[SourceBlind | SourceCaughtUp]) -> None:
        known = self.store.gaps
        for name, gap in gaps_of(told).items():
            known[name] = merged(known[name], gap) if name in known else gap

    def _record_neutrinos(self, received: Sequence[NeutrinoReceived]) -> None:
        known = self.store.neutrinos
        for key, one in newest(received).items():
            if key not in known or rank_of(known[key]) < rank_of(one):
                known[key] = one

    async def record_external_triggers(self, received: Sequence[ExternalTriggerReceived]) -> None:
        """Show other observatories' triggers: of each the newest revision, whatever the order."""
        self.later(lambda: self._record_external_triggers(received))

    def _record_external_triggers(self, received: Sequence[ExternalTriggerReceived]) -> None:
        known, rank = self.store.external_triggers, external_triggers.rank_of
        for key, one in external_triggers.newest(received).items():
            if key not in known or rank(known[key]) < rank(one):
                known[key] = one

    def _record(self, steps: Sequence[Folded]) -> None:
        for step in steps:
            self.store.facts[step.partition, step.offset] = step.after.event, _fact(step)
            self._show_flags(step)
        for name, step in {step.after.event: step for step in steps}.items():
            self.store.in_force[name] = shown_holds(step.after), shown_failures(step.board)
            event, files = shown_from(step.board)
            self.store.files[name] = tuple(FileRow(**asdict(file)) for file in files)
            if event is not None:
                self.store.events[name] = event
                self.store.profiles[name] = profile_of(step.after, files)
        self.store.ring()

    def _show_flags(self, step: Folded) -> None:
        known = self.store.flag_changes.setdefault(step.after.event, {})
        known.update({(flag.sequence, flag.flag): flag for flag in shown_flags(step)})


@dataclass(frozen=True, slots=True)
class MemoryReadModels:
    """Answers questions; `projection` is the consumer whose states are shown."""

    store: MemoryStore
    projection: str = "projection"

    async def events(self, *, limit: int) -> Sequence[EventRow]:
        """Return events, the latest merger first."""
        latest_first = sorted(self.store.events.values(), key=_merger, reverse=True)
        return [EventRow(**asdict(event)) for event in latest_first[:limit]]

    async def select(self, question: Question) -> Page[EventRow]:
        """Return a page of the events that criteria mean."""
        found = find(question, self.store.profiles.values())
        return page_of(question, [(one, self.store.events[one.eventid]) for one in found])

    async def state(self, event: str) -> EventState | None:
        """Return the state of an event as the projection has folded it."""
        return self.store.states.get((self.projection, event))

    async def details(self, event: str) -> Details:
        """Return how an event's flags changed, what is held back of it, and what has failed."""
        flags = self.store.flag_changes.get(event, {})
        holds, failures = self.store.in_force.get(event, ((), ()))
        return Details(tuple(flags[key] for key in sorted(flags)), holds, failures)

    async def files(self, event: str) -> Sequence[FileRow]:
        """Return the files of an event, ancestors first."""
        return self.store.files.get(event, ())

    async def facts(self, event: str) -> Sequence[FactRow]:
        """Return what happened to an event, in order."""
        facts = [fact for about, fact in self.store.facts.values() if about == event]
        return sorted(facts, key=lambda fact: (fact.sequence, fact.partition, fact.offset))

    async def revisions(self, event: str) -> Sequence[RevisionCommitted]:
        """Return the revisions of an event, oldest first."""
        keys = sorted(key for key in self.store.revisions if key[0] == event)
        return [self.store.revisions[key] for key in keys]

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
        found = [
            one
            for one in shown_letters(self.store)
            if state in {None, one.state}
            and reason in {None, one.letter.reason.value}
            and one.letter.id.startswith(begins)
        ]
        if contents:
            found = list({alike_by(one): one for one in reversed(found)}.values())
            found.sort(key=lambda one: (one.letter.occurred_at, one.letter.id), reverse=True)
        elif not begins:
            found = [replace(one, copies=1) for one in found]
        return found[:limit]

    async def copies(self, wanted: CopiesWanted) -> Sequence[ArchivedCopy]:
        """Return copies of notices, in the order asked for."""
        return archived_copies(self.store, wanted)

    async def raw_notices(self, *, begins: str, limit: int) -> Mapping[str, int]:
        """Return the sizes in bytes of notices by their digests, of those that begin so."""
        sizes = {copy.raw: copy.size for copy in self.store.copies.values()}
        found = sorted(raw for raw in sizes if raw.startswith(begins))
        return {raw: sizes[raw] for raw in found[:limit]}

    async def neutrinos(self, wanted: ReceivedSpan) -> Sequence[NeutrinoRow]:
        """Return neutrinos, the latest first; those of tests and retracted ones if asked for."""
        found = [
            one
            for one in self.store.neutrinos.values()
            if wanted.start <= one.time <= wanted.stop
            and one.is_test <= wanted.tests
            and one.retracted <= wanted.retracted
        ]
        found.sort(key=lambda one: (one.time, one.neutrino, one.is_test), reverse=True)
        return found[: wanted.limit]

    async def external_triggers(self, wanted: ReceivedSpan) -> Sequence[ExternalTriggerRow]:
        """Return triggers, the latest first; those of tests and retracted ones if asked for."""
        found = [
            one
            for one in self.store.external_triggers.values()
            if wanted.start <= one.time <= wanted.stop
            and one.is_test <= wanted.tests
            and one.retracted <= wanted.retracted
        ]
        found.sort(
            key=lambda one: (one.time, one.observatory, one.trigger, one.is_test), reverse=True
        )
        return found[: wanted.limit]

    async def receipt(self, source: Source) -> Receipt | None:
        """Return what became of a record of an alert topic; None while it is not decided."""
        return self.store.receipts.get(source.place)

    async def leased(self, event: str) -> Sequence[str]:
        """Return the handlers of an event that a worker is running now."""
        now = self.store.clock.now()
        return [
            row.task.handler.name
            for row in sorted(self.store.tasks.values(), key=lambda row: row.number)
            if row.task.event == event
            and row.worker is not None
            and not row.is_done
            and row.due_at > now
        ]

    async def deployed(self) -> str | None:
        """Return the digest of the deployed pipeline's manifest; None before the first."""
        return self.store.deployments[-1] if self.store.deployments else None


def _fact(step: Folded) -> FactRow:
    return FactRow(
        sequence=step.after.sequence,
        partition=step.partition,
        offset=step.offset,
        id=step.fact.id,
        kind=step.fact.kind,
        occurred_at=step.fact.occurred_at,
        outcome=step.after.outcome.value,
        body=step.body,
    )


def _merger(event: ShownEvent) -> tuple[object, str]:
    return event.event_time or event.time_created, event.event
