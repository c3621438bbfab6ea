"""The jobs that wait for a free slot, and how many more are worth having."""

import asyncio
from dataclasses import dataclass, field
from itertools import count

from services.handler_worker.jobs import Job

IN_STOCK_S = 0.1
"""Short runs are claimed ahead for so long: many with one statement, and none waits for the next.
Other workers may want them, too, so it is not for longer."""
MOST_PER_SLOT = 50
GATHERED_RUNS = 20
MOST_GATHERED_S = 0.1
"""While there are runs, results gather for as long as so many short runs take: one statement serves
them all, and who goes on with an event has the machine meanwhile."""
SHORT_S = 0.05
LEAST_GATHERED_S = 0.01
"""Where runs take longer than the former, nothing is about to end."""
_WEIGHT = 0.1
"""Of the last run in what a run takes."""


@dataclass(slots=True)
class WaitingLine:
    """Hands out jobs, the most urgent first; of those, what continues an event before others."""

    slots: int
    run_s: float = float("inf")
    """How long runs have taken lately."""
    busy: int = 0
    """Slots that are taken."""
    is_idle: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether no job runs, and none waits."""
    _jobs: asyncio.PriorityQueue[tuple[int, bool, int, Job]] = field(
        default_factory=asyncio.PriorityQueue[tuple[int, bool, int, Job]]
    )
    _places: "count[int]" = field(default_factory=count)

    def add(self, job: Job) -> None:
        """Have a job wait."""
        place = (-job.task.priority, job.lease is not None, next(self._places), job)
        self._jobs.put_nowait(place)
        self.is_idle.clear()

    async def next(self) -> Job:
        """Take a slot for the next job, when there is one that is still wanted."""
        while True:
            job = (await self._jobs.get())[-1]
            if not job.is_void:
                job.is_begun = True
                self.busy += 1
                return job

    def leave(self) -> None:
        """Give a slot free."""
        self.busy -= 1
        if not self.busy and self._jobs.empty():
            self.is_idle.set()

    def note(self, wall_s: float) -> None:
        """Note how long a run has taken."""
        known = wall_s if self.run_s == float("inf") else self.run_s
        self.run_s = known + _WEIGHT * (wall_s - known)

    def note_delay(self, waited_s: float) -> None:
        """Note that a job has waited so long for a slot that no stock is worth having."""
        self.run_s = max(self.run_s, waited_s)

    @property
    def gathering_s(self) -> float:
        """How long what has ended waits for what is about to end."""
        if self.run_s > SHORT_S:
            return LEAST_GATHERED_S
        return min(GATHERED_RUNS * self.run_s, MOST_GATHERED_S)

    @property
    def room(self) -> int:
        """How many more jobs are worth having now: 0, or enough to be worth asking for."""
        taken = self.busy + self._jobs.qsize()
        stock = min(IN_STOCK_S / max(self.run_s, 1e-6), MOST_PER_SLOT)
        most = self.slots * (1 + int(stock))
        return max(most - taken, 0) if taken < max(self.slots, most // 2) else 0
