"""What each handler of an event is, and what it needs: obsolete, waiting, current and the rest.

Everything here is derived from the state by looking at a handler and its ancestors. Nothing is
stored, so nothing can be out of date.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from llama.domain.digests import digest_json
from llama.domain.states import EventState, Failure, Made
from schemas.facts import Change
from schemas.files import DependencySpec, HandlerSpec, InputDigests


class Status(StrEnum):
    """What a file is, seen from its newest inputs."""

    CURRENT = "current"
    """Made from the latest inputs by the latest code, as are all its ancestors."""
    MISSING = "missing"
    """Never made (or deleted), and nothing stands in its way."""
    OBSOLETE = "obsolete"
    """Made from inputs, or by code, that are no longer the latest."""
    WAITING = "waiting"
    """Not obsolete itself, or never made, and an ancestor is unsettled."""
    COOLING = "cooling"
    """The last run failed; it is tried again when the cool-down is over."""
    FAILED = "failed"
    """It has failed for good with these inputs."""
    BLOCKED = "blocked"
    """An ancestor is vetoed or has failed for good."""
    VETOED = "vetoed"
    """An operator forbade it, or the whole event."""
    FROZEN = "frozen"
    """An operator keeps it as it is."""
    MASKED = "masked"
    """Hidden: the event is retracted, or the notice does not carry what it is made from."""


_UNSETTLED = frozenset({Status.MISSING, Status.OBSOLETE, Status.WAITING, Status.COOLING})
_HOPELESS = frozenset({Status.FAILED, Status.BLOCKED, Status.VETOED})


@dataclass(frozen=True, slots=True)
class Need:
    """A run that is wanted: which handler, from which inputs, for which occasion."""

    id: str
    event: str
    handler: HandlerSpec
    inputs: InputDigests
    attempt: int
    failures: int
    """How many runs for this need have failed."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The status of a handler's files, why, and the run that would make them current."""

    handler: HandlerSpec
    status: Status
    reason: str
    need: Need | None = None
    changes: tuple[Change, ...] = ()
    is_hidden: bool = False
    """The files' content is not to be shown: it is of a notice that is no longer the newest, and
    no content will replace it. So what is shown does not depend on the order of arrival."""


@dataclass(slots=True)
class Assessor:
    """Assesses handlers of one state, each at most once."""

    state: EventState
    _known: dict[str, Assessment] = field(default_factory=dict[str, Assessment])
    _by_file: dict[str, HandlerSpec] = field(default_factory=dict[str, HandlerSpec])
    _by_name: dict[str, HandlerSpec] = field(default_factory=dict[str, HandlerSpec])

    def __post_init__(self) -> None:
        """Index the manifest by name and by file."""
        for handler in self.handlers:
            self._by_name[handler.name] = handler
            for file in handler.files:
                self._by_file[file] = handler

    @property
    def handlers(self) -> tuple[HandlerSpec, ...]:
        """The handlers of the adopted pipeline, ancestors first."""
        return self.state.manifest.handlers if self.state.manifest else ()

    def maker_of(self, file: str) -> HandlerSpec | None:
        """Return the handler that makes a file."""
        return self._by_file.get(file)

    def named(self, name: str) -> Assessment | None:
        """Assess a handler by name; None if the pipeline has no such handler."""
        spec = self._by_name.get(name)
        return None if spec is None else self.of(spec)

    def of(self, handler: HandlerSpec) -> Assessment:
        """Assess a handler and, first, whatever it is made from.

        With a stack of its own: a chain of handlers may be longer than Python's.
        """
        stack = [handler]
        while stack:
            missing = [need for need in self._makers(stack[-1]) if need.name not in self._known]
            if missing:
                stack += missing
                continue
            ready = stack.pop()
            if ready.name not in self._known:
                self._known[ready.name] = self._assess(ready)
        return self._known[handler.name]

    def all(self) -> tuple[Assessment, ...]:
        """Assess every handler, ancestors first."""
        return tuple(self.of(handler) for handler in self.handlers)

    def _makers(self, handler: HandlerSpec) -> list[HandlerSpec]:
        makers = (self._by_file.get(dependency.file) for dependency in handler.dependencies)
        return [maker for maker in makers if maker is not None]

    def _assess(self, handler: HandlerSpec) -> Assessment:
        if handler.kind == "triggered":
            return self._triggered(handler)
        if self.state.is_retracted:
            notice = self.state.notice
            when = f"{notice.time_created:%Y-%m-%d %H:%M:%S} UTC" if notice else ""
            reason = f"the event was retracted at {when}"
            return Assessment(handler, Status.MASKED, reason, is_hidden=True)
        gathered = self._gather(handler)
        if gathered.absent:
            reason = f"the event has no {gathered.absent}"
            return Assessment(handler, Status.MASKED, reason, is_hidden=True)
        return self._weigh(handler, gathered)

    def _triggered(self, handler: HandlerSpec) -> Assessment:
        if all(file in self.state.files for file in handler.files):
            return Assessment(handler, Status.CURRENT, "it came with the newest notice")
        return Assessment(handler, Status.MISSING, "no notice has brought it yet")

    def _gather(self, handler: HandlerSpec) -> "_Gathered":
        gathered = _Gathered()
        for dependency in handler.dependencies:
            maker = self._by_file.get(dependency.file)
            assessed = self._known[maker.name] if maker else None
            gathered.add(dependency, assessed, self.state)
        return gathered

    def _weigh(self, handler: HandlerSpec, gathered: "_Gathered") -> Assessment:
        changes = changes_since(self.state.made.get(handler.name), handler, gathered.inputs)
        held = _held(self.state, handler) or gathered.blocked
        if held:
            hidden = gathered.is_hidden and held[0] is Status.BLOCKED
            return Assessment(handler, held[0], held[1], changes=changes, is_hidden=hidden)
        wanted, why = self._wanted(handler, changes)
        if gathered.waiting_for:
            status = Status.OBSOLETE if changes else Status.WAITING
            reason = f"waiting for {', '.join(gathered.waiting_for)}"
            return Assessment(handler, status, reason, changes=changes)
        if wanted is None:
            return Assessment(handler, Status.CURRENT, "made from the latest inputs")
        need = _need(self.state, handler, gathered.inputs)
        failure = self.state.failures.get(handler.name)
        if failure is not None and failure.need == need.id:
            status, why = _failed(failure)
            hidden = status is Status.FAILED and bool(changes)
            return Assessment(handler, status, why, need, changes, is_hidden=hidden)
        return Assessment(handler, wanted, why, need, changes)

    def _wanted(
        self, handler: HandlerSpec, changes: tuple[Change, ...]
    ) -> tuple[Status | None, str]:
        if any(file in self.state.deleted for file in handler.files):
            return Status.MISSING, "it was deleted"
        if any(file not in self.state.files for file in handler.files):
            return Status.MISSING, "it has not been made yet"
        if changes:
            return Status.OBSOLETE, "; ".join(describe(change) for change in changes)
        if self._is_foreign(handler):
            return Status.OBSOLETE, "another handler made it"
        if handler.name in self.state.requests:
            return Status.OBSOLETE, "an operator asked for it to be made again"
        return None, ""

    def _is_foreign(self, handler: HandlerSpec) -> bool:
        """Whether a file is there that this handler has not made: it was another's before."""
        made = self.state.made.get(handler.name)
        files = self.state.files
        return made is None or any(
            files[file].content.digest != made.files.get(file) for file in handler.files
        )


