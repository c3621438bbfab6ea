"""What every ledger promises: in memory, on the embedded PostgreSQL and on Debian's."""

import asyncio
from datetime import timedelta

import pytest

from llama.domain.errors import Fenced
from llama.domain.revisions import Head
from llama.domain.states import EventState
from llama.domain.timers import Timer
from llama.ports.projections import Receipt
from schemas.facts import AlertType, FileVetoed, Source
from schemas.flags import FlagName
from tests.support.facts import EVENT, START, Story
from tests.support.postgres import Persistence

TOPIC = "llama.facts"
HEAD = Head("a" * 40, 3, {"alert.json": "b" * 40, "plot.json": "c" * 40})


async def test_an_offset_moves_from_where_it_is_expected(persistence: Persistence) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance(TOPIC, 0, expected=0, to=5)
        await transaction.advance(TOPIC, 7, expected=0, to=2)
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance(TOPIC, 0, expected=5, to=9)

    assert await persistence.ledger.positions("resolver", TOPIC) == {0: 9, 7: 2}


async def test_positions_are_those_of_one_consumer_and_topic(persistence: Persistence) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance(TOPIC, 0, expected=0, to=5)
        await transaction.advance("other", 0, expected=0, to=6)

    assert await persistence.ledger.positions("resolver", "other") == {0: 6}
    assert await persistence.ledger.positions("versioning", TOPIC) == {}


@pytest.mark.parametrize("expected", [0, 4, 6])
async def test_an_offset_that_is_elsewhere_fences(persistence: Persistence, expected: int) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance(TOPIC, 0, expected=0, to=5)

    with pytest.raises(Fenced, match=f"resolver is not at offset {expected} of llama.facts"):
        async with persistence.ledger.transaction("resolver") as transaction:
            await transaction.advance(TOPIC, 0, expected=expected, to=8)

    assert await persistence.ledger.positions("resolver", TOPIC) == {0: 5}


async def test_an_offset_that_never_moved_is_zero(persistence: Persistence) -> None:
    with pytest.raises(Fenced):
        async with persistence.ledger.transaction("resolver") as transaction:
            await transaction.advance(TOPIC, 0, expected=3, to=8)

    assert await persistence.ledger.positions("resolver", TOPIC) == {}


@pytest.mark.parametrize("start", [0, 5])
async def test_of_two_that_race_for_an_offset_one_is_fenced(
    persistence: Persistence, start: int
) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance(TOPIC, 0, expected=0, to=start)

    async def race(name: str) -> None:
        async with persistence.ledger.transaction("resolver") as transaction:
            await transaction.advance(TOPIC, 0, expected=start, to=start + 4)
            await asyncio.sleep(0)  # the other's turn
            await transaction.save([EventState(name, sequence=1)])

    outcomes = await asyncio.gather(race("S1"), race("S2"), return_exceptions=True)

    async with persistence.ledger.transaction("resolver") as transaction:
        states = await transaction.load(["S1", "S2"])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Fenced", "NoneType"]
    assert sorted(state.sequence for state in states.values()) == [0, 1]


async def test_a_state_comes_back_as_it_was_saved(persistence: Persistence) -> None:
    story = Story("alert#skymap? -> skymap -> plot <- neutrinos")
    story.notice(AlertType.PRELIMINARY, significant=False)
    story.make("skymap", pixels="p")
    story.fail("neutrinos", retry_in=timedelta(seconds=2))
    story.operate("freeze", "plot")
    story.operate("delete", "skymap")
    story.flag(FlagName.UPLOAD, on=True)

    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.save([story.state])
    async with persistence.ledger.transaction("resolver") as transaction:
        loaded = await transaction.load([EVENT])

    assert loaded == {EVENT: story.state}


async def test_a_zero_character_in_a_reason_stops_nobody(persistence: Persistence) -> None:
    """Operators' texts come from outside, and PostgreSQL refuses this character in text."""
    story = Story()
    story.notice()
    veto = FileVetoed(id="v", occurred_at=START, event=EVENT, handler="plot", reason="x\0y")
    step = story.tell(veto)

    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.save([story.state])
        await transaction.views.record([step])

    assert await persistence.models.state(EVENT) == story.state
    assert "by an operator: xy" in [file.reason for file in await persistence.models.files(EVENT)]


async def test_a_state_is_the_consumers_own(persistence: Persistence) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.save([EventState("S1", sequence=4)])

    async with persistence.ledger.transaction("projection") as transaction:
        loaded = await transaction.load(["S1", "S2"])

    assert loaded == {"S1": EventState("S1"), "S2": EventState("S2")}


async def test_of_several_states_of_an_event_the_last_is_kept(persistence: Persistence) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.save([EventState("S1", sequence=1), EventState("S1", sequence=2)])
        loaded = await transaction.load(["S1"])

    assert loaded["S1"].sequence == 2


async def test_heads_come_back_as_they_were_moved(persistence: Persistence) -> None:
    async with persistence.ledger.transaction("versioning") as transaction:
        await transaction.move_heads({"S1": Head("d" * 40, 0, {})})
        await transaction.move_heads({"S1": HEAD})
    async with persistence.ledger.transaction("versioning") as transaction:
        heads = await transaction.heads(["S1", "S2"])

    assert heads == {"S1": HEAD}


