"""Acts: each is a fact on the log, counts once for every request, and tells what it did."""

import pytest

from llama.client.acting.acts import Effect
from llama.client.acting.orders import Order, Switch, named
from llama.domain.errors import ActRefused
from schemas.facts import FileVetoed
from tests.support.facts import EVENT, START
from tests.unit.client.acting import (
    FOLLOWERS,
    a_system,
    acts_on,
    an_order,
    followed,
    kinds,
    settled,
    statuses,
)


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