@dataclass(slots=True)
class _Gathered:
    """What a handler's dependencies offer."""

    inputs: dict[str, str | None] = field(default_factory=dict[str, str | None])
    waiting_for: list[str] = field(default_factory=list[str])
    blocked: tuple[Status, str] | None = None
    absent: str = ""
    is_hidden: bool = False
    """What a required dependency shows is hidden."""

    def add(
        self, dependency: DependencySpec, assessed: Assessment | None, state: EventState
    ) -> None:
        """Take one dependency into account."""
        status = assessed.status if assessed else Status.MASKED
        if status in _UNSETTLED:
            self.waiting_for.append(dependency.file)
        elif status in _HOPELESS and not dependency.optional:
            self.blocked = self.blocked or (Status.BLOCKED, f"{dependency.file} is {status}")
            self.is_hidden = self.is_hidden or (assessed is not None and assessed.is_hidden)
        usable = status is not Status.MASKED and not (dependency.optional and status in _HOPELESS)
        # A deleted file is remembered until it is made again, which a frozen one will not be.
        files = state.tree if status is Status.FROZEN else state.files
        stored = files.get(dependency.file) if usable else None
        for aspect in dependency.aspects:
            digest = stored.content.aspects.get(aspect) if stored else None
            self.inputs[f"{dependency.file}#{aspect}"] = digest
            if digest is None and not dependency.optional and self._is_final(status):
                self.absent = self.absent or self._absence(dependency.file, aspect, status)

    @staticmethod
    def _is_final(status: Status) -> bool:
        """Whether waiting longer would not bring an input that is not there."""
        return status in {Status.MASKED, Status.CURRENT, Status.FROZEN}

    @staticmethod
    def _absence(file: str, aspect: str, status: Status) -> str:
        return file if status is Status.MASKED else f"{aspect} in {file}"


def changes_since(
    made: Made | None, handler: HandlerSpec, latest: InputDigests
) -> tuple[Change, ...]:
    """Return what differs between the last accepted run and the latest inputs and code."""
    if made is None:
        return ()
    changed = [
        Change(input=name, was=made.inputs.get(name), now=latest.get(name))
        for name in sorted(made.inputs.keys() | latest.keys())
        if made.inputs.get(name) != latest.get(name)
    ]
    if made.code != handler.code:
        changed.append(Change(input="code", was=made.code, now=handler.code))
    return tuple(changed)


def describe(change: Change) -> str:
    """Say in words what changed."""
    if change.was is None:
        return f"{change.input} is new"
    if change.now is None:
        return f"{change.input} is gone"
    return f"{change.input} changed from {change.was[:8]} to {change.now[:8]}"


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


def need_of(state: EventState, handler: str) -> Need | None:
    """Return the run that a handler needs now, if any."""
    assessed = Assessor(state).named(handler)
    return assessed.need if assessed else None
