"""Works on one event in its folder: the same facts, the same fold, the same runs as the services.

No service is needed. The folder owns the event's log; what a person does to the files by hand is
found by their digests and becomes a fact like any other.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from llama.client.local.asking import Wanted, expired_files, first_facts, requests
from llama.client.local.edits import Edits, Keep, visible
from llama.client.local.making import Making
from llama.domain.digests import digest_bytes
from llama.domain.errors import ActRefused, EventFolderCorrupt, ReadOnlyEvent, Unavailable
from llama.domain.event_state import evolve
from llama.domain.handler import FileHandler, maker_of
from llama.domain.manifests import adoption_of, manifest_of
from llama.domain.notice import Refused, read_notice
from llama.domain.notice.fact import trigger_of
from llama.domain.notice.provenance import Provenance
from llama.domain.pipeline import Handlers, pipeline_of, with_ancestors
from llama.domain.resources import is_resource, read_resources
from llama.domain.states import EventState
from llama.ports.clock import Clock
from llama.ports.event_folder import EventFolder
from llama.ports.runner import Runner
from schemas.base import EventMessage
from schemas.facts import Fact, PipelineAdopted, Source, TriggerReceived

Decide = Callable[[EventState], Sequence[EventMessage]]
"""Returns the facts that follow from a state."""
_LOOKS = 100
"""How often an event is looked at again when it has changed under the eyes of who looks."""


@dataclass(slots=True)
class Workbench:
    """One event's folder, the pipeline to work with, and what carries out the work."""

    eventid: str
    folder: EventFolder
    handlers: Handlers
    """What is to be made; whatever they are made from comes along."""
    clock: Clock
    runner_of: Callable[[Handlers, Path], Runner]
    """Gives a runner for some handlers, with a folder to work in."""
    _known: tuple[str, EventState, int] | None = None
    """Which log was read last, the state that it amounted to, and the place behind it."""

    @property
    def state(self) -> EventState:
        """What the facts of the log amount to now; nothing before the event was begun.

        EventFolderCorrupt if the log is no log, or another event's.
        """
        if not self.folder.exists():
            self._known = None
            return EventState(self.eventid)
        # Before the facts: if somebody begins the event anew meanwhile, the next look finds out.
        log = self.folder.identity()
        # Another thread may do the same: each puts in place what is right by itself.
        known = self._known
        if known is None or known[0] != log:
            known = log, EventState(self.eventid), 0
        state, (facts, place) = known[1], self.folder.facts(known[2])
        for fact in facts:
            self._refuse_foreign(fact)
            state = evolve(state, fact)
        self._known = log, state, place
        return state

    def begin(self) -> None:
        """Make the folder and a log, unless they are there."""
        with self._explained():
            if not self.folder.exists():
                self._known = None
            self.folder.create()

    @property
    def known_files(self) -> dict[str, type[FileHandler]]:
        """The handlers of the pipeline by the names of their files, ancestors first."""
        known = with_ancestors(self.handlers.values())
        return {handler.FILENAME: handler for handler in known if not is_resource(handler)}

    def working_on(self, handlers: Handlers) -> "Workbench":
        """Return what works on the same event with other handlers."""
        return replace(self, handlers=handlers)

    def prospect(self) -> EventState:
        """Return the state as an update would find it: with the pipeline and edits by hand.

        Nothing is written.
        """
        for _ in range(_LOOKS):
            state = self.state
            ahead = self._foreseen(state)
            if self.state.sequence == state.sequence:
                return ahead
        raise Unavailable(f"{self.folder.path} is being written all the time: look again later")

    def act(self, decide: Decide) -> EventState:
        """Write the facts that follow from the state, while nobody else changes it."""
        return self._tell(decide)

    def act_on_files(self, decide: Decide) -> EventState:
        """Write such facts when the pipeline that knows the files has been adopted."""
        return self._tell(decide, adopting=True)

    def take_in(self, raw: bytes) -> EventState:
        """Take in a notice of the event; ValueError if it is none, or another event's."""
        return self.act(lambda state: [self._received(state, raw)])

    def put(self, handler: type[FileHandler], content: bytes, *, reason: str) -> EventState:
        """Put a content in the place of a handler's file."""
        self._refuse_obstructed([handler.FILENAME])
        put, keep = self._edits().put, self.folder.keep
        return self.act_on_files(
            lambda state: [put(state, handler, content, reason=reason, keep=keep)]
        )

    def content(self, file: str) -> bytes:
        """Return the content of a file that there is, as `prospect` sees it."""
        digest, content = self.prospect().files[file].content.digest, self.folder.read(file)
        if content is not None and digest_bytes(content) == digest:
            return content
        return self.folder.content(digest)

    def update(self, wanted: Wanted | None = None) -> list[str]:
        """Make what needs making; return the handlers whose files were made, in order.

        `wanted` says which may run, those of this workbench unless it is said. Unavailable, when
        all is made, if a folder is in the place of one of their files.
        """
        needed, wanted = self._needed(), wanted or Wanted(set(self.handlers))
        self._refuse_to_work()
        with self._explained(), self.folder.claimed() as work:
            runner = self.runner_of(needed, work)
            making = Making(runner, self.folder.artifacts, self.clock, self._report)
            self._make(making, wanted)
        known = self.known_files.items()
        files = {file for file, one in known if maker_of(one).__name__ in wanted.only}
        self._refuse_obstructed(files & visible(self.state).keys())
        return making.made

    def _make(self, making: Making, wanted: Wanted) -> None:
        state = self._tell(lambda state: first_facts(state, wanted, self.clock), adopting=True)
        state = making.make(state, wanted.only)
        # Who had to wait for others, and then did not need it, has not had its run yet.
        for _ in wanted.again:
            asked = requests(state, {*wanted.again} - making.tried, wanted, self.clock)
            if not asked:
                break
            state = making.make(self._report(asked), wanted.only)

    def _report(self, facts: Sequence[Fact]) -> EventState:
        return self._tell(lambda _: facts)

    def _tell(self, decide: Decide, *, adopting: bool = False) -> EventState:
        """Note what was done by hand, then write what follows from it, and show the files."""
        self._refuse_to_work()
        with self._explained(), self.folder.held():
            adoption = self._adoption(self.state, self.folder.keep) if adopting else []
            state = self._write(adoption)
            edits = self._edits()
            found = edits.look(state)
            state = self._write(edits.facts(state, found, self.folder.keep))
            aside = (*found.refused, *edits.endangered(state, found))
            state = self._write(decide(state))
            for name in aside:
                self.folder.set_aside(name)
            shown = visible(state)
            self.folder.show(shown, hidden=state.tree.keys() - shown.keys())
        return state

    def _write(self, facts: Sequence[EventMessage]) -> EventState:
        if facts:
            self.folder.append(facts)
        return self.state

    def _foreseen(self, state: EventState) -> EventState:
        edits = self._edits()
        for fact in self._adoption(state, digest_bytes):
            state = evolve(state, fact)
        if self.folder.exists():
            for fact in edits.facts(state, edits.look(state), digest_bytes):
                state = evolve(state, fact)
        for fact in expired_files(state, self.clock):
            state = evolve(state, fact)
        return state

    def _refuse_to_work(self) -> None:
        if not self.folder.exists():
            message = f"{self.eventid} has not been begun in {self.folder.path}"
            raise ActRefused(f"{message}: call init() first")
        if self.folder.origin:
            message = f"{self.folder.path} is a copy of an event of {self.folder.origin}"
            advice = "work in that system, or on a copy of your own: event.fork(rundir)"
            raise ReadOnlyEvent(f"{message}: {advice}")

    def _refuse_obstructed(self, names: Collection[str]) -> None:
        for place in self.folder.obstructed(names):
            message = f"{place} is a folder, so that no file can be there"
            raise Unavailable(f"{message}: move it away, then update the event")

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            message = f"{self.folder.path} cannot be worked on: {error}"
            raise Unavailable(f"{message}; look at its disk and permissions") from error

    def _refuse_foreign(self, fact: Fact) -> None:
        if fact.event != self.eventid:
            message = f"{self.folder.path} has the log of {fact.event}"
            raise EventFolderCorrupt(f"{message}: give the folder that name again")

    def _needed(self) -> Handlers:
        return pipeline_of(with_ancestors(self.handlers.values()))

    def _edits(self) -> Edits:
        return Edits(self.folder, self.clock, self.known_files)

    def _adoption(self, state: EventState, keep: Keep) -> list[PipelineAdopted]:
        needed = self._needed()
        resources = read_resources(needed.values())
        manifest = manifest_of(needed, resources)
        adopted = {spec.name: spec for spec in state.manifest.handlers} if state.manifest else {}
        # A part of the pipeline that is adopted already changes nothing.
        if all(adopted.get(spec.name) == spec for spec in manifest.handlers):
            return []
        for content in resources.values():
            keep(content)
        now = self.clock.now()
        return [adoption_of(self.eventid, manifest, epoch=state.epoch + 1, at=now)]

    def _received(self, state: EventState, raw: bytes) -> TriggerReceived:
        notice = read_notice(raw)
        if isinstance(notice, Refused):
            message = f"this is no notice: {notice.reason.value}: {notice.detail}"
            raise ValueError(message)  # noqa: TRY004 - it is about the bytes
        if notice.superevent_id != self.eventid:
            message = f"this is a notice of {notice.superevent_id}, not of {self.eventid}"
            raise ValueError(f"{message}: give it to that event")
        for content in (raw, *notice.attachments.values(), notice.alert):
            self.folder.keep(content)
        source = Source(topic="file", partition=0, offset=state.sequence)
        return trigger_of(notice, Provenance(raw, source, self.clock.now()))
