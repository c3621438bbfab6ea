"""What the memory adapters share: the tables of one imaginary database."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from llama.domain.copies import Copy
from llama.domain.external_triggers import Key as TriggerKey
from llama.domain.external_triggers import ShownTrigger
from llama.domain.neutrinos import Key, ShownNeutrino
from llama.domain.outlet import Pause
from llama.domain.revisions import Head
from llama.domain.selection.profile import EventProfile
from llama.domain.selection.standing import StandingSelection
from llama.domain.shown import ShownEvent
from llama.domain.shown_details import ShownFailure, ShownFlag, ShownHold
from llama.domain.sources.gaps import Gap
from llama.domain.states import EventState
from llama.domain.timers import Timer
from llama.domain.work import Task
from llama.ports.clock import Clock
from llama.ports.projections import FactRow, FileRow, Receipt
from llama.ports.sources import Seen
from schemas.facts import Source
from schemas.reports import DeadLetter, DeadLetterClosed, RevisionCommitted

TaskKey = tuple[str, str, str, int]
"""Event, handler, need and attempt."""
TimerKey = tuple[str, str, str]
"""Event, handler and generation."""


def key_of(task: Task) -> TaskKey:
    """Return what tells a task from all others."""
    return task.event, task.handler.name, task.need, task.attempt


@dataclass(slots=True)
class OpenTask:
    """One row of the task table."""

    task: Task
    number: int
    wanted_since: datetime
    due_at: datetime
    """When a worker may take it: from the start, after a cool-down, when its lease runs out."""
    worker: str | None = None
    """Who has leased it, or had finished it."""
    fence: int = 0
    is_done: bool = False
    ahead_of: str | None = None
    """The fact after which a worker took it, as long as the resolver has not folded that."""

    def is_lapsed(self, now: datetime) -> bool:
        """Tell whether it was taken ahead by somebody who did not come back."""
        return self.ahead_of is not None and not self.is_done and self.due_at <= now

    @property
    def place(self) -> tuple[int, datetime, int]:
        """Where it stands in the queue: the smallest goes first."""
        return -self.task.priority, self.wanted_since, self.number


@dataclass(slots=True)
class SetTimer:
    """One row of the table of timers."""

    timer: Timer
    rings_at: datetime
    """When it is handed out next: first when it is due."""


@dataclass(slots=True)
class MemoryStore:
    """Tables by their keys. Give one store to all adapters that are to see the same."""

    clock: Clock
    offsets: dict[tuple[str, str, int], int] = field(
        default_factory=dict[tuple[str, str, int], int]
    )
    """By consumer, topic and partition."""
    states: dict[tuple[str, str], EventState] = field(
        default_factory=dict[tuple[str, str], EventState]
    )
    """By consumer and event, as are the heads."""
    heads: dict[tuple[str, str], Head] = field(default_factory=dict[tuple[str, str], Head])
    receipts: dict[tuple[str, int, int], Receipt] = field(
        default_factory=dict[tuple[str, int, int], Receipt]
    )
    """By topic, partition and offset."""
    deployments: list[str] = field(default_factory=list[str])
    deployed_at: list[datetime] = field(default_factory=list[datetime])
    """When each deployment was."""
    tasks: dict[TaskKey, OpenTask] = field(default_factory=dict[TaskKey, OpenTask])
    tasks_ever: int = 0
    fences_ever: int = 0
    timers: dict[TimerKey, SetTimer] = field(default_factory=dict[TimerKey, SetTimer])
    flag_changes: dict[str, dict[tuple[int, str], ShownFlag]] = field(
        default_factory=dict[str, dict[tuple[int, str], ShownFlag]]
    )
    """By event; by sequence and flag."""
    in_force: dict[str, tuple[tuple[ShownHold, ...], tuple[ShownFailure, ...]]] = field(
        default_factory=dict[str, tuple[tuple[ShownHold, ...], tuple[ShownFailure, ...]]]
    )
    """Holds and failures, by event."""
    events: dict[str, ShownEvent] = field(default_factory=dict[str, ShownEvent])
    profiles: dict[str, EventProfile] = field(default_factory=dict[str, EventProfile])
    """What the events shown are judged by."""
    files: dict[str, tuple[FileRow, ...]] = field(default_factory=dict[str, tuple[FileRow, ...]])
    facts: dict[tuple[int, int], tuple[str, FactRow]] = field(
        default_factory=dict[tuple[int, int], tuple[str, FactRow]]
    )
    """By partition and offset: the event, and the fact."""
    revisions: dict[tuple[str, int], RevisionCommitted] = field(
        default_factory=dict[tuple[str, int], RevisionCommitted]
    )
    dead_letters: dict[str, DeadLetter] = field(default_factory=dict[str, DeadLetter])
    closings: dict[str, DeadLetterClosed] = field(default_factory=dict[str, DeadLetterClosed])
    """What was done about dead letters, by these."""
    copies: dict[Source, Copy] = field(default_factory=dict[Source, Copy])
    """Copies of notices, by the records that they came in."""
    neutrinos: dict[Key, ShownNeutrino] = field(default_factory=dict[Key, ShownNeutrino])
    external_triggers: dict[TriggerKey, ShownTrigger] = field(
        default_factory=dict[TriggerKey, ShownTrigger]
    )
    pause: Pause | None = None
    """Of publication."""
    sources: dict[str, Seen] = field(default_factory=dict[str, Seen])
    gaps: dict[str, Gap] = field(default_factory=dict[str, Gap])
    selections: dict[str, StandingSelection] = field(default_factory=dict[str, StandingSelection])
    """By name."""
    rung: int = 0
    """How often there was something new to do."""
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def row_of(self, task: Task, *, ahead_of: str | None = None) -> OpenTask:
        """Add a row for a task that has none."""
        self.tasks_ever += 1
        since = task.not_before or self.clock.now()
        row = OpenTask(task, self.tasks_ever, wanted_since=since, due_at=since, ahead_of=ahead_of)
        self.tasks[key_of(task)] = row
        return row

    def ring(self) -> None:
        """Wake whoever waits for work."""
        self.rung += 1
        self._bell.set()

    async def wait(self, *, seen: int, timeout_s: float) -> None:
        """Return when it has rung more often than was seen, at the latest after the timeout."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.rung <= seen:
                    self._bell.clear()
                    await self._bell.wait()
        except TimeoutError:
            return
