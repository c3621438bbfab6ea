"""All services together, in one process and in memory: from a notice to a settled event."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from llama.adapters.memory.log import MemoryLog
from llama.adapters.system_clock import SystemClock
from llama.ports.message_log import Record
from schemas.base import Message
from schemas.facts import FileGenerated, FileObsoleted
from schemas.files import Manifest
from schemas.topics import Topic
from tests.support.facts import a_pipeline
from tests.support.memory_system import MemorySystem, ScriptedRunner, not_made
from tests.support.notices import a_map, a_notice, a_retraction, an_event

GRAPH = "alert#skymap -> skymap -> plot -> page; alert#event, skymap? -> info -> page"
EVENTS = ("S230914ak", "S230518h", "MS230425k")
Shown = Mapping[str, Mapping[str, tuple[str, str | None]]]
"""By event and file: its status, and the digest of its content."""


@dataclass(slots=True)
class DoublingLog:
    """A log whose writers repeat themselves, as they do after a crash."""

    log: MemoryLog
    chance: random.Random
    repeated: int = 0

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        written = await self.log.append(topic, messages)
        again = [message for message in messages if self.chance.random() < 0.5]
        self.repeated += len(again)
        await self.log.append(topic, again)
        return written

    async def append_raw(
        self, topic: Topic, value: bytes, *, headers: Mapping[str, bytes]
    ) -> Record:
        return await self.log.append_raw(topic, value, headers=headers)


@dataclass(slots=True)
class Feed:
    """The notices of three events: one is updated, one updated and retracted."""

    notices: list[bytes] = field(default_factory=list[bytes])

    def __post_init__(self) -> None:
        for event in EVENTS:
            self.add(event, "PRELIMINARY", 20)
        for event in EVENTS[1:]:
            self.add(event, "UPDATE", 40, skymap=a_map(f"better {event}"))
        self.notices.append(a_retraction(superevent_id=EVENTS[2]))

    def add(self, event: str, alert_type: str, minute: int, **changes: object) -> None:
        time = f"2023-09-14T11:{minute}:00Z"
        body = an_event(**changes)
        self.notices.append(
            a_notice(superevent_id=event, alert_type=alert_type, time_created=time, event=body)
        )


def the_pipeline() -> Manifest:
    """Build the pipeline; what fails is tried again after some hundredths of a second."""
    manifest = a_pipeline(GRAPH)
    impatient = tuple(one.model_copy(update={"cool_down_s": 0.02}) for one in manifest.handlers)
    return manifest.model_copy(update={"handlers": impatient})


def a_system(*, failing: Sequence[str] = ()) -> MemorySystem:
    runner = ScriptedRunner({handler: [not_made()] for handler in failing})
    return MemorySystem.of(the_pipeline(), clock=SystemClock(), runner=runner)


async def shown(system: MemorySystem) -> Shown:
    return {
        event: {row.name: (row.status, row.digest) for row in await system.models.files(event)}
        for event in sorted(system.store.files)
    }


def generated(system: MemorySystem) -> list[str]:
    return [fact.handler for fact in system.facts() if isinstance(fact, FileGenerated)]


async def test_a_notice_leads_to_all_files_of_its_event() -> None:
    system = a_system(failing=["info"])

    async with system.living():
        await system.settled(a_notice())

    files = (await shown(system))["S230914ak"]
    assert {name: status for name, (status, _) in files.items()} == dict.fromkeys(
        ("alert.json", "skymap.json", "plot.json", "info.json", "page.json"), "current"
    )
    assert sorted(generated(system)) == ["info", "page", "plot", "skymap"]
    assert len(await system.history.log("S230914ak")) == 5
    assert await system.problems() == []


async def test_the_files_of_a_settled_event_are_in_store_and_history() -> None:
    system = a_system()

    async with system.living():
        await system.settled(a_notice())

    head = await system.history.head("S230914ak")
    for name, (_, digest) in (await shown(system))["S230914ak"].items():
        content = await system.artifacts.get(digest or "")
        assert await system.history.read("S230914ak", name, commit=head or "") == content


async def test_only_what_is_made_from_a_changed_input_is_made_again() -> None:
    system = a_system()
    other_far = a_notice(
        alert_type="UPDATE", time_created="2023-09-14T11:40:00Z", event=an_event(far=1e-3)
    )

    async with system.living():
        await system.settled(a_notice())
        first = generated(system)
        await system.settled(other_far)

    assert sorted(generated(system)[len(first) :]) == ["info", "page"]
    obsolete = [fact.file for fact in system.facts() if isinstance(fact, FileObsoleted)]
    assert obsolete == ["info.json", "page.json"]
    assert await system.problems() == []


async def test_a_retraction_hides_what_was_made_and_an_update_brings_it_back() -> None:
    system = a_system()
    update = a_notice(alert_type="UPDATE", time_created="2023-09-14T13:00:00Z")

    async with system.living():
        await system.settled(a_notice())
        before = await shown(system)
        await system.settled(a_retraction())
        retracted = (await shown(system))["S230914ak"]
        made = len(generated(system))
        await system.settled(update)

    assert {status for name, (status, _) in retracted.items() if name != "alert.json"} == {"masked"}
    assert len(generated(system)) == made
    after = await shown(system)
    assert {**after["S230914ak"], "alert.json": ""} == {**before["S230914ak"], "alert.json": ""}


async def test_what_cannot_be_used_changes_no_event() -> None:
    system = a_system()

    async with system.living():
        await system.settled(b"no notice", a_notice(), b"\xff", b"{}")

    assert list(await shown(system)) == ["S230914ak"]
    assert len(await system.models.dead_letters(limit=9)) == 3


async def undisturbed() -> Shown:
    """Let all happen in order and without any trouble."""
    system = a_system()
    async with system.living():
        for raw in Feed().notices:
            await system.settled(raw)
    return await shown(system)


@pytest.mark.parametrize("seed", range(6))
async def test_repetitions_restarts_and_any_order_end_in_the_same_state(seed: int) -> None:
    chance = random.Random(seed)
    system = a_system(failing=["skymap", "info", "page"])
    system.log = doubling = DoublingLog(system.records, chance)
    notices = Feed().notices * 2
    chance.shuffle(notices)

    async with system.living(workers=2):
        for raw in notices:
            await system.send(raw)
            for _ in range(chance.randrange(4)):
                await system.kill(chance.choice(system.alive))
            await asyncio.sleep(chance.choice((0, 0, 0.01)))
        await system.settled(*notices)

    assert await shown(system) == await undisturbed()
    assert doubling.repeated > 10
    assert await system.problems() == []


@pytest.mark.parametrize("seed", range(3))
async def test_read_models_and_histories_made_anew_are_the_same(seed: int) -> None:
    system = a_system()
    system.log = DoublingLog(system.records, random.Random(seed))
    async with system.living():
        await system.settled(*Feed().notices)
    tables, heads = await shown(system), await heads_of(system)

    again = a_system()
    again.records, again.artifacts = system.records, system.artifacts
    await again.follow("versioning", "projection")

    assert (await shown(again), await heads_of(again)) == (tables, heads)


async def heads_of(system: MemorySystem) -> dict[str, str | None]:
    return {event: await system.history.head(event) for event in EVENTS}
