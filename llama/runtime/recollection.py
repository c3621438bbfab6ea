"""What was folded last in a process: its consumers read one log, and nobody folds a fact twice."""

from dataclasses import dataclass, field

from llama.domain.moves import LoggedFact
from llama.domain.outlooks import Outlooks
from llama.domain.states import EventState
from llama.domain.work import Step
from llama.runtime.reading import REMEMBERED, FactReader


@dataclass(slots=True)
class Recollection:
    """Facts that were decoded and folded lately, for all folders of a process.

    Who comes first to the end of the log folds for all others. What is further behind than it
    remembers they fold by themselves: it has forgotten the events as they were then.
    """

    most: int = REMEMBERED
    facts: FactReader = field(default_factory=FactReader)
    _outlooks: Outlooks = field(default_factory=Outlooks)
    _steps: dict[tuple[int, int], Step] = field(default_factory=dict[tuple[int, int], Step])
    _newest: dict[int, int] = field(default_factory=dict[int, int])
    """The offset of the last fact of each partition."""

    def step(self, one: LoggedFact, before: EventState) -> Step | None:
        """Return what a fact of the log does to a state; None if that is to be folded anew."""
        if one.offset > self._newest.get(one.partition, -1):
            return self._taken(one, before)
        step = self._steps.get((one.partition, one.offset))
        if step is None or not _is_same(step.fact, one.fact):
            return None
        return step if _is_same(step.before, before) else None

    def _taken(self, one: LoggedFact, before: EventState) -> Step:
        outlook = self._outlooks.after(before, one.fact)
        step = Step(one.partition, one.offset, one.fact, before, outlook)
        self._newest[one.partition] = one.offset
        self._steps[one.partition, one.offset] = step
        if len(self._steps) > self.most:
            del self._steps[next(iter(self._steps))]
        return step


def _is_same(one: object, other: object) -> bool:
    """Compare what is large, and nearly always one and the same object."""
    return one is other or one == other
