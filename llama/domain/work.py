"""What is handed from one part to another: a folded step, a task for a worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from llama.domain.event_state import evolve
from llama.domain.resolve import Run
from llama.domain.states import EventState
from schemas.facts import Fact
from schemas.files import FileContent, HandlerSpec, InputDigests


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of the log, and the event's state before and after it."""

    partition: int
    offset: int
    fact: Fact
    before: EventState
    after: EventState


@dataclass(frozen=True, slots=True)
class Task:
    """All that a worker must know to run a handler once."""

    event: str
    need: str
    attempt: int
    handler: HandlerSpec
    inputs: InputDigests
    contents: tuple[FileContent, ...]
    """The input files: where their bytes are."""
    cause: str
    """Id of the fact after which the run was wanted."""
    failures: int = 0
    """How many runs for the same need have failed before."""
    priority: int = 0
    not_before: datetime | None = None

    @property
    def result_id(self) -> str:
        """Id of the fact that will report the run, however often it is run."""
        return f"{self.need}.{self.attempt}"


def fold(facts: Iterable[tuple[int, int, Fact]], states: dict[str, EventState]) -> list[Step]:
    """Fold facts (partition, offset, fact) into states, which is changed; return the steps."""
    steps: list[Step] = []
    for partition, offset, fact in facts:
        before = states.get(fact.event) or EventState(fact.event)
        after = states[fact.event] = evolve(before, fact)
        steps.append(Step(partition, offset, fact, before, after))
    return steps


def task_for(run: Run, state: EventState, *, cause: str) -> Task:
    """Return the task that carries out a wanted run."""
    need = run.need
    files = {name.partition("#")[0] for name, digest in need.inputs.items() if digest}
    return Task(
        event=need.event,
        need=need.id,
        attempt=need.attempt,
        handler=need.handler,
        inputs=need.inputs,
        contents=tuple(state.files[file].content for file in sorted(files)),
        cause=cause,
        failures=need.failures,
        priority=run.priority,
        not_before=run.not_before,
    )
