"""Acts that change nothing: they are not sent, or tell that they had no effect."""

import pytest

from llama.client.acting.acts import Effect
from llama.client.acting.effects import unfailed
from llama.client.acting.orders import Switch
from schemas.flags import FlagName
from tests.support.facts import EVENT
from tests.support.memory_system import ScriptedRunner, not_made
from tests.unit.client.acting import (
    FOLLOWERS,
    a_content,
    acts_on,
    an_order,
    followed,
    kinds,
    settled,
)


async def test_what_is_so_already_is_not_written() -> None:
    async with settled() as system:
        facts = kinds(system)
        flags = an_order(system, "r1").flags({FlagName.ROLE: "observation"})
        unveto = an_order(system, "r2").switch("unveto", "plot")
        done = [
            *await acts_on(system).carry_out([flags]),
            *await acts_on(system).carry_out([unveto]),
        ]

    assert [one.effect for one in done] == [Effect.UNCHANGED] * 2
    assert kinds(system) == facts


@pytest.mark.parametrize(
    ("act", "handler", "why"),
    [
        ("veto", "alert", "alert.json comes from outside: nobody makes it"),
        ("freeze", "alert", "alert.json comes from outside: nobody makes it"),
        ("cancel", "skymap", "no run of skymap is wanted: skymap.json is current"),
        ("delete", "nothing", "has no handler nothing"),
    ],
)
async def test_what_can_have_no_effect_is_not_sent_and_says_why(
    act: Switch, handler: str, why: str
) -> None:
    async with settled() as system:
        facts = kinds(system)
        if handler != "nothing":
            [done] = await acts_on(system).carry_out([an_order(system).switch(act, handler)])
        else:
            [done] = await acts_on(system).carry_out([an_order(system).put(handler, a_content())])

    assert done.effect is Effect.NONE
    assert why in done.why
    assert kinds(system) == facts


async def test_what_has_failed_for_good_is_not_cancelled() -> None:
    async with settled(ScriptedRunner({"skymap": [not_made("permanent")]})) as system:
        [done] = await acts_on(system).carry_out([an_order(system).switch("cancel", "skymap")])

    assert (done.effect, done.why) == (
        Effect.NONE,
        "no run of skymap is wanted: skymap.json is failed",
    )


async def test_a_frozen_file_is_neither_replaced_nor_deleted() -> None:
    async with settled() as system:
        await acts_on(system).carry_out([an_order(system, "r1").switch("freeze", "skymap")])
        put = an_order(system, "r2").put("skymap", a_content())
        delete = an_order(system, "r3").switch("delete", "skymap")
        done = await acts_on(system).carry_out([put, delete])

    unfreeze = f"`llama unfreeze {EVENT} skymap.json --reason TEXT`"
    explained = (Effect.NONE, f"skymap.json is frozen: {unfreeze} first")
    assert [(one.effect, one.why) for one in done] == [explained] * 2


async def test_an_act_that_lost_a_race_tells_that_it_had_no_effect() -> None:
    system = await followed()
    acts = acts_on(system)
    await acts.carry_out([an_order(system, "r1").switch("freeze", "skymap")], wait=False)
    await acts.carry_out([an_order(system, "r2").put("skymap", a_content())], wait=False)
    await system.follow(*FOLLOWERS)

    [again] = await acts.carry_out([an_order(system, "r3").put("skymap", a_content())])

    outcomes = {row.kind: row.outcome for row in await system.models.facts(EVENT)}
    assert (outcomes["FileFrozen"], outcomes["FilePut"]) == ("applied", "ignored")
    assert again.effect is Effect.NONE


async def test_what_has_not_failed_is_not_retried() -> None:
    async with settled() as system:
        [done] = await acts_on(system).carry_out(
            [an_order(system).switch("retry", "skymap")], rule=unfailed
        )

    assert done.effect is Effect.NONE
    assert done.why.startswith("skymap.json is current, it has not failed: `llama make ")
    assert "FileRequested" not in kinds(system)
