"""Runs that are asked for again, cancelled, or replaced by what somebody puts in place."""

import asyncio

import pytest

from llama.client.acting.acts import Effect
from llama.client.acting.effects import unfailed
from llama.client.acting.orders import Switch
from llama.client.acting.plans import to_retry
from llama.domain.errors import ActRefused
from schemas.facts import FileFailed
from tests.support.facts import EVENT
from tests.support.memory_system import ScriptedRunner, made, not_made, until
from tests.support.notices import a_notice
from tests.unit.client.acting import (
    BY_HAND,
    HeldRunner,
    a_content,
    a_system,
    acts_on,
    an_order,
    kinds,
    settled,
    statuses,
)


async def test_what_cools_down_is_cancelled() -> None:
    system = a_system(ScriptedRunner({"skymap": [not_made()]}), cool_down_s=3600.0)
    async with system.living():
        await system.send(a_notice())
        await until(lambda: "FileFailed" in kinds(system), "the run has failed")
        [done] = await acts_on(system).carry_out([an_order(system).switch("cancel", "skymap")])
        after = await statuses(system)

    assert (done.effect, after["skymap"]) == (Effect.APPLIED, "failed")


async def test_a_request_that_nobody_wants_any_more_is_taken_back() -> None:
    script = {"plot": [made(BY_HAND), not_made("permanent")]}
    async with settled(ScriptedRunner(script)) as system:
        acts = acts_on(system)
        await acts.carry_out([an_order(system, "r1").switch("make", "plot")])
        await until(lambda: "FileFailed" in kinds(system), "the run has failed")
        failed = (await acts.state(EVENT)).failures
        [done] = await acts.carry_out([an_order(system, "r2").switch("cancel", "plot")])
        after = await statuses(system)

    assert (list(failed), done.effect, after["plot"]) == (["plot"], Effect.APPLIED, "current")


async def test_a_failed_file_is_made_on_request() -> None:
    runner = ScriptedRunner({"skymap": [not_made("permanent")]})
    async with settled(runner) as system:
        before = await statuses(system)
        [done] = await acts_on(system).carry_out(
            [an_order(system).switch("retry", "skymap")], rule=unfailed
        )
        await system.ingestion().settle([EVENT])
        after = await statuses(system)

    assert (before["skymap"], before["plot"]) == ("failed", "blocked")
    assert done.effect is Effect.APPLIED
    assert after == dict.fromkeys(("alert", "skymap", "plot"), "current")


async def test_all_that_failed_is_found_and_nothing_else() -> None:
    async with settled(ScriptedRunner({"plot": [not_made("permanent")]})) as system:
        state = await acts_on(system).state(EVENT)

    assert [spec.name for spec in to_retry(state)] == ["plot"]


@pytest.mark.parametrize("act", ["cancel", "veto"])
async def test_a_run_that_is_cancelled_or_vetoed_is_killed(act: Switch) -> None:
    runner = HeldRunner()
    system = a_system(runner)
    worker = system.worker(lease_s=0.06)
    async with system.living(workers=0):
        working = asyncio.ensure_future(worker.work())
        await system.send(a_notice())
        await until(lambda: bool(runner.held), "the run has begun")
        [done] = await acts_on(system).carry_out([an_order(system).switch(act, "skymap")])
        await until(lambda: runner.killed == runner.held, "the run is killed")
        await system.ingestion().settle([EVENT])
        working.cancel()

    assert (done.effect, len(runner.held)) == (Effect.APPLIED, 1)
    assert not [fact for fact in system.facts() if isinstance(fact, FileFailed)]
    assert (await statuses(system))["skymap"] == ("failed" if act == "cancel" else "vetoed")


async def test_an_event_may_begin_with_a_put_and_an_unknown_one_is_said_to_be_so() -> None:
    system = a_system()
    async with system.living():
        with pytest.raises(ActRefused, match=f"nothing about {EVENT} has come in"):
            await acts_on(system).begun(EVENT)
        await system.artifacts.put(BY_HAND)
        [done] = await acts_on(system).carry_out([an_order(system).put("skymap", a_content())])
        state = await acts_on(system).begun(EVENT)

    assert done.effect is Effect.APPLIED
    assert list(state.tree) == ["skymap.json"]


async def test_a_file_put_by_hand_counts_until_its_inputs_change() -> None:
    async with settled() as system:
        await system.artifacts.put(BY_HAND)
        [done] = await acts_on(system).carry_out([an_order(system).put("skymap", a_content())])
        await system.ingestion().settle([EVENT])
        state = await acts_on(system).state(EVENT)
        after = await statuses(system)

    assert done.effect is Effect.APPLIED
    assert state.files["skymap.json"].content == a_content()
    assert after == dict.fromkeys(("alert", "skymap", "plot"), "current")
    assert kinds(system).count("FileGenerated") == 3
