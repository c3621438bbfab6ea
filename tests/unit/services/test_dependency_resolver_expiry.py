"""dependency_resolver: what expires is said on the log once its time is over, and made again."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from llama.adapters.memory.timers import MemoryTimerQueue
from llama.domain.states import EventState
from llama.ports.message_log import MessageLog
from llama.ports.runner import Made, MadeFile
from schemas.facts import AlertType, FileExpired, FileGenerated
from services.dependency_resolver import expiring
from services.dependency_resolver.expiring import AGAIN_AFTER, Alarm
from tests.support.facts import EVENT, START, a_trigger
from tests.support.memory_system import (
    MemorySystem,
    ScriptedRunner,
    SetClock,
    carry_out,
    until,
)
from tests.unit.services.failing import FailingLog

RESOLVER = "dependency_resolver"
GRAPH = "alert -> neutrinos -> joint"
WINDOW_CLOSES = START + timedelta(minutes=10)


def fetched(content: bytes, *, valid_until: datetime | None = None) -> Made:
    return Made((MadeFile(content, {}),), wall_s=0.25, valid_until=valid_until)


@dataclass(slots=True)
class Scene:
    """A system whose first neutrino list is incomplete, and what a test does with it."""

    system: MemorySystem
    clock: SetClock
    runner: ScriptedRunner

    async def work(self) -> None:
        """Let resolver and worker go on until nothing is left to do."""
        done = False
        while not done:
            await self.system.follow(RESOLVER, RESOLVER)
            done = not await self._carry_out()

    async def set_a_timer_that_is_due(self) -> None:
        """Have the next list made, and let its time pass before the resolver reads of it."""
        created = START + timedelta(minutes=1)
        await self.system.tell(a_trigger(AlertType.UPDATE, created=created, content="news"))
        await self.system.follow(RESOLVER)
        assert await self._carry_out() == 1
        self.clock.moment = WINDOW_CLOSES
        await self.system.follow(RESOLVER)

    async def _carry_out(self) -> int:
        """Let a worker do what is wanted now, and nothing ahead; return how much that was."""
        worker = self.system.worker()
        leases = await worker.queue.claim(
            "w1", handlers=worker.handlers, limit=9, lease=timedelta(seconds=15)
        )
        for lease in leases:
            await carry_out(worker.carrying, lease)
        return len(leases)

    async def ring(self, log: MessageLog | None = None) -> int:
        queue = MemoryTimerQueue(self.system.store)
        return await Alarm(queue, log or self.system.records).ring()

    @property
    def state(self) -> EventState:
        return self.system.store.states[RESOLVER, EVENT]

    def made(self) -> list[str]:
        facts = self.system.facts()
        return [fact.handler for fact in facts if isinstance(fact, FileGenerated)]

    def expired(self) -> list[FileExpired]:
        return [fact for fact in self.system.facts() if isinstance(fact, FileExpired)]


async def a_scene(*lists: Made) -> Scene:
    """Make an event whose neutrino lists are these, one after the other."""
    clock = SetClock()
    incomplete = fetched(b"one neutrino", valid_until=WINDOW_CLOSES)
    script: Mapping[str, Sequence[Made]] = {"neutrinos": lists or (incomplete, fetched(b"three"))}
    runner = ScriptedRunner({name: list(outcomes) for name, outcomes in script.items()})
    scene = Scene(MemorySystem.of(GRAPH, clock=clock, runner=runner), clock, runner)
    await scene.system.tell(a_trigger())
    await scene.work()
    return scene


async def test_an_incomplete_neutrino_list_does_not_stay_final() -> None:
    scene = await a_scene()
    before = dict(scene.state.tree)
    scene.clock.moment = WINDOW_CLOSES

    await scene.ring()
    await scene.work()

    after = scene.state.tree
    assert scene.made() == ["neutrinos", "joint"] * 2
    assert {name for name in after if after[name].version == before[name].version + 1} == {
        *("neutrinos.json", "joint.json")
    }


async def test_before_its_time_nothing_expires() -> None:
    scene = await a_scene()
    scene.clock.moment = WINDOW_CLOSES - timedelta(microseconds=1)

    assert (await scene.ring(), scene.expired()) == (0, [])


async def test_what_comes_out_the_same_ends_there() -> None:
    scene = await a_scene(fetched(b"none", valid_until=WINDOW_CLOSES), fetched(b"none"))
    scene.clock.moment = WINDOW_CLOSES

    await scene.ring()
    await scene.work()

    assert scene.made() == ["neutrinos", "joint", "neutrinos"]


async def test_an_expiry_is_dated_when_it_was_due_however_late_it_is_said() -> None:
    scene = await a_scene()
    scene.clock.moment = WINDOW_CLOSES + timedelta(days=3)

    await scene.ring()

    [fact] = scene.expired()
    assert fact.occurred_at == WINDOW_CLOSES
    assert fact.generation == scene.state.made["neutrinos"].fact


async def test_the_timer_goes_when_the_resolver_has_read_the_expiry() -> None:
    scene = await a_scene()
    scene.clock.moment = WINDOW_CLOSES

    await scene.ring()
    waiting = len(scene.system.store.timers)
    await scene.system.follow(RESOLVER)

    assert (waiting, len(scene.system.store.timers)) == (1, 0)


async def test_what_another_process_took_and_did_not_say_is_said_later() -> None:
    scene = await a_scene()
    scene.clock.moment = WINDOW_CLOSES
    await MemoryTimerQueue(scene.system.store).take_due(limit=9, again_after=AGAIN_AFTER)

    at_once = await scene.ring()
    scene.clock.advance(AGAIN_AFTER)
    later = await scene.ring()

    assert (at_once, later) == (0, 1)


async def test_an_expiry_that_is_said_twice_has_one_effect() -> None:
    scene = await a_scene()
    scene.clock.moment = WINDOW_CLOSES
    await scene.ring()
    scene.clock.advance(AGAIN_AFTER)
    await scene.ring()

    await scene.work()

    first, again = scene.expired()
    assert first == again
    assert scene.made() == ["neutrinos", "joint"] * 2


async def test_an_expiry_is_said_though_the_log_was_away() -> None:
    scene = await a_scene()
    scene.clock.moment = WINDOW_CLOSES
    log = FailingLog(scene.system.records)

    await scene.ring(log)

    assert (log.attempts, len(scene.expired())) == (2, 1)


async def test_a_list_that_was_replaced_in_time_does_not_expire() -> None:
    scene = await a_scene()
    later = START + timedelta(minutes=1)
    await scene.system.tell(a_trigger(AlertType.UPDATE, created=later, content="news"))
    await scene.work()
    scene.clock.moment = WINDOW_CLOSES

    assert (await scene.ring(), scene.expired()) == (0, [])


async def test_a_retracted_event_makes_nothing_when_it_expires_but_does_once_it_is_back() -> None:
    scene = await a_scene()
    minute = timedelta(minutes=1)
    await scene.system.tell(a_trigger(AlertType.RETRACTION, created=START + minute))
    scene.clock.moment = WINDOW_CLOSES
    await scene.ring()
    await scene.work()
    hidden = scene.made()

    await scene.system.tell(a_trigger(AlertType.UPDATE, created=START + 2 * minute))
    await scene.work()

    assert hidden == ["neutrinos", "joint"]
    assert scene.made() == ["neutrinos", "joint"] * 2


async def test_timers_are_rebuilt_with_the_rest_when_the_log_is_read_again() -> None:
    scene = await a_scene()
    timers, store = dict(scene.system.store.timers), scene.system.store
    store.timers.clear()
    store.offsets.clear()
    store.states.clear()

    scene.system.restart(RESOLVER)
    await scene.system.follow(RESOLVER)

    assert store.timers == timers


async def test_a_timer_that_is_set_while_the_alarm_sleeps_wakes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expiring, "IDLE", timedelta(days=1))
    scene = await a_scene(fetched(b"complete"), fetched(b"less", valid_until=WINDOW_CLOSES))
    alarm = Alarm(MemoryTimerQueue(scene.system.store), scene.system.records)

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(alarm.watch())
        await scene.set_a_timer_that_is_due()
        await until(lambda: bool(scene.expired()), "the list has expired")
        watching.cancel()

    assert scene.expired()[0].handler == "neutrinos"


async def test_the_alarm_stops_when_it_is_told_to() -> None:
    scene = await a_scene()
    alarm = Alarm(MemoryTimerQueue(scene.system.store), scene.system.records)
    watching = asyncio.ensure_future(alarm.watch())
    await asyncio.sleep(0)

    watching.cancel()

    with pytest.raises(asyncio.CancelledError):
        await watching
    assert len(scene.system.store.timers) == 1
