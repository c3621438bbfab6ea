"""What every ledger of publications promises: in memory and in every PostgreSQL."""

import asyncio

import pytest

from llama.adapters.system_clock import SystemClock
from llama.domain.outlet import Parcel, Sender, Sent
from llama.ports.outlet import Outbox
from tests.support.postgres import Persistence

SENDER = Sender("S1", "Publish")
OTHER = Sender("S2", "Publish")
ANSWER = {"outlet": "kafka", "offset": 7}


def a_parcel(key: str = "k1", content: bytes = b'{"p": 0.01}') -> Parcel:
    return Parcel("notices", key, content)


async def begun(outbox: Outbox, parcel: Parcel | None = None, sender: Sender = SENDER) -> Sent:
    entry = await outbox.begin(sender, parcel or a_parcel())
    assert entry is not None
    return entry


async def test_what_is_being_sent_is_in_doubt_until_it_is_concluded(
    persistence: Persistence,
) -> None:
    entry = await begun(persistence.outbox)
    doubts = await persistence.other_outbox.doubts()

    concluded = await persistence.outbox.conclude(SENDER, entry.number, ANSWER)

    assert doubts == [(SENDER, entry)]
    assert (entry.state, entry.answer) == ("in_doubt", {})
    assert concluded is not None
    assert (concluded.state, concluded.answer, concluded.key) == ("sent", ANSWER, "k1")
    assert await persistence.other_outbox.sent(SENDER) == (concluded,)
    assert await persistence.outbox.doubts() == []


async def test_an_entry_keeps_the_bytes_their_digest_and_the_time(persistence: Persistence) -> None:
    before = SystemClock().now()
    content = bytes(range(256))

    entry = await begun(persistence.outbox, a_parcel(content=content))

    assert (entry.content, entry.digest) == (content, a_parcel(content=content).digest)
    assert entry.sent_at.tzinfo is not None
    assert abs((entry.sent_at - before).total_seconds()) < 60


async def test_the_entries_of_one_sender_are_counted(persistence: Persistence) -> None:
    first = await begun(persistence.outbox, a_parcel("k1"))
    second = await begun(persistence.outbox, a_parcel("k2"))
    elsewhere = await begun(persistence.outbox, a_parcel("k1"), OTHER)

    assert (first.number, second.number, elsewhere.number) == (1, 2, 1)
    assert [one.key for one in await persistence.outbox.sent(SENDER)] == ["k1", "k2"]


async def test_a_key_is_begun_once(persistence: Persistence) -> None:
    await begun(persistence.outbox)

    assert await persistence.other_outbox.begin(SENDER, a_parcel(content=b"other")) is None
    assert len(await persistence.outbox.sent(SENDER)) == 1


async def test_the_first_answer_stays(persistence: Persistence) -> None:
    entry = await begun(persistence.outbox)
    first = await persistence.outbox.conclude(SENDER, entry.number, ANSWER)

    again = await persistence.other_outbox.conclude(SENDER, entry.number, {"offset": 8})

    assert again == first
    assert await persistence.outbox.conclude(SENDER, 99, ANSWER) is None


async def test_what_was_heard_of_a_doubt_is_kept_until_it_is_settled(
    persistence: Persistence,
) -> None:
    entry = await begun(persistence.outbox)

    await persistence.outbox.doubt(SENDER, entry.number, "the receiver answered 500")
    [(_, doubted)] = await persistence.other_outbox.doubts()
    settled = await persistence.outbox.conclude(SENDER, entry.number, ANSWER)
    await persistence.outbox.doubt(SENDER, entry.number, "too late")

    assert (doubted.state, doubted.heard) == ("in_doubt", "the receiver answered 500")
    assert settled is not None
    assert (settled.state, settled.answer, settled.heard) == ("sent", ANSWER, "")
    assert await persistence.other_outbox.sent(SENDER) == (settled,)


async def test_what_was_not_sent_is_withdrawn_and_its_key_free_again(
    persistence: Persistence,
) -> None:
    entry = await begun(persistence.outbox)

    assert await persistence.outbox.withdraw(SENDER, entry.number)
    assert await persistence.outbox.sent(SENDER) == ()
    assert (await begun(persistence.outbox)).number == entry.number


async def test_what_was_sent_is_not_withdrawn(persistence: Persistence) -> None:
    entry = await begun(persistence.outbox)
    await persistence.outbox.conclude(SENDER, entry.number, ANSWER)

    assert not await persistence.outbox.withdraw(SENDER, entry.number)
    assert not await persistence.outbox.withdraw(SENDER, 99)
    assert len(await persistence.outbox.sent(SENDER)) == 1


async def test_the_newest_come_first(persistence: Persistence) -> None:
    for number in range(3):
        await begun(persistence.outbox, a_parcel(f"k{number}"))

    latest = await persistence.outbox.latest(limit=2)

    assert [entry.key for _, entry in latest] == ["k2", "k1"]


async def test_one_at_a_time_has_a_senders_turn(persistence: Persistence) -> None:
    async with persistence.outbox.turn(SENDER):
        async with asyncio.timeout(30), persistence.other_outbox.turn(OTHER):
            pass  # another sender's is nobody's
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), persistence.other_outbox.turn(SENDER):
                pass

    async with asyncio.timeout(30), persistence.other_outbox.turn(SENDER):
        assert await persistence.outbox.sent(SENDER) == ()


async def test_a_turn_ends_with_an_error(persistence: Persistence) -> None:
    async def fail() -> None:
        async with persistence.outbox.turn(SENDER):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with asyncio.timeout(30), persistence.other_outbox.turn(SENDER):
        assert await persistence.outbox.sent(SENDER) == ()
