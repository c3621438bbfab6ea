"""A consumer's offsets move over a whole haul together, or not at all."""

import asyncio

import pytest

from llama.domain.errors import Fenced
from llama.domain.states import EventState
from llama.ports.message_log import Batch, Record
from tests.support.postgres import Persistence

TOPIC, OTHER = "llama.facts", "llama.revisions"


def a_batch(topic: str, partition: int, start: int, end: int) -> Batch:
    records = (Record(topic, partition, offset, None, b"") for offset in range(start, end))
    return Batch(topic, partition, start, tuple(records))


async def test_offsets_of_many_partitions_move_together(persistence: Persistence) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance(TOPIC, 3, expected=0, to=5)

    async with persistence.ledger.transaction("resolver") as transaction:
        haul = [a_batch(TOPIC, 3, 5, 9), a_batch(OTHER, 3, 0, 2), a_batch(TOPIC, 0, 0, 1)]
        await transaction.advance_over(haul)

    assert await persistence.ledger.positions("resolver", TOPIC) == {0: 1, 3: 9}
    assert await persistence.ledger.positions("resolver", OTHER) == {3: 2}


async def test_a_haul_of_nothing_moves_nothing(persistence: Persistence) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance_over([])

    assert await persistence.ledger.positions("resolver", TOPIC) == {}


@pytest.mark.parametrize("place", [(TOPIC, 1, 0), (TOPIC, 1, 4), (TOPIC, 2, 3)])
async def test_one_offset_that_is_elsewhere_fences_the_whole_haul(
    persistence: Persistence, place: tuple[str, int, int]
) -> None:
    """What was never moved is at 0: an offset behind it must not be put there."""
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance_over([a_batch(TOPIC, 0, 0, 5), a_batch(TOPIC, 1, 0, 5)])

    topic, partition, start = place
    haul = [a_batch(TOPIC, 0, 5, 6), a_batch(topic, partition, start, 8)]
    with pytest.raises(Fenced, match=f"not at offset {start} of {topic} partition {partition}"):
        async with persistence.ledger.transaction("resolver") as transaction:
            await transaction.advance_over(haul)

    assert await persistence.ledger.positions("resolver", TOPIC) == {0: 5, 1: 5}


async def test_of_two_that_race_for_partitions_of_hauls_one_is_fenced(
    persistence: Persistence,
) -> None:
    async with persistence.ledger.transaction("resolver") as transaction:
        await transaction.advance_over([a_batch(TOPIC, 0, 0, 5), a_batch(TOPIC, 1, 0, 5)])

    async def race(name: str, *partitions: int) -> None:
        async with persistence.ledger.transaction("resolver") as transaction:
            await transaction.advance_over([a_batch(TOPIC, one, 5, 7) for one in partitions])
            await asyncio.sleep(0)  # the other's turn
            await transaction.save([EventState(name, sequence=1)])

    outcomes = await asyncio.gather(race("S1", 0, 1), race("S2", 1, 0), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Fenced", "NoneType"]
    assert await persistence.ledger.positions("resolver", TOPIC) == {0: 7, 1: 7}
