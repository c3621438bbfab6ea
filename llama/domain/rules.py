"""The rules: what a handler is, given what its ancestors are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from llama.domain.assessment import Assessment, Need, Status
from llama.domain.attempts import concluded_of, failure_of
from llama.domain.changes import changes_since, describe
from llama.domain.digests import digest_json
from llama.domain.failure_text import failure_text
from llama.domain.offers import Offered
from llama.domain.replacing import replace
from llama.domain.states import EventState, StoredFile
from llama.domain.vetoes import is_met, told
from llama.domain.wiring import Wiring
from schemas.facts import Change
from schemas.files import FLAGS, HandlerSpec, InputDigests

LATEST = "made from the latest inputs"
DELETED = "it was deleted"
ASKED = "an operator asked for it to be made again"


class Known(Protocol):
    """What is known of handlers by now."""

    def __getitem__(self, name: str, /) -> Assessment:
        """Return what a handler is."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Assesses single handlers of a state."""

    state: EventState
    wiring: Wiring
    known: Known
    """At least the makers of what the handler in question is made from."""

    def assess(self, handler: HandlerSpec) -> Assessment:
        """Assess a handler."""
        if handler.kind == "triggered":
            return self._triggered(handler)
        if self.state.is_retracted and not handler.speaks_when_withdrawn:
            notice = self.state.notice
            when = f"{notice.time_created:%Y-%m-%d %H:%M:%S} UTC" if notice else ""
            reason = f"the event was retracted at {when}{_also_held(self.state, handler)}"
            return Assessment(handler, Status.MASKED, reason, is_hidden=True)
        gathered = self.gather(handler)
        if gathered.absent:
            reason = f"the event has no {gathered.absent}{_also_held(self.state, handler)}"
            return Assessment(handler, Status.MASKED, reason, is_hidden=True)
        return self._weigh(handler, gathered)

    def _triggered(self, handler: HandlerSpec) -> Assessment:
        digests = {name: stored.content.digest for name, stored in self._stored(handler).items()}
        if len(digests) < len(handler.files):
            reason = "nothing has brought it yet"
            return Assessment(handler, Status.MISSING, reason, awaits_outside=True)
        return Assessment(handler, Status.CURRENT, self._brought(handler, digests))

    def _brought(self, handler: HandlerSpec, digests: Mapping[str, str]) -> str:
        """Return how files came in that are all there."""
        notice = self.state.notice
        newest = {content.file: content.digest for content in notice.files} if notice else {}
        if all(newest.get(file) == digest for file, digest in digests.items()):
            return "it came with the newest notice"
        puts = [one.put for one in self._stored(handler).values() if one.put is not None]
        if not puts:
            return "it came with an earlier notice"
        return max(puts, key=lambda put: put.at).told

    def _stored(self, handler: HandlerSpec) -> dict[str, StoredFile]:
        files = self.state.files
        return {file: files[file] for file in handler.files if file in files}

    def gather(self, handler: HandlerSpec) -> Offered:
        """Return what a handler's dependencies offer it now."""
        gathered = Offered()
        for flag in handler.flags:
            gathered.inputs[f"{FLAGS}#{flag}"] = self.state.flags.digest(flag)
        for dependency in handler.dependencies:
            maker = self.wiring.makers.get(dependency.file)
            assessed = self.known[maker.name] if maker else None
            gathered.add(dependency, assessed, self.state)
        return gathered

    def _weigh(self, handler: HandlerSpec, gathered: Offered) -> Assessment:
        made = self.state.made.get(handler.name)
        changes = () if handler.once else changes_since(made, handler, gathered.inputs)
        held = self._held(handler, gathered, changes)
        if held is not None:
            return held
        wanted = self._wanted(handler, changes)
        if gathered.waiting_for and not (handler.once and wanted is None):
            return _waiting(handler, gathered, changes)
        if wanted is None:
            put = made.put if made else None
            return Assessment(handler, Status.CURRENT, put.told if put else LATEST)
        return self._needing(wanted, gathered.inputs)

    def _needing(self, wanted: Assessment, inputs: InputDigests) -> Assessment:
        """Return the assessment with the run that is wanted, and what became of it so far."""
        need = _need(self.state, wanted.handler, inputs)
        failure = failure_of(self.state, wanted.handler.name, need.id)
        if failure is None:
            return replace(wanted, need=need)
        is_final = failure.retry_at is None
        return replace(
            wanted,
            status=Status.FAILED if is_final else Status.COOLING,
            reason=failure_text(failure),
            need=need,
            is_hidden=is_final and bool(wanted.changes),
            failure=failure,
        )

    def _held(
        self, handler: HandlerSpec, gathered: Offered, changes: tuple[Change, ...]
    ) -> Assessment | None:
        """Return the assessment of what must not be made now, or cannot."""
        held = _held(self.state, handler)
        if held:
            status, why = held
            return Assessment(handler, status, why + self._fate(handler), changes=changes)
        there = gathered.there
        veto = next((veto for veto in handler.vetoes if is_met(veto, self.state, there)), None)
        if veto is not None:
            # As if the newest notice had come alone: what an older one allowed is not shown.
            hidden, reason = veto.subject != "flag", told(veto)
            return Assessment(handler, Status.VETOED, reason, changes=changes, is_hidden=hidden)
        if gathered.blocked:
            hidden = gathered.is_hidden
            return Assessment(handler, *gathered.blocked, changes=changes, is_hidden=hidden)
        return None

    def _fate(self, handler: HandlerSpec) -> str:
        """Say what a person did to the files that are held; nothing if nobody did anything."""
        if any(file in self.state.deleted for file in handler.files):
            return f"; {DELETED}"
        made = self.state.made.get(handler.name)
        return f"; {made.put.told}" if made and made.put else ""

    def _wanted(self, handler: HandlerSpec, changes: tuple[Change, ...]) -> Assessment | None:
        """Return what the files are if they have to be made, but for the run; None if not."""
        unmade = self._unmade(handler)
        if unmade:
            return Assessment(handler, Status.MISSING, unmade, changes=changes)
        obsolete = self._obsolete(handler, changes)
        if obsolete:
            return Assessment(handler, Status.OBSOLETE, obsolete, changes=changes)
        if handler.name in self.state.requests:
            return Assessment(handler, Status.OBSOLETE, ASKED, is_only_asked=True)
        return None

    def _unmade(self, handler: HandlerSpec) -> str:
        """Return why a file is missing; nothing if all are there."""
        if any(file in self.state.deleted for file in handler.files):
            return DELETED
        is_there = all(file in self.state.files for file in handler.files)
        return "" if is_there else "it has not been made yet"

    def _obsolete(self, handler: HandlerSpec, changes: tuple[Change, ...]) -> str:
        """Return why the files are obsolete though nobody asks; nothing if they are not."""
        if changes:
            return "; ".join(describe(change) for change in changes)
        if self._is_foreign(handler):
            return "another handler made it"
        if handler.name in self.state.expired:
            return "its content was valid for a time, which is over"
        return ""

    def _is_foreign(self, handler: HandlerSpec) -> bool:
        """Whether a file is there that this handler has not made: it was another's before."""
        made = self.state.made.get(handler.name)
        files = self.state.files
        return made is None or any(
            files[file].content.digest != made.files.get(file) for file in handler.files
        )


