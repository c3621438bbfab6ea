"""What is handed from one part to another: a folded step, a task for a worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from llama.domain.outlook import Outlook
from llama.domain.outlooks import Outlooks
from llama.domain.resolve import Run
from llama.domain.states import EventState
from schemas.envelope import body_of
from schemas.facts import Fact
from schemas.files import FLAGS, FileContent, HandlerSpec, InputDigests
from schemas.flags import FlagValue


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of the log, and the event's state before and after it."""

    partition: int
    offset: int
    fact: Fact
    before: EventState
    outlook: Outlook
    """What the state after it means for each handler, and what the fact changed of that."""

    @property
    def after(self) -> EventState:
        """The event's state after the fact."""
        return self.outlook.state

    @property
    def board(self) -> Outlook:
        """The handlers in the state after the fact, assessed."""
        return self.outlook

    @property
    def body(self) -> bytes:
        """The fact as JSON."""
        return body_of(self.fact)


@dataclass(frozen=True, slots=True)
class Task:
    """All that a worker must know to run a handler once."""

    event: str
    need: str
    attempt: int
    handler: HandlerSpec
    inputs: InputDigests
    contents: tuple[FileContent, ...]
    """The event's files among the inputs: where their bytes are. Those of the deployment's
    resources are told by the handler's dependencies."""
    cause: str
    """Id of the fact after which the run was wanted."""
    flags: Mapping[str, FlagValue] = field(default_factory=dict[str, FlagValue])
    """The values of the flags that are inputs."""
    notice: str = ""
    """How results name the event's newest notice; no input, for its file is."""
    failures: int = 0
    """How many runs for the same need have failed before."""
    priority: int = 0
    not_before: datetime | None = None

    @property
    def result_id(self) -> str:
        """Id of the fact that will report the run, however often it is run."""
        return f"{self.need}.{self.attempt}"


def fold(
    facts: Iterable[tuple[int, int, Fact]], states: dict[str, EventState], outlooks: Outlooks
) -> list[Step]:
    """Fold facts (partition, offset, fact) into states, which is changed; return the steps.

    `outlooks` of the facts before spare assessing anew what they have not changed.
    """
    steps: list[Step] = []
    for partition, offset, fact in facts:
        before = states.get(fact.event) or EventState(fact.event)
        outlook = outlooks.after(before, fact)
        states[fact.event] = outlook.state
        steps.append(Step(partition, offset, fact, before, outlook))
    return steps


def task_for(run: Run, state: EventState, *, cause: str) -> Task:
    """Return the task that carries out a wanted run."""
    need = run.need
    files = {name.partition("#")[0] for name, digest in need.inputs.items() if digest} - {FLAGS}
    files -= {one.file for one in need.handler.dependencies if one.fixed is not None}
    return Task(
        event=need.event,
        need=need.id,
        attempt=need.attempt,
        handler=need.handler,
        inputs=need.inputs,
        contents=tuple(state.files[file].content for file in sorted(files)),
        cause=cause,
        flags={name.value: getattr(state.flags, name.value) for name in need.handler.flags},
        notice=state.reference,
        failures=need.failures,
        priority=run.priority,
        not_before=run.not_before,
    )
