"""Flags changed by acts: only those that differ travel, and they count from the beginning."""

from llama.client.acting.acts import Effect
from schemas.facts import FlagsChanged
from schemas.flags import FlagName, FlagValue
from tests.support.facts import EVENT
from tests.support.notices import a_notice
from tests.unit.client.acting import (
    FOLLOWERS,
    a_system,
    acts_on,
    an_order,
    followed,
    settled,
    statuses,
)


async def test_two_concurrent_changes_of_different_flags_both_survive() -> None:
    system = await followed()
    acts = acts_on(system)
    changes = [{FlagName.UPLOAD: False}, {FlagName.BLINDED_NEUTRINOS: True}]

    for number, change in enumerate(changes):
        await acts.carry_out([an_order(system, f"r{number}").flags(change)], wait=False)
    await system.follow(*FOLLOWERS)

    flags = (await acts.state(EVENT)).flags
    assert (flags.UPLOAD, flags.BLINDED_NEUTRINOS) == (False, True)


async def test_the_flag_of_an_event_forbids_all_work_on_it() -> None:
    async with settled() as system:
        acts = acts_on(system)
        await acts.carry_out([an_order(system, "r1").flags({FlagName.VETOED: True})])
        vetoed = await statuses(system)
        await acts.carry_out([an_order(system, "r2").flags({FlagName.VETOED: False})])
        lifted = await statuses(system)

    assert vetoed == {"alert": "current", "skymap": "vetoed", "plot": "vetoed"}
    assert set(lifted.values()) == {"current"}


async def test_only_the_flags_that_change_are_written() -> None:
    wanted: dict[FlagName, FlagValue] = {FlagName.UPLOAD: True, FlagName.ROLE: "test"}
    wanted[FlagName.ONLINE] = True
    async with settled() as system:
        before = (await acts_on(system).state(EVENT)).flags
        [done] = await acts_on(system).carry_out([an_order(system).flags(wanted)])

    assert (before.UPLOAD, before.ROLE, before.ONLINE) == (True, "observation", True)
    fact = system.facts()[-1]
    assert isinstance(fact, FlagsChanged)
    assert (fact.changes, done.effect) == ({FlagName.ROLE: "test"}, Effect.APPLIED)


async def test_a_flag_that_was_said_before_the_first_notice_withstands_its_preset() -> None:
    system = a_system()
    async with system.living():
        [done] = await acts_on(system).carry_out([an_order(system).flags({FlagName.UPLOAD: False})])
        await system.settled(a_notice())
        state = await acts_on(system).state(EVENT)

    assert done.effect is Effect.APPLIED
    assert not state.flags.UPLOAD
