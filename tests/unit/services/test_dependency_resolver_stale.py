"""dependency_resolver: which events take on a new pipeline, and which are left as they are."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.adapters.memory.timers import MemoryTimerQueue
from llama.domain.assessment import Need
from llama.domain.contents import fixed_in
from llama.domain.digests import digest_bytes
from llama.domain.needs import need_of
from llama.domain.states import EventState
from llama.domain.status import status_of
from schemas.facts import (
    AlertType,
    Fact,
    FileDeleted,
    FileFrozen,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    PipelineRequested,
)
from schemas.files import Manifest
from schemas.flags import FlagName
from services.dependency_resolver.adopting import deployable
from services.dependency_resolver.expiring import Alarm
from services.dependency_resolver.reactions import Resolver
from tests.support.facts import EVENT, START, a_content, a_failure, a_pipeline, a_result, a_trigger
from tests.support.memory_system import MemorySystem, SetClock
from tests.support.resources import CALIBRATING, CURVES, Curves, using

RESOLVER = "dependency_resolver"
GRAPH = "alert -> skymap -> plot"
OLD = timedelta(days=8)
YOUNG = timedelta(days=6)
NEW = a_pipeline(GRAPH, code={"plot": "2"})
WHEN = START + OLD
ASKING: Sequence[Fact] = (
    a_trigger(AlertType.UPDATE, created=START + OLD, content="news"),
    PipelineRequested(id="act", event=EVENT, occurred_at=WHEN),
    FileRequested(id="act", handler="plot", event=EVENT, occurred_at=WHEN),
    FileDeleted(id="act", handler="plot", event=EVENT, occurred_at=WHEN),
    FilePut(
        id="act",
        handler="skymap",
        files=(a_content("skymap.json", "mine"),),
        event=EVENT,
        occurred_at=WHEN,
    ),
)
MERE: Sequence[Fact] = (
    FlagsChanged(id="act", changes={FlagName.UPLOAD: True}, event=EVENT, occurred_at=WHEN),
    FlagsChanged(id="act", changes={FlagName.VETOED: True}, event=EVENT, occurred_at=WHEN),
    FileVetoed(id="act", handler="plot", event=EVENT, occurred_at=WHEN),
    FileFrozen(id="act", handler="plot", event=EVENT, occurred_at=WHEN),
    a_trigger(),
)


def clock_of(system: MemorySystem) -> SetClock:
    assert isinstance(system.clock, SetClock)
    return system.clock


def state_of(system: MemorySystem) -> EventState:
    return system.store.states[RESOLVER, EVENT]


def adopted(system: MemorySystem) -> list[PipelineAdopted]:
    return [fact for fact in system.facts() if isinstance(fact, PipelineAdopted)]


def epochs(system: MemorySystem) -> list[int]:
    return [fact.epoch for fact in adopted(system)]


async def make(system: MemorySystem) -> None:
    """Make whatever is wanted, until nothing is."""
    await system.follow(RESOLVER, RESOLVER)
    while tasks := [row.task for row in system.store.tasks.values()]:
        need = need_of_task(system, tasks[0].handler.name)
        await system.tell(a_result(need, at=clock_of(system).now()))
        await system.follow(RESOLVER, RESOLVER)


def need_of_task(system: MemorySystem, handler: str) -> Need:
    need = need_of(state_of(system), handler)
    assert need is not None
    return need


async def a_settled_system() -> MemorySystem:
    """Build a system with an event of which all files are made, by the first release."""
    system = MemorySystem.of(GRAPH)
    await system.tell(a_trigger())
    await make(system)
    return system


def deploy(system: MemorySystem, manifest: Manifest = NEW, *, epoch: int = 2) -> None:
    """Let the resolver of another release follow the log from now on."""
    system.epoch, system.manifest = epoch, manifest
    system.restart(RESOLVER)


async def begin(system: MemorySystem) -> None:
    """Do what the deployed resolver does when it starts."""
    resolver = Resolver(system.records, system.clock, system.manifest, system.epoch)
    behind = await system.ledger.states_behind(RESOLVER, system.epoch)
    await resolver.adopt_unfinished(behind)
    await system.follow(RESOLVER)


async def test_a_young_settled_event_takes_on_new_code_at_once() -> None:
    system = await a_settled_system()
    clock_of(system).advance(YOUNG)
    deploy(system)

    await begin(system)

    assert epochs(system) == [1, 2]
    assert [row.task.handler.name for row in system.store.tasks.values()] == ["plot"]


async def test_an_old_settled_event_keeps_its_code() -> None:
    system = await a_settled_system()
    clock_of(system).advance(OLD)
    deploy(system)

    await begin(system)

    assert epochs(system) == [1]
    assert system.store.tasks == {}


async def test_an_event_is_as_old_as_what_was_last_done_for_it() -> None:
    system = await a_settled_system()
    clock_of(system).advance(YOUNG)
    await system.tell(a_trigger(AlertType.UPDATE, created=START + YOUNG, content="news"))
    await make(system)
    clock_of(system).advance(YOUNG)
    deploy(system)

    await begin(system)

    assert epochs(system) == [1, 2]


async def test_how_old_is_old_can_be_set() -> None:
    system = await a_settled_system()
    clock_of(system).advance(timedelta(minutes=2))
    behind = await system.ledger.states_behind(RESOLVER, 2)

    for stale_after in (timedelta(minutes=1), timedelta(minutes=3)):
        resolver = Resolver(system.records, system.clock, NEW, 2, stale_after)
        await resolver.adopt_unfinished(behind)

    assert epochs(system) == [1, 2]


@pytest.mark.parametrize("retry_in", [timedelta(0), timedelta(days=30)])
async def test_an_old_event_that_is_unfinished_takes_on_new_code(retry_in: timedelta) -> None:
    """No worker of the new release carries out what the old one wanted."""
    system = MemorySystem.of(GRAPH)
    await system.tell(a_trigger())
    await system.follow(RESOLVER, RESOLVER)
    await system.tell(a_failure(need_of_task(system, "skymap"), retry_in=retry_in))
    await system.follow(RESOLVER)
    clock_of(system).advance(OLD)
    deploy(system)

    await begin(system)

    assert epochs(system) == [1, 2]


@pytest.mark.parametrize("fact", ASKING, ids=lambda fact: fact.kind)
async def test_who_asks_for_work_on_an_old_event_gets_it_from_new_code(fact: Fact) -> None:
    system = await a_settled_system()
    clock_of(system).advance(OLD)
    deploy(system)

    await system.tell(fact)
    await system.follow(RESOLVER, RESOLVER)

    assert epochs(system) == [1, 2]
    assert adopted(system)[-1].cause == fact.id
    assert {row.task.handler.name for row in system.store.tasks.values()} <= {"skymap", "plot"}
    assert system.store.tasks


@pytest.mark.parametrize("fact", MERE, ids=lambda fact: fact.kind)
async def test_what_asks_for_no_work_leaves_an_old_event_alone(fact: Fact) -> None:
    system = await a_settled_system()
    clock_of(system).advance(OLD)
    deploy(system)

    await system.tell(fact)
    await system.follow(RESOLVER, RESOLVER)

    assert epochs(system) == [1]
    assert system.store.tasks == {}


async def test_an_act_on_a_young_event_brings_new_code_to_it() -> None:
    system = await a_settled_system()
    clock_of(system).advance(YOUNG)
    deploy(system)

    await system.tell(FileFrozen(id="act", occurred_at=START, event=EVENT, handler="skymap"))
    await system.follow(RESOLVER, RESOLVER)

    assert epochs(system) == [1, 2]


async def test_a_request_makes_only_what_new_code_changes() -> None:
    system = await a_settled_system()
    before = dict(state_of(system).made)
    clock_of(system).advance(OLD)
    deploy(system)

    await system.tell(PipelineRequested(id="act", event=EVENT, occurred_at=WHEN))
    await make(system)

    made = state_of(system).made
    assert {name for name in made if made[name] != before[name]} == {"plot"}


async def test_a_request_for_what_is_there_already_does_nothing() -> None:
    system = await a_settled_system()

    await system.tell(PipelineRequested(id="act", event=EVENT, occurred_at=WHEN))
    await system.follow(RESOLVER)

    assert epochs(system) == [1]


async def test_the_same_pipeline_is_not_adopted_again_for_its_higher_epoch() -> None:
    """It was deployed, withdrawn, and deployed again."""
    system = await a_settled_system()
    deploy(system, system.manifest, epoch=3)

    await begin(system)
    await system.tell(PipelineRequested(id="act", event=EVENT, occurred_at=WHEN))
    await system.follow(RESOLVER)

    assert epochs(system) == [1]


async def test_an_expiry_of_old_brings_new_code_with_it() -> None:
    """Only workers of the new release are there to make again what has expired."""
    system = MemorySystem.of(GRAPH)
    await system.tell(a_trigger())
    await system.follow(RESOLVER, RESOLVER)
    result = a_result(need_of_task(system, "skymap"))
    await system.tell(result.model_copy(update={"valid_until": START + OLD}))
    await make(system)
    clock_of(system).advance(OLD)
    deploy(system)

    await Alarm(MemoryTimerQueue(system.store), system.records).ring()
    await system.follow(RESOLVER, RESOLVER)

    assert epochs(system) == [1, 2]


async def test_a_stale_event_says_so_until_it_is_asked_for() -> None:
    system = await a_settled_system()
    clock_of(system).advance(OLD)
    deploy(system)
    stale: list[bool] = []

    for fact in MERE[0], ASKING[1]:
        await system.tell(fact)
        await system.follow(RESOLVER, RESOLVER)
        now, state = system.clock.now(), state_of(system)
        stale.append(status_of(state, leased=[], now=now, deployed=NEW.digest).stale)

    assert stale == [True, False]


async def test_what_a_deployment_brings_along_is_kept_before_an_event_adopts_it() -> None:
    artifacts = MemoryArtifacts()

    manifest = await deployable(CALIBRATING, {Curves: b"second"}, artifacts)

    assert artifacts.contents.keys() == {*fixed_in(manifest).values()} == {digest_bytes(b"second")}


async def test_another_resource_makes_a_young_event_again() -> None:
    system = await a_settled_system()
    deploy(system, using(a_pipeline(GRAPH), "plot", "second"))

    await begin(system)

    [row] = system.store.tasks.values()
    assert row.task.handler.name == "plot"
    assert row.task.inputs[f"{CURVES}#whole"] == digest_bytes(b"second")


async def test_another_resource_leaves_an_old_event_and_marks_it_stale() -> None:
    system = await a_settled_system()
    clock_of(system).advance(OLD)
    deploy(system, using(a_pipeline(GRAPH), "plot", "second"))

    await begin(system)

    now, deployed = clock_of(system).now(), system.manifest.digest
    told = status_of(state_of(system), leased=[], now=now, deployed=deployed)
    assert (epochs(system), system.store.tasks, told.stale) == ([1], {}, True)
