"""Making on request: what has to be asked for, what would run, what ran."""

from collections.abc import Sequence

import pytest

from llama.client.acting.orders import Switch
from llama.client.acting.plans import Planned, Wish, left_over
from llama.client.acting.remaking import Remaking
from llama.domain.errors import ActRefused
from llama.domain.shown import shown_files
from llama.domain.states import EventState
from schemas.facts import FileRequested, PipelineRequested
from tests.support.facts import EVENT, a_pipeline
from tests.support.memory_system import MemorySystem, ScriptedRunner, not_made, until
from tests.support.notices import a_notice, a_retraction
from tests.unit.client.acting import (
    GRAPH,
    HeldRunner,
    a_system,
    acts_on,
    an_order,
    kinds,
    remaking_on,
    settled,
    statuses,
)


async def asked(remaking: Remaking, wish: Wish, system: MemorySystem) -> list[str]:
    """Return which handlers a wish asks for."""
    _, plan = await remaking.plan(wish, an_order(system))
    return [fact.handler for fact in plan.facts if isinstance(fact, FileRequested)]


async def make(system: MemorySystem, wish: Wish, request: str = "r1") -> EventState:
    """Have a wish come true, and return the state after it."""
    remaking = remaking_on(system)
    _, plan = await remaking.plan(wish, an_order(system, request))
    await remaking.ask(plan, wait=True)
    return await remaking.settled(EVENT, plan.awaited)


async def left_of(system: MemorySystem, wish: Wish) -> list[Planned]:
    """Return what of a wish has not come true as things stand."""
    state, plan = await remaking_on(system).plan(wish, an_order(system, "r9"))
    return list(left_over(state, plan))


@pytest.mark.parametrize(
    ("files", "requested"),
    [((), ["skymap"]), (("plot",), ["skymap"]), (("alert.json",), [])],
)
async def test_what_failed_of_a_file_and_its_ancestors_is_asked_for_again(
    files: Sequence[str], requested: list[str]
) -> None:
    async with settled(ScriptedRunner({"skymap": [not_made("permanent")]})) as system:
        assert await asked(remaking_on(system), Wish(files), system) == requested


async def test_nothing_is_asked_for_where_all_is_current() -> None:
    async with settled() as system:
        assert await asked(remaking_on(system), Wish(), system) == []
        assert await asked(remaking_on(system), Wish(("plot",)), system) == []


async def test_force_asks_for_the_named_files_and_not_for_their_ancestors() -> None:
    async with settled() as system:
        remaking = remaking_on(system)

        assert await asked(remaking, Wish(("plot",), force=True), system) == ["plot"]
        assert await asked(remaking, Wish(force=True), system) == ["skymap", "plot"]


async def test_force_makes_a_current_file_again_and_tells_what_ran() -> None:
    async with settled() as system:
        before = await acts_on(system).state(EVENT)
        after = await make(system, Wish(("skymap",), force=True))
        ran = await remaking_on(system).ran_since(before)

    assert [(one.handler, one.outcome, one.files) for one in ran] == [
        ("skymap", "made", ("skymap.json",))
    ]
    assert after.made["skymap"].fact != before.made["skymap"].fact


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("act", "why", "then"),
    [
        ("freeze", "frozen: ", f"`llama unfreeze {EVENT} plot.json --reason TEXT` lets it follow"),
        ("veto", "vetoed: ", f"`llama unveto {EVENT} plot.json --reason TEXT` allows it again"),
    ],
)
async def test_a_named_file_that_is_held_is_told_with_what_to_do(
    act: Switch, why: str, then: str, *, force: bool
) -> None:
    async with settled() as system:
        await acts_on(system).carry_out([an_order(system, "r0").switch(act, "plot")])
        _, plan = await remaking_on(system).plan(Wish(("plot",), force=force), an_order(system))
        [left] = await left_of(system, Wish(("plot",), force=force))

    assert not plan.facts
    assert left.files == ("plot.json",)
    assert left.why.startswith(why)
    assert left.then.startswith(then)


@pytest.mark.parametrize("act", ["freeze", "veto"])
async def test_a_held_file_that_nobody_named_is_no_failure(act: Switch) -> None:
    async with settled() as system:
        await acts_on(system).carry_out([an_order(system, "r0").switch(act, "plot")])

        assert await left_of(system, Wish()) == []
        assert await left_of(system, Wish(("skymap",))) == []


