"""Ingestion: notices are sent, and waiting ends when everything they lead to is done."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import pytest

from llama.adapters.system_clock import SystemClock
from llama.client.ingestion import FOLLOWERS, MAX_NOTICE_BYTES, WaitedTooLong, within
from llama.domain.work import Task
from llama.ports.runner import RunOutcome
from schemas.envelope import NAME_HEADER
from schemas.files import Manifest
from schemas.reports import DeadLetter
from schemas.topics import ALERTS_TOPIC, DEAD_LETTERS_TOPIC
from tests.support.facts import EVENT, a_pipeline
from tests.support.memory_system import MemorySystem, ScriptedRunner, made_from, not_made, until
from tests.support.notices import a_notice, a_retraction

GRAPH = "alert -> skymap -> plot"
Result = TypeVar("Result")
ALL = ("trigger_ingest", "dependency_resolver", "versioning", "projection")


@dataclass(slots=True)
class HeldRunner:
    """Holds every run until it is let go."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    started: int = 0

    async def run(self, task: Task) -> RunOutcome:
        self.started += 1
        await self.go.wait()
        return made_from(task)


def an_impatient_pipeline(graph: str = GRAPH, *, max_attempts: int = 5) -> Manifest:
    """Build a pipeline whose handlers are tried again after some hundredths of a second."""
    manifest = a_pipeline(graph)
    fields = {"cool_down_s": 0.02, "max_attempts": max_attempts}
    handlers = tuple(spec.model_copy(update=fields) for spec in manifest.handlers)
    return manifest.model_copy(update={"handlers": handlers})


def a_system(*outcomes: RunOutcome, max_attempts: int = 5) -> MemorySystem:
    """Build a system whose skymap has some outcomes before it is made."""
    return MemorySystem.of(
        an_impatient_pipeline(max_attempts=max_attempts),
        clock=SystemClock(),
        runner=ScriptedRunner({"skymap": list(outcomes)}),
    )


async def statuses(system: MemorySystem) -> dict[str, str]:
    return {row.handler: row.status for row in await system.models.files(EVENT)}


async def soon(waiting: "asyncio.Future[Result]") -> bool:
    """Tell whether something is done after a few looks."""
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    return bool(done)


async def test_a_notice_is_sent_with_its_name() -> None:
    system = a_system()

    source = await system.ingestion().send(a_notice(), name="S1-\udcff-é.json")

    [record] = system.records.partition(ALERTS_TOPIC.name, 0)
    assert (source.topic, source.partition, source.offset) == (ALERTS_TOPIC.name, 0, 0)
    assert record.value == a_notice()
    assert dict(record.headers) == {NAME_HEADER: b"S1-\xff-\xc3\xa9.json"}


async def test_receipts_are_waited_for_and_come_in_the_order_of_sending() -> None:
    system = a_system()
    ingestion = system.ingestion()
    sources = [await ingestion.send(raw, name="") for raw in (a_notice(), b"no", a_retraction())]
    waiting = asyncio.ensure_future(ingestion.receipts(sources))

    assert not await soon(waiting)
    await system.follow("trigger_ingest")

    receipts = await waiting
    assert [receipt.source for receipt in receipts] == sources
    assert [receipt.event for receipt in receipts] == [EVENT, None, EVENT]


async def test_an_event_has_settled_when_all_its_files_are_made() -> None:
    system = a_system()

    async with system.living():
        await system.send(a_notice())
        await system.ingestion().settle([EVENT])
        made = await statuses(system)

    assert made == dict.fromkeys(("alert", "skymap", "plot"), "current")
    assert await system.problems() == []


async def test_settling_waits_for_retries() -> None:
    system = a_system(not_made(), not_made("timeout"))

    async with system.living():
        await system.send(a_notice())
        await system.ingestion().settle([EVENT])

    assert (await statuses(system))["plot"] == "current"
    assert [fact.kind for fact in system.facts()].count("FileFailed") == 2


async def test_settling_does_not_wait_for_what_a_remote_source_does_not_have_yet() -> None:
    specs = [one.model_copy(update={"cool_down_s": 3600.0}) for one in a_pipeline(GRAPH).handlers]
    manifest = a_pipeline(GRAPH).model_copy(update={"handlers": tuple(specs)})
    runner = ScriptedRunner({"skymap": [not_made("not_yet")]})
    system = MemorySystem.of(manifest, clock=SystemClock(), runner=runner)

    async with system.living():
        await system.send(a_notice())
        await system.ingestion().settle([EVENT])

    assert (await statuses(system))["skymap"] == "cooling"


