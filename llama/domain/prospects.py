"""What a worker can prove ready: an event as the resolver had it, and the worker's own results.

The resolver says the same once it has read them. Where it knows better, because something else
came in between, the runs are overtaken, as those of any task are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from llama.domain.outlook import Outlook
from llama.domain.resolve import decide_from
from llama.domain.states import EventState, Outcome
from llama.domain.wiring import Wirings
from llama.domain.work import Task, task_for
from schemas.facts import FileGenerated


@dataclass(slots=True)
class Prospect:
    """One event; what is told of it changes it."""

    outlook: Outlook

    @classmethod
    def of(cls, state: EventState, wirings: Wirings) -> "Prospect":
        """Begin with what the resolver has folded; `wirings` spares indexing a known manifest."""
        return cls(Outlook.of(state, wirings.of(state.manifest)))

    def wants(self, task: Task) -> bool:
        """Tell whether a task is one that this event needs as far as is known here."""
        assessed = self.outlook.wanting.get(task.handler.name)
        need = assessed.need if assessed else None
        return need is not None and (need.id, need.attempt) == (task.need, task.attempt)

    def after(self, fact: FileGenerated) -> tuple[Task, ...]:
        """Take in a result; return what can be run because of it, and could not be before."""
        self.outlook = self.outlook.after(fact)
        if self.outlook.state.outcome is not Outcome.APPLIED:
            return ()
        fresh = set(self._fresh())
        runs = decide_from(self.outlook, self.outlook.state.as_of).runs
        return tuple(
            task_for(run, self.outlook.state, cause=fact.id)
            for run in runs
            if run.need.handler.name in fresh and run.not_before is None
        )

    def _fresh(self) -> Iterable[str]:
        for name, one in self.outlook.reassessed.items():
            was = one.was.need if one.was else None
            if one.now is not None and one.now.is_wanted and one.now.need != was:
                yield name
