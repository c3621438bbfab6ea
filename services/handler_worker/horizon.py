"""What a worker knows of the events that it is working on, beyond its tasks."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import structlog

from llama.domain.errors import LlamaError
from llama.domain.prospects import Prospect
from llama.domain.wiring import Wirings
from llama.domain.work import Task
from llama.ports.ledger import States
from schemas.facts import FileFailed, FileGenerated

_log = structlog.get_logger()
RESOLVER = "dependency_resolver"
"""Whose states prospects begin with: what it has folded, it has turned into tasks."""


@dataclass(slots=True)
class Horizon:
    """Tells what a result makes ready, while tasks of its event are being carried out.

    It forgets an event with the last of its tasks: what others do it would never hear of.
    """

    states: States
    handlers: Collection[tuple[str, str]]
    """The (handler, code) pairs that may go ahead: none that tells the world, which is to know of
    every veto first."""
    _prospects: dict[str, Prospect] = field(default_factory=dict[str, Prospect])
    _tasks: Counter[str] = field(default_factory=Counter[str])
    """How many tasks of each event are under way."""
    _wirings: Wirings = field(default_factory=Wirings)

    def begin(self, task: Task) -> None:
        """Say that a task is under way."""
        self._tasks[task.event] += 1

    def end(self, task: Task) -> None:
        """Say that it is not any more."""
        self._tasks[task.event] -= 1
        if not self._tasks[task.event]:
            del self._tasks[task.event]
            self._prospects.pop(task.event, None)

    def forget(self, event: str) -> None:
        """Forget what is known of an event, until one of its tasks is claimed."""
        self._prospects.pop(event, None)

    async def look(self, tasks: Sequence[Task]) -> None:
        """Have at hand what is known of the events of some tasks, where that is not so already.

        What cannot be had now is done without: the resolver sees to everything in the end.
        """
        unknown = {task.event: task for task in tasks if not self._knows_of(task)}
        for event in unknown:
            self._prospects.pop(event, None)
        if not unknown:
            return
        try:
            states = await self.states.states(RESOLVER, unknown)
        except LlamaError as error:
            _log.info("not_looked_ahead", error=str(error))
            return
        for event, task in unknown.items():
            found = Prospect.of(states[event], self._wirings)
            if found.wants(task) and event in self._tasks:
                self._prospects[event] = found

    def _knows_of(self, task: Task) -> bool:
        known = self._prospects.get(task.event)
        return known is not None and known.wants(task)

    def beyond(self, fact: FileGenerated | FileFailed) -> tuple[Task, ...]:
        """Return the tasks that a result leads to, of those that may go ahead."""
        prospect = self._prospects.get(fact.event)
        if prospect is None or isinstance(fact, FileFailed):
            return ()
        ready = prospect.after(fact)
        return tuple(one for one in ready if (one.handler.name, one.handler.code) in self.handlers)
