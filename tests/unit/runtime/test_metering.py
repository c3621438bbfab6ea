"""What a service reads and writes is counted beside what it does with it."""

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import pytest

from llama.adapters.memory.log import MemoryLog, MemorySubscription
from llama.adapters.memory.telemetry import MemoryTelemetry
from llama.adapters.system_clock import SystemClock
from llama.domain.errors import Unavailable
from llama.domain.moves import Folded
from llama.ports.ledger import Transaction
from llama.ports.message_log import Batch, Record, Subscription
from llama.runtime.folding import Folder
from llama.runtime.metering import (
    SILENT_AFTER_S,
    MeteredLog,
    Timekeeper,
    WatchedFeed,
    kind_of,
    metered,
)
from llama.runtime.vitals import Vitals
from schemas.topics import ALERTS_TOPIC, DEAD_LETTERS_TOPIC, FACTS_TOPIC
from tests.support.memory_system import MemorySystem, ScriptedRunner, not_made
from tests.support.notices import a_notice
from tests.unit.services.failing import FailingLog

GRAPH = "alert -> skymap -> plot"
FACTS, LETTERS = FACTS_TOPIC.name, DEAD_LETTERS_TOPIC.name


async def a_story(telemetry: MemoryTelemetry, *notices: bytes) -> MemorySystem:
    """Let notices lead to all that they lead to; the plot fails for good."""
    runner = ScriptedRunner({"plot": [not_made("permanent")]})
    system = MemorySystem.of(GRAPH, clock=SystemClock(), runner=runner)
    system.log = MeteredLog(system.records, telemetry)
    async with system.living():
        await system.settled(*notices)
    return system


async def test_every_message_is_counted_by_its_kind() -> None:
    telemetry = MemoryTelemetry()

    system = await a_story(telemetry, a_notice(), b"<xml/>")

    facts = [fact.kind for fact in system.facts()]
    assert telemetry.produced_by[FACTS, "TriggerReceived"] == 1
    assert telemetry.produced_by[LETTERS, "DeadLetter"] == 1
    assert {kind: telemetry.produced_by[FACTS, kind] for kind in facts} == {
        kind: facts.count(kind) for kind in facts
    }


async def test_notices_are_counted_and_refusals_by_their_reason() -> None:
    telemetry = MemoryTelemetry()

    await a_story(telemetry, a_notice(), b"<xml/>", b"{}")

    assert telemetry.notices == {"event": 1}
    assert telemetry.refusals == {"unsupported_format": 1, "not_a_notice": 1}


async def test_runs_are_counted_by_their_outcome_with_their_time() -> None:
    telemetry = MemoryTelemetry()

    await a_story(telemetry, a_notice())

    assert telemetry.runs == [("skymap", "made", 0.25), ("plot", "permanent", 0.25)]


async def test_what_was_not_written_is_not_counted() -> None:
    telemetry, log = MemoryTelemetry(), MemoryLog()
    failing = MeteredLog(FailingLog(log), telemetry)

    with pytest.raises(Unavailable):
        await failing.append(FACTS_TOPIC, [])

    assert not telemetry.produced_by


async def test_batches_are_counted_when_they_had_their_effects() -> None:
    log, telemetry, ticks = MemoryLog(), MemoryTelemetry(), itertools.count()
    for raw in (b"one", b"two"):
        await log.append_raw(ALERTS_TOPIC, raw, headers={"ce_type": b"anything"})
    vitals = Vitals(["trigger_ingest"], clock=lambda: 0.0)
    watch = vitals.loop("trigger_ingest", name="consuming", within_s=60)

    def subscribe() -> AbstractAsyncContextManager[Subscription]:
        return nullcontext(MemorySubscription(log, [ALERTS_TOPIC], {}))

    counting = metered(subscribe, watch=watch, telemetry=telemetry, time_s=lambda: next(ticks))
    async with counting() as subscription:
        haul = await anext(aiter(subscription.hauls()))
        before = dict(telemetry.consumed_by)
        await subscription.confirm(haul)

    assert before == {}
    assert telemetry.consumed_by == {(ALERTS_TOPIC.name, "other"): 2}
    assert telemetry.batches_s == [1]
    assert ("trigger_ingest", "consuming") in vitals.silences()


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((("ce_type", b"llama.FileGenerated.v1"),), "FileGenerated"),
        ((("ce_type", b"llama.Nonsense.v1"),), "other"),
        ((("ce_type", b"\xff\xfe" * 500),), "other"),
        ((), "other"),
    ],
)
def test_a_kind_is_one_of_ours_or_other(headers: tuple[tuple[str, bytes], ...], kind: str) -> None:
    assert kind_of(Record("t", 0, 0, None, b"", headers)) == kind


@pytest.mark.parametrize(
    ("silent_s", "failing"), [(0, []), (SILENT_AFTER_S, []), (SILENT_AFTER_S + 1, ["servers"])]
)
def test_a_kafka_that_is_silent_for_long_is_away(silent_s: float, failing: Sequence[str]) -> None:
    vitals, telemetry = Vitals(["projection"], clock=lambda: 0.0), MemoryTelemetry()
    vitals.begun("projection")
    feed = WatchedFeed(vitals.loop("projection", name="consuming", within_s=60), telemetry)

    feed.polled({(FACTS, 0): 3}, silent_s=silent_s)

    assert [check.name for check in vitals.ready().failing] == failing
    assert telemetry.lag_of == {(FACTS, 0): 3}
    feed.polled({(FACTS, 0): 0}, silent_s=0)
    assert vitals.ready().is_good


async def test_the_time_after_the_alert_is_counted_once_a_batch_had_its_effects() -> None:
    system, telemetry = await a_story(MemoryTelemetry(), a_notice()), MemoryTelemetry()
    shown = asyncio.Event()

    async def show(_transaction: Transaction, folded: Sequence[Folded]) -> None:
        if not shown.is_set():
            shown.set()
            raise Unavailable("the database is away")

    timekeeper = Timekeeper(show, telemetry)
    folder = Folder("another", system.ledger, timekeeper.look)
    handle = timekeeper.timed(folder.handle)
    haul = whole(system)

    with pytest.raises(Unavailable):
        await handle(haul)
    assert telemetry.latencies == []
    await handle(haul)

    assert [handler for handler, after_s in telemetry.latencies if after_s >= 0] == ["skymap"]


def whole(system: MemorySystem) -> list[Batch]:
    """Return the facts of each partition that has any, as one batch."""
    partitions = [(n, system.records.partition(FACTS, n)) for n in range(FACTS_TOPIC.partitions)]
    return [Batch(FACTS, n, 0, tuple(records)) for n, records in partitions if records]
