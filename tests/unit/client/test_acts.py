"""Acts: each is a fact on the log, counts once for every request, and tells what it did."""

import asyncio

import pytest

from llama.client.acting.acts import Effect
from llama.client.acting.effects import unfailed
from llama.client.acting.orders import Order, Switch, handlers_named, named
from llama.client.acting.plans import to_retry
from llama.domain.digests import digest_bytes
from llama.domain.errors import ActRefused
from llama.domain.states import EventState
from schemas.facts import FileFailed, FileVetoed, FlagsChanged
from schemas.files import FileContent
from schemas.flags import FlagName, FlagValue
from tests.support.facts import EVENT, START
from tests.support.memory_system import MemorySystem, ScriptedRunner, not_made, until
from tests.support.notices import a_notice
from tests.unit.client.acting import (
    HeldRunner,
    a_system,
    acts_on,
    an_order,
    kinds,
    settled,
    statuses,
)

FOLLOWERS = ("dependency_resolver", "versioning", "projection")
BY_HAND = b"by hand"


def a_content(file: str = "skymap.json", text: bytes = BY_HAND) -> FileContent:
    digest = digest_bytes(text)
    return FileContent(file=file, digest=digest, size=len(text), aspects={"whole": digest})


async def followed() -> MemorySystem:
    """Return a system that only does what it is told to, with a notice read by all."""
    system = a_system()
    await system.send(a_notice())
    for _ in range(2):  # The notice, then the adoption in answer to it.
        await system.follow("trigger_ingest", *FOLLOWERS)
    return system


async def test_an_act_stands_on_the_log_with_who_and_why_and_has_its_effect() -> None:
    async with settled() as system:
        [done] = await acts_on(system).carry_out([an_order(system).switch("veto", "skymap")])
        after = await statuses(system)

    fact = system.facts()[-1]
    assert isinstance(fact, FileVetoed)
    assert (fact.handler, fact.by, fact.reason) == ("skymap", "ada", "a glitch")
    assert done.effect is Effect.APPLIED
    assert after == {"alert": "current", "skymap": "vetoed", "plot": "blocked"}


@pytest.mark.parametrize(
    ("act", "undone"), [("veto", "unveto"), ("freeze", "unfreeze"), ("delete", None)]
)
async def test_a_request_that_comes_twice_changes_nothing_the_second_time(
    act: Switch, undone: Switch | None
) -> None:
    async with settled() as system:
        acts = acts_on(system)
        await acts.carry_out([an_order(system, "r1").switch(act, "skymap")])
        if undone:
            await acts.carry_out([an_order(system, "r2").switch(undone, "skymap")])
        [again] = await acts.carry_out([an_order(system, "r1").switch(act, "skymap")])

    assert again.effect is Effect.KNOWN
    assert [fact.id for fact in system.facts()].count(again.fact.id) == 1


async def test_one_request_sent_by_two_at_once_counts_once() -> None:
    system = await followed()
    acts, order = acts_on(system), an_order(system)

    for _ in range(2):
        await acts.carry_out([order.switch("freeze", "skymap")], wait=False)
    await system.follow(*FOLLOWERS)

    rows = [row for row in await system.models.facts(EVENT) if row.kind == "FileFrozen"]
    assert [row.outcome for row in rows] == ["applied", "redundant"]


async def test_a_requests_name_is_not_used_for_two_different_acts() -> None:
    async with settled() as system:
        await acts_on(system).carry_out([an_order(system).switch("veto", "skymap")])

        with pytest.raises(ActRefused, match=r"r1\.skymap of .* was another act \(FileVetoed\)"):
            await acts_on(system).carry_out([an_order(system).switch("unveto", "skymap")])


async def test_a_request_without_a_name_gets_one_from_what_it_says() -> None:
    order = Order(EVENT, "", START, by="ada", reason="a glitch")

    first, again = named(order, "veto", ["skymap"]), named(order, "veto", ["skymap"])

    assert first == again
    assert len({first.request, named(order, "freeze", ["skymap"]).request, ""}) == 3
    assert named(an_order(a_system(), "mine"), "veto").request == "mine"


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