def _held(state: EventState, handler: HandlerSpec) -> tuple[Status, str] | None:
    if handler.name in state.frozen:
        return Status.FROZEN, _by_operator(state.frozen[handler.name])
    if state.flags.VETOED and not handler.speaks_when_withdrawn:
        return Status.VETOED, "by the event's flag VETOED"
    if handler.name in state.vetoed:
        return Status.VETOED, _by_operator(state.vetoed[handler.name])
    return None


def _also_held(state: EventState, handler: HandlerSpec) -> str:
    """Say that masked files would be held if they were not; nothing if they would not."""
    holds = (("frozen", state.frozen), ("vetoed", state.vetoed))
    said = (
        f"; {word} {_by_operator(by[handler.name])}" for word, by in holds if handler.name in by
    )
    return next(said, "")


def _by_operator(reason: str) -> str:
    return f"by an operator: {reason}" if reason else "by an operator, who gave no reason"


def _waiting(handler: HandlerSpec, gathered: Offered, changes: tuple[Change, ...]) -> Assessment:
    status = Status.OBSOLETE if changes else Status.WAITING
    awaited = gathered.waiting_for
    reason = f"{', '.join(awaited)} {'is' if len(awaited) == 1 else 'are'} still to come"
    outside = gathered.awaits_outside
    return Assessment(
        handler, status, reason, changes=changes, is_hidden=outside, awaits_outside=outside
    )


def _need(state: EventState, handler: HandlerSpec, inputs: InputDigests) -> Need:
    made = state.made.get(handler.name)
    occasion = (made.fact if made else "", state.requests.get(handler.name, ""))
    identity = [state.event, handler.name, handler.code, inputs, *occasion]
    need = digest_json(identity)[:32]
    attempt = concluded_of(state, handler.name, need) + 1
    failure = failure_of(state, handler.name, need)
    return Need(need, state.event, handler, inputs, attempt, failure.number if failure else 0)