async def test_a_failed_transaction_leaves_nothing(persistence: Persistence) -> None:
    story = Story()
    step = story.notice()
    source = Source(topic="igwn.gwalert", partition=0, offset=3)

    async def fail() -> None:
        async with persistence.ledger.transaction("projection") as transaction:
            await transaction.advance(TOPIC, 0, expected=0, to=5)
            await transaction.save([story.state])
            await transaction.move_heads({EVENT: HEAD})
            await transaction.tasks.want({EVENT: story.tasks()})
            await transaction.timers.expect(EVENT, [Timer("plot", "g", START)])
            await transaction.views.record([step])
            await transaction.give_receipts([Receipt(source, EVENT, None, None, 0, 1)])
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        await fail()
    assert await _traces(persistence, source) == ({}, EventState(EVENT), {}, [], [], [], None)


async def _traces(persistence: Persistence, source: Source) -> tuple[object, ...]:
    """Return everything that a transaction of the projection may leave behind."""
    async with persistence.ledger.transaction("projection") as transaction:
        states = await transaction.load([EVENT])
        heads = await transaction.heads([EVENT])
    claimed = await persistence.queue.claim(
        "w", handlers=[("skymap", "1")], limit=1, lease=timedelta(0)
    )
    return (
        await persistence.ledger.positions("projection", TOPIC),
        states[EVENT],
        heads,
        list(claimed),
        list(await persistence.timers.take_due(limit=1, again_after=timedelta(0))),
        list(await persistence.models.facts(EVENT)),
        await persistence.models.receipt(source),
    )


async def test_a_fenced_transaction_leaves_nothing(persistence: Persistence) -> None:
    async def lose() -> None:
        async with persistence.ledger.transaction("resolver") as transaction:
            await transaction.save([EventState("S1", sequence=1)])
            await transaction.advance(TOPIC, 0, expected=9, to=10)

    with pytest.raises(Fenced):
        await lose()

    async with persistence.ledger.transaction("resolver") as transaction:
        assert (await transaction.load(["S1"]))["S1"].sequence == 0


async def test_a_cancelled_transaction_leaves_nothing(persistence: Persistence) -> None:
    begun = asyncio.Event()

    async def never_ends() -> None:
        async with persistence.ledger.transaction("resolver") as transaction:
            await transaction.advance(TOPIC, 0, expected=0, to=5)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(never_ends())
    await asyncio.wait_for(begun.wait(), 10)
    task.cancel()
    await asyncio.wait([task])

    assert await persistence.ledger.positions("resolver", TOPIC) == {}


async def test_a_deployment_counts_when_it_is_not_the_latest(persistence: Persistence) -> None:
    old, new = "a" * 64, "b" * 64

    epochs = [await persistence.ledger.deployment_epoch(one) for one in (old, old, new, new, old)]

    assert epochs == [1, 1, 2, 2, 3]


async def test_the_latest_deployment_is_the_deployed_one(persistence: Persistence) -> None:
    deployed = [await persistence.models.deployed()]
    for digest in ("a" * 64, "b" * 64, "a" * 64):
        await persistence.ledger.deployment_epoch(digest)
        deployed.append(await persistence.models.deployed())

    assert deployed == [None, "a" * 64, "b" * 64, "a" * 64]


async def test_instances_that_start_together_count_one_deployment(
    persistence: Persistence,
) -> None:
    ledger = persistence.ledger
    for epoch, digest in enumerate(("a" * 64, "b" * 64, "c" * 64), start=1):
        epochs = await asyncio.gather(*(ledger.deployment_epoch(digest) for _ in range(12)))

        assert epochs == [epoch] * 12


async def test_events_of_an_earlier_deployment_are_found(persistence: Persistence) -> None:
    adopted = Story()
    adopted.notice()
    waiting = Story(event="S1")
    waiting.steps.clear()
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.save([adopted.state])

    found = [await persistence.ledger.states_behind("resolver", epoch) for epoch in (1, 2)]

    assert found == [[], [adopted.state]]
    assert await persistence.ledger.states_behind("other", 2) == []


async def test_a_receipt_is_found_by_its_source(persistence: Persistence) -> None:
    source = Source(topic="igwn.gwalert", partition=0, offset=3)
    accepted = Receipt(source, EVENT, None, None, 2, 17)
    refused = Receipt(source.model_copy(update={"offset": 4}), None, "d1", "not_json", None, None)

    async with persistence.ledger.transaction("trigger_ingest") as transaction:
        await transaction.give_receipts([accepted, refused])

    assert await persistence.models.receipt(source) == accepted
    assert await persistence.models.receipt(refused.source) == refused
    unread = source.model_copy(update={"offset": 5})
    assert await persistence.models.receipt(unread) is None


async def test_a_receipt_may_be_given_again(persistence: Persistence) -> None:
    source = Source(topic="igwn.gwalert", partition=0, offset=3)
    receipt = Receipt(source, EVENT, None, None, 2, 17)

    for _ in range(2):
        async with persistence.ledger.transaction("trigger_ingest") as transaction:
            await transaction.give_receipts([receipt, receipt])

    assert await persistence.models.receipt(source) == receipt
