"""The rules: what a handler is, given what its ancestors are."""

from dataclasses import dataclass
from typing import Protocol

from llama.domain.assessment import Assessment, Need, Status
from llama.domain.changes import changes_since, describe
from llama.domain.digests import digest_json
from llama.domain.offers import Offered
from llama.domain.states import EventState, Failure, StoredFile
from llama.domain.vetoes import is_met, told
from llama.domain.wiring import Wiring
from schemas.facts import Change
from schemas.files import FLAGS, HandlerSpec, InputDigests


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
        if self.state.is_retracted:
            notice = self.state.notice
            when = f"{notice.time_created:%Y-%m-%d %H:%M:%S} UTC" if notice else ""
            reason = f"the event was retracted at {when}"
            return Assessment(handler, Status.MASKED, reason, is_hidden=True)
        gathered = self.gather(handler)
        if gathered.absent:
            reason = f"the event has no {gathered.absent}"
            return Assessment(handler, Status.MASKED, reason, is_hidden=True)
        return self._weigh(handler, gathered)

    def _triggered(self, handler: HandlerSpec) -> Assessment:
        digests = {name: stored.content.digest for name, stored in self._stored(handler).items()}
        if len(digests) < len(handler.files):
            reason = "nothing has brought it yet"
            return Assessment(handler, Status.MISSING, reason, awaits_outside=True)
        notice = self.state.notice
        brought = {content.file: content.digest for content in notice.files} if notice else {}
        by_notice = all(brought.get(file) == digest for file, digest in digests.items())
        reason = "it came with the newest notice" if by_notice else "it was put there"
        return Assessment(handler, Status.CURRENT, reason)

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
        wanted, why = self._wanted(handler, changes)
        if gathered.waiting_for and not (handler.once and wanted is None):
            status = Status.OBSOLETE if changes else Status.WAITING
            reason = f"waiting for {', '.join(gathered.waiting_for)}"
            outside = gathered.awaits_outside
            return Assessment(
                handler, status, reason, None, changes, is_hidden=outside, awaits_outside=outside
            )
        if wanted is None:
            return Assessment(handler, Status.CURRENT, "made from the latest inputs")
        need = _need(self.state, handler, gathered.inputs)
        failure = self.state.failures.get(handler.name)
        if failure is not None and failure.need == need.id:
            status, why = _failed(failure)
            hidden = status is Status.FAILED and bool(changes)
            return Assessment(handler, status, why, need, changes, is_hidden=hidden)
        return Assessment(handler, wanted, why, need, changes)

    def _held(
        self, handler: HandlerSpec, gathered: Offered, changes: tuple[Change, ...]
    ) -> Assessment | None:
        """Return the assessment of what must not be made now, or cannot."""
        held = _held(self.state, handler)
        if held:
            return Assessment(handler, *held, changes=changes)
        there = gathered.there
        veto = next((veto for veto in handler.vetoes if is_met(veto, self.state, there)), None)
        if veto is not None:
            # As if the newest notice had come alone: what an older one allowed is not shown.
            hidden, reason = veto.subject != "flag", f"vetoed: {told(veto)}"
            return Assessment(handler, Status.VETOED, reason, changes=changes, is_hidden=hidden)
        if gathered.blocked:
            hidden = gathered.is_hidden
            return Assessment(handler, *gathered.blocked, changes=changes, is_hidden=hidden)
        return None

    def _wanted(
        self, handler: HandlerSpec, changes: tuple[Change, ...]
    ) -> tuple[Status | None, str]:
        if any(file in self.state.deleted for file in handler.files):
            return Status.MISSING, "it was deleted"
        if any(file not in self.state.files for file in handler.files):
            return Status.MISSING, "it has not been made yet"
        obsolete = self._obsolete(handler, changes)
        return (Status.OBSOLETE, obsolete) if obsolete else (None, "")

    def _obsolete(self, handler: HandlerSpec, changes: tuple[Change, ...]) -> str:
        """Return why the files are obsolete; nothing if they are not."""
        if changes:
            return "; ".join(describe(change) for change in changes)
        if self._is_foreign(handler):
            return "another handler made it"
        if handler.name in self.state.expired:
            return "its content was valid for a time, which is over"
        if handler.name in self.state.requests:
            return "an operator asked for it to be made again"
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
        return Status.FROZEN, f"frozen: {state.frozen[handler.name] or 'no reason given'}"
    if state.flags.VETOED:
        return Status.VETOED, "the event is vetoed"
    if handler.name in state.vetoed:
        return Status.VETOED, f"vetoed: {state.vetoed[handler.name] or 'no reason given'}"
    return None


def _need(state: EventState, handler: HandlerSpec, inputs: InputDigests) -> Need:
    made = state.made.get(handler.name)
    occasion = (made.fact if made else "", state.requests.get(handler.name, ""))
    identity = [state.event, handler.name, handler.code, inputs, *occasion]
    need = digest_json(identity)[:32]
    attempt = state.attempts.get(handler.name, {}).get(need, 0) + 1
    failure = state.failures.get(handler.name)
    failures = failure.number if failure is not None and failure.need == need else 0
    return Need(need, state.event, handler, inputs, attempt, failures)


def _failed(failure: Failure) -> tuple[Status, str]:
    if failure.retry_at is None:
        return Status.FAILED, f"{failure.error}: {failure.message}"
    when = f"{failure.retry_at:%Y-%m-%d %H:%M:%S} UTC"
    return Status.COOLING, f"{failure.error}: {failure.message} (again at {when})"
