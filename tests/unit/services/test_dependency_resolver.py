"""dependency_resolver: after every fact, the pipeline, the announcements and the tasks."""

from datetime import timedelta

import pytest

from llama.domain.errors import Unavailable
from llama.domain.needs import need_of
from llama.domain.states import EventState
from llama.domain.work import Task
from schemas.facts import (
    AlertType,
    FileObsoleted,
    FilePut,
    PipelineAdopted,
    TriggerReceived,
)
from tests.support.facts import EVENT, START, a_content, a_failure, a_pipeline, a_result, a_trigger
from tests.support.memory_system import MemorySystem, SetClock
from tests.unit.services.failing import FailingLedger, FailingLog

RESOLVER = "dependency_resolver"
GRAPH = "alert -> skymap -> plot"
LATER = START + timedelta(minutes=30)


async def a_system(*notices: TriggerReceived) -> MemorySystem:
    """Build a system in which the resolver has read some notices and what it wrote itself."""
    system = MemorySystem.of(GRAPH)
    await system.tell(*notices)
    await system.follow(RESOLVER, RESOLVER)
    return system


def state_of(system: MemorySystem, event: str = EVENT) -> EventState:
    return system.store.states[RESOLVER, event]


def adopted(system: MemorySystem) -> list[PipelineAdopted]:
    return [fact for fact in system.facts() if isinstance(fact, PipelineAdopted)]


def announced(system: MemorySystem) -> list[FileObsoleted]:
    return [fact for fact in system.facts() if isinstance(fact, FileObsoleted)]


def open_tasks(system: MemorySystem) -> list[Task]:
    return [row.task for row in system.store.tasks.values()]


async def make(system: MemorySystem, handler: str, text: str) -> None:
    """Report a run that the resolver's state needs, and let it read the report."""
    need = need_of(state_of(system), handler)
    assert need is not None
    await system.tell(a_result(need, text))
    await system.follow(RESOLVER, RESOLVER)


async def test_an_event_adopts_the_pipeline_after_its_first_notice() -> None:
    system = await a_system(a_trigger())

    [fact] = adopted(system)
    assert (fact.event, fact.epoch, fact.manifest) == (EVENT, 1, a_pipeline(GRAPH))
    assert fact.cause == a_trigger().id


async def test_what_a_first_notice_makes_ready_is_wanted_at_once() -> None:
    system = MemorySystem.of(GRAPH)
    await system.tell(a_trigger())

    await system.restart(RESOLVER)(system.unread(RESOLVER))

    assert [task.handler.name for task in open_tasks(system)] == ["skymap"]


async def test_an_adopted_pipeline_is_not_adopted_again() -> None:
    system = await a_system(a_trigger(), a_trigger(AlertType.UPDATE, created=LATER))

    await system.tell(a_trigger(AlertType.RETRACTION, created=LATER + timedelta(hours=1)))
    await system.follow(RESOLVER, RESOLVER)

    assert len(adopted(system)) == 1


async def test_notices_before_the_adoption_is_read_repeat_it_under_the_same_id() -> None:
    system = MemorySystem.of(GRAPH)
    for number in range(3):
        await system.tell(a_trigger(created=START + timedelta(minutes=number)))
        await system.restart(RESOLVER)(system.unread(RESOLVER))

    assert {fact.id for fact in adopted(system)} == {adopted(system)[0].id}
    await system.follow(RESOLVER)
    assert state_of(system).epoch == 1


async def test_an_event_may_begin_without_a_notice() -> None:
    files = (a_content("alert.json", "by hand"),)
    put = FilePut(id="act", occurred_at=START, event=EVENT, handler="alert", files=files)
    system = MemorySystem.of(GRAPH)
    await system.tell(put)

    await system.follow(RESOLVER, RESOLVER)

    assert [fact.epoch for fact in adopted(system)] == [1]
    assert [task.handler.name for task in open_tasks(system)] == ["skymap"]


async def test_a_newer_deployment_is_adopted_and_an_older_one_is_not() -> None:
    system = await a_system(a_trigger())
    for epoch, code in ((3, "3"), (2, "2")):
        system.epoch, system.manifest = epoch, a_pipeline(GRAPH, code={"plot": code})
        system.restart(RESOLVER)
        await system.tell(a_trigger(created=START + timedelta(minutes=epoch)))
        await system.follow(RESOLVER, RESOLVER)

    assert [fact.epoch for fact in adopted(system)] == [1, 3]