async def test_a_flag_that_was_said_before_the_first_notice_withstands_its_preset() -> None:
    system = a_system()
    async with system.living():
        [done] = await acts_on(system).carry_out([an_order(system).flags({FlagName.UPLOAD: False})])
        await system.settled(a_notice())
        state = await acts_on(system).state(EVENT)

    assert done.effect is Effect.APPLIED
    assert not state.flags.UPLOAD


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


async def test_what_cools_down_is_cancelled() -> None:
    system = a_system(ScriptedRunner({"skymap": [not_made()]}), cool_down_s=3600.0)
    async with system.living():
        await system.send(a_notice())
        await until(lambda: "FileFailed" in kinds(system), "the run has failed")
        [done] = await acts_on(system).carry_out([an_order(system).switch("cancel", "skymap")])
        after = await statuses(system)

    assert (done.effect, after["skymap"]) == (Effect.APPLIED, "failed")


async def test_nothing_is_put_in_place_of_a_frozen_file() -> None:
    async with settled() as system:
        await acts_on(system).carry_out([an_order(system, "r1").switch("freeze", "skymap")])
        put = an_order(system, "r2").put("skymap", a_content())
        [done] = await acts_on(system).carry_out([put])

    assert (done.effect, done.why) == (
        Effect.NONE,
        "skymap.json is frozen: `llama unfreeze` it first",
    )


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


async def test_nobody_need_wait() -> None:
    system = await followed()

    [done] = await acts_on(system).carry_out(
        [an_order(system).switch("delete", "skymap")], wait=False
    )

    assert done.effect is Effect.SENT
    assert kinds(system)[-1] == "FileDeleted"


async def test_what_was_sent_before_is_read_before_an_act_is_judged() -> None:
    async with settled() as system:
        acts = acts_on(system)
        await acts.carry_out([an_order(system, "r1").switch("freeze", "skymap")], wait=False)
        [done] = await acts.carry_out([an_order(system, "r2").switch("unfreeze", "skymap")])

    assert done.effect is Effect.APPLIED
    assert "skymap" not in (await acts.state(EVENT, latest=False)).frozen


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


async def test_what_has_not_failed_is_not_retried() -> None:
    async with settled() as system:
        [done] = await acts_on(system).carry_out(
            [an_order(system).switch("retry", "skymap")], rule=unfailed
        )

    assert done.effect is Effect.NONE
    assert done.why.startswith("skymap.json is current, it has not failed: `llama make ")
    assert "FileRequested" not in kinds(system)


async def test_all_that_failed_is_found_and_nothing_else() -> None:
    async with settled(ScriptedRunner({"plot": [not_made("permanent")]})) as system:
        state = await acts_on(system).state(EVENT)

    assert [spec.name for spec in to_retry(state)] == ["plot"]


async def test_a_request_is_found_again_by_its_name() -> None:
    async with settled() as system:
        acts = acts_on(system)
        order, other = an_order(system, "r1"), an_order(system, "r10")
        await acts.carry_out([order.switch("delete", name) for name in ("skymap", "plot")])

        assert [fact.id for fact in await acts.earlier(order)] == [
            "request-r1.skymap",
            "request-r1.plot",
        ]
        assert not await acts.earlier(other)


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


async def test_files_are_named_by_themselves_or_by_their_handlers() -> None:
    async with settled() as system:
        state = await acts_on(system).state(EVENT)

    specs = handlers_named(state, ["plot", "skymap.json", "plot.json"])

    assert [spec.name for spec in specs] == ["plot", "skymap"]


async def test_an_unknown_file_is_refused_with_those_there_are() -> None:
    async with settled() as system:
        state = await acts_on(system).state(EVENT)

    with pytest.raises(ActRefused, match=r"no file x: it has alert.json \(alert\), skymap.json"):
        handlers_named(state, ["x"])


def test_files_of_an_event_without_a_pipeline_are_unknown() -> None:
    with pytest.raises(ActRefused, match="has adopted no pipeline yet"):
        handlers_named(EventState(EVENT), ["skymap"])