async def test_an_event_has_settled_when_a_file_has_failed_for_good() -> None:
    system = a_system(*[not_made()] * 2, max_attempts=2)

    async with system.living():
        await system.send(a_notice())
        await system.ingestion().settle([EVENT])

    assert await statuses(system) == {"alert": "current", "skymap": "failed", "plot": "blocked"}


async def test_settling_waits_for_a_run_that_nobody_has_begun_yet() -> None:
    system = a_system()
    await system.send(a_notice())
    await system.follow(*ALL, *ALL)
    waiting = asyncio.ensure_future(system.ingestion().settle([EVENT]))

    assert not await soon(waiting)
    async with system.living():
        await waiting

    assert (await statuses(system))["plot"] == "current"


async def test_settling_waits_for_a_pipeline_that_is_only_being_adopted() -> None:
    """The event looks settled until the projection has read of the adoption."""
    system = a_system()
    async with system.living():
        await system.send(a_notice())
        await system.ingestion().settle([EVENT])
    system.epoch, system.manifest = 2, an_impatient_pipeline("alert -> skymap -> plot -> page")
    await system.send(a_notice())
    await system.follow("trigger_ingest", "versioning", "projection")
    system.restart("dependency_resolver")
    waiting = asyncio.ensure_future(system.ingestion().settle([EVENT]))
    assert not await soon(waiting)

    await system.follow("dependency_resolver")
    assert not await soon(waiting)
    system.runner = runner = HeldRunner()
    async with system.living():
        await until(lambda: runner.started == 1, "the page is being made")
        assert not await soon(waiting)
        runner.go.set()
        await waiting

    assert (await statuses(system))["page"] == "current"


@pytest.mark.parametrize("follower", FOLLOWERS)
async def test_catching_up_waits_for_every_follower(follower: str) -> None:
    system = a_system()
    await system.send(a_notice())
    await system.send(b"no notice")
    others = [name for name in ALL if name != follower]
    await system.follow(*others)
    waiting = asyncio.ensure_future(system.ingestion().caught_up())

    assert not await soon(waiting)
    for _ in range(4):
        await system.follow(*ALL)

    await asyncio.wait_for(waiting, 30)


async def test_catching_up_waits_for_what_was_written_in_answer() -> None:
    system = a_system()
    await system.send(a_notice())
    await system.follow("trigger_ingest", "versioning", "projection")
    waiting = asyncio.ensure_future(system.ingestion().caught_up())
    assert not await soon(waiting)

    await system.follow("dependency_resolver")  # writes that the pipeline is adopted
    assert not await soon(waiting)
    await system.follow(*ALL, "projection")

    await asyncio.wait_for(waiting, 30)


async def test_catching_up_with_an_empty_log_ends_at_once() -> None:
    await asyncio.wait_for(a_system().ingestion().caught_up(), 30)


async def test_what_is_too_large_goes_to_the_dead_letters_without_its_bytes() -> None:
    system = a_system()
    size = MAX_NOTICE_BYTES + 1

    letter = await system.ingestion().refuse_oversized(name="large.json", size=size)

    [record] = system.records.partition(DEAD_LETTERS_TOPIC.name, 0)
    assert DeadLetter.model_validate_json(record.value or b"") == letter
    assert (letter.reason, letter.raw, letter.size) == ("too_large", None, size)
    assert (letter.name, letter.source) == ("large.json", None)


async def test_a_hostile_file_name_is_told_in_printable_characters() -> None:
    ingestion = a_system().ingestion()
    name = "\x1b[2J\n\u202e\udcff" + "n" * 5000

    letter = await ingestion.refuse_oversized(name=name, size=1)
    again = await ingestion.refuse_oversized(name=name, size=1)

    assert (letter.name.isascii(), letter.name.isprintable()) == (True, True)
    assert len(letter.name) <= 300
    assert again.id == letter.id


async def test_waiting_too_long_says_for_what() -> None:
    forever: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    with pytest.raises(WaitedTooLong, match=r"settling took longer than 0 s: look at `llama sta"):
        await within(timedelta(seconds=0.01), forever, what="settling")


async def test_waiting_ends_with_what_was_waited_for() -> None:
    system = a_system()

    await within(
        timedelta(seconds=30),
        asyncio.ensure_future(system.ingestion().caught_up()),
        what="catching up",
    )


async def test_settling_waits_for_a_run_that_a_worker_has_leased() -> None:
    system, runner = a_system(), HeldRunner()
    system.runner = runner
    async with system.living():
        await system.send(a_notice())
        await until(lambda: runner.started == 1, "the run has started")
        waiting = asyncio.ensure_future(system.ingestion().settle([EVENT]))

        assert not await soon(waiting)
        runner.go.set()
        await waiting

    assert (await statuses(system))["plot"] == "current"