async def test_a_masked_file_that_is_named_is_told() -> None:
    async with settled() as system:
        await system.settled(a_retraction())
        [left] = await left_of(system, Wish(("skymap",)))

    assert (left.files, left.then) == (
        ("skymap.json",),
        "a newer notice lifts this, and nothing else",
    )


async def test_what_comes_from_outside_cannot_be_forced() -> None:
    async with settled() as system:
        assert await left_of(system, Wish(("alert",))) == []
        [left] = await left_of(system, Wish(("alert",), force=True))

    assert (left.files, left.runs) == (("alert.json",), "no")
    assert "comes from outside and nobody makes it" in left.then


async def test_a_failed_file_is_made_with_all_that_it_held_up() -> None:
    async with settled(ScriptedRunner({"skymap": [not_made("permanent")]})) as system:
        await make(system, Wish())
        after = await statuses(system)

    assert after == dict.fromkeys(("alert", "skymap", "plot"), "current")


async def test_what_fails_again_is_told_as_left_over() -> None:
    async with settled(ScriptedRunner({"plot": [not_made("permanent")] * 2})) as system:
        before = await acts_on(system).state(EVENT)
        after = await make(system, Wish(("plot",)))
        _, plan = await remaking_on(system).plan(Wish(("plot",)), an_order(system, "r2"))
        ran = await remaking_on(system).ran_since(before)

    assert [(one.handler, one.outcome, one.why) for one in ran] == [
        ("plot", "failed", "permanent: it broke")
    ]
    assert [one.handler for one in left_over(after, plan)] == ["plot"]


async def test_a_repeated_request_to_make_asks_for_nothing_more() -> None:
    async with settled() as system:
        for _ in range(2):
            await make(system, Wish(("plot",), force=True), "r1")

    assert kinds(system).count("FileRequested") == 1


async def test_what_would_run_is_foreseen_and_nothing_is_changed() -> None:
    async with settled(ScriptedRunner({"skymap": [not_made("permanent")]})) as system:
        facts = kinds(system)
        remaking = remaking_on(system)
        state, plan = await remaking.plan(Wish(), an_order(system))
        foreseen = remaking.foreseen(state, plan, None)

    assert [(one.handler, one.runs) for one in foreseen] == [("skymap", "now"), ("plot", "later")]
    assert foreseen[0].why == "asked for again; it is failed: permanent: it broke"
    assert kinds(system) == facts


async def test_newer_code_is_foreseen_and_asked_for() -> None:
    deployed = a_pipeline(GRAPH, code={"plot": "2"})
    async with settled() as system:
        remaking = remaking_on(system)
        state, plan = await remaking.plan(Wish(stale=True), an_order(system))
        foreseen = remaking.foreseen(state, plan, deployed)

    assert [type(fact) for fact in plan.facts] == [PipelineRequested]
    assert [(one.handler, one.runs) for one in foreseen] == [("plot", "now")]
    assert "code changed from 1 to 2" in foreseen[0].why


async def test_nothing_can_be_made_of_what_nobody_heard_of() -> None:
    system = a_system()
    async with system.living():
        with pytest.raises(ActRefused, match="nothing about"):
            await make(system, Wish())


async def test_what_cools_down_is_tried_once_and_not_waited_for() -> None:
    runner = ScriptedRunner({"plot": [not_made()] * 2})
    system = a_system(runner, cool_down_s=3600.0)
    async with system.living():
        source = await system.ingestion().send(a_notice(), name="")
        await system.ingestion().receipts([source])
        await remaking_on(system).settled(EVENT)
        await make(system, Wish(("plot",)))
        [left] = await left_of(system, Wish(("plot",)))

    assert [task.handler.name for task in runner.ran].count("plot") == 2
    assert left.why.startswith("cooling: exception: it broke (again at ")
    assert left.then == f"`llama retry {EVENT} plot.json --reason TEXT` does not wait for that"


async def test_what_runs_for_others_is_not_waited_for() -> None:
    runner = HeldRunner("plot")
    system = a_system(runner)
    async with system.living():
        await system.send(a_notice())
        await until(lambda: bool(runner.held), "the run of another file hangs")
        state = await make(system, Wish(("skymap",)))

    assert {row.handler: row.status for row in shown_files(state)} == {
        "alert": "current",
        "skymap": "current",
        "plot": "missing",
    }