async def test_the_first_adoption_is_as_old_as_its_event_and_a_later_one_happens_when_it_does() -> (
    None
):
    system = await a_system(a_trigger())
    deployed_at = START + timedelta(days=1)
    system.clock, system.epoch = SetClock(deployed_at), 2
    system.manifest = a_pipeline(GRAPH, code={"plot": "2"})
    system.restart(RESOLVER)

    await system.tell(a_trigger(AlertType.UPDATE, created=LATER))
    await system.follow(RESOLVER)

    assert [fact.occurred_at for fact in adopted(system)] == [a_trigger().occurred_at, deployed_at]


async def test_what_is_ready_is_wanted() -> None:
    system = await a_system(a_trigger())

    [task] = open_tasks(system)

    assert (task.event, task.handler.name, task.attempt) == (EVENT, "skymap", 1)
    assert task.inputs == {"alert.json#whole": a_trigger().files[0].digest}
    assert task.contents == a_trigger().files
    assert task.cause == adopted(system)[0].id


async def test_a_result_makes_the_next_handler_wanted() -> None:
    system = await a_system(a_trigger())

    await make(system, "skymap", "one")

    assert [task.handler.name for task in open_tasks(system)] == ["plot"]


async def test_significant_events_go_first() -> None:
    system = await a_system(
        a_trigger(), a_trigger(event="S1", significant=False), a_trigger(event="S2")
    )

    await system.follow(RESOLVER)

    priority = {task.event: task.priority for task in open_tasks(system)}
    assert priority[EVENT] == priority["S2"] > priority["S1"]


async def test_a_retraction_withdraws_what_was_wanted() -> None:
    system = await a_system(a_trigger())

    await system.tell(a_trigger(AlertType.RETRACTION, created=LATER))
    await system.follow(RESOLVER)

    assert open_tasks(system) == []


async def test_a_failed_run_is_wanted_again_after_its_cool_down() -> None:
    system = await a_system(a_trigger())
    need = need_of(state_of(system), "skymap")
    assert need is not None

    await system.tell(a_failure(need, at=LATER, retry_in=timedelta(seconds=4)))
    await system.follow(RESOLVER)

    [task] = open_tasks(system)
    assert (task.need, task.attempt) == (need.id, 2)
    assert task.not_before == LATER + timedelta(seconds=4)


async def test_a_run_that_failed_for_good_is_not_wanted() -> None:
    system = await a_system(a_trigger())
    need = need_of(state_of(system), "skymap")
    assert need is not None

    await system.tell(a_failure(need, retry_in=None))
    await system.follow(RESOLVER)

    assert open_tasks(system) == []


async def test_a_file_that_became_obsolete_is_announced_with_its_cause() -> None:
    system = await a_system(a_trigger())
    await make(system, "skymap", "one")
    made = state_of(system).made["skymap"].fact
    update = a_trigger(AlertType.UPDATE, created=LATER, content="news")

    await system.tell(update)
    await system.follow(RESOLVER)

    [fact] = announced(system)
    assert (fact.file, fact.generation, fact.cause) == ("skymap.json", made, update.id)
    [change] = fact.because
    assert (change.was, change.now) == (a_trigger().files[0].digest, update.files[0].digest)


async def test_nothing_is_announced_where_nothing_changed() -> None:
    system = await a_system(a_trigger())
    await make(system, "skymap", "one")
    await make(system, "plot", "one")

    await system.tell(a_trigger(), a_trigger(AlertType.UPDATE, created=LATER))
    await system.follow(RESOLVER)

    assert announced(system) == []


async def test_a_batch_that_comes_again_is_announced_under_the_same_ids() -> None:
    system = await a_system(a_trigger())
    await make(system, "skymap", "one")
    system.ledger = FailingLedger(system.ledger)
    system.restart(RESOLVER)
    await system.tell(a_trigger(AlertType.UPDATE, created=LATER, content="news"))

    with pytest.raises(Unavailable):
        await system.follow(RESOLVER)
    await system.follow(RESOLVER)

    first, again = announced(system)
    assert first == again


async def test_tasks_and_offset_stay_while_the_log_takes_nothing() -> None:
    system = await a_system(a_trigger())
    await make(system, "skymap", "one")
    offsets, wanted = dict(system.store.offsets), open_tasks(system)
    system.log = FailingLog(system.records)
    system.restart(RESOLVER)
    await system.tell(a_trigger(AlertType.UPDATE, created=LATER, content="news"))

    with pytest.raises(Unavailable):
        await system.follow(RESOLVER)
    assert (dict(system.store.offsets), open_tasks(system)) == (offsets, wanted)
    await system.follow(RESOLVER)

    assert [task.handler.name for task in open_tasks(system)] == ["skymap"]
