"""Nothing is sent twice, and what may have been sent says so."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from llama.adapters.memory.outbox import MemoryOutbox
from llama.adapters.memory.pauses import MemoryPauses
from llama.adapters.memory.store import MemoryStore
from llama.domain.errors import Fenced, LlamaError, Misconfigured, Unavailable
from llama.domain.handler import PermanentError
from llama.domain.outlet import InDoubt, Parcel, Sender, Sent, in_doubt, last_of, next_key
from llama.runtime import dispatching
from llama.runtime.dispatching import Dispatcher
from tests.support.memory_system import SetClock

SENDER = Sender("S1", "Publish")
PARCEL = Parcel("notices", "k1", b"one")


@dataclass(slots=True)
class Pigeon:
    """Carries what it is given, unless it is told to fail; it can be held on its way."""

    is_dry_run: bool = False
    failures: list[Exception] = field(default_factory=list[Exception])
    refusals: list[LlamaError] = field(default_factory=list[LlamaError])
    carried: list[Sent] = field(default_factory=list[Sent])
    go: asyncio.Event = field(default_factory=asyncio.Event)
    on_its_way: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def ready(self, topic: str) -> None:
        self.asked.set()
        await self.open.wait()
        if self.refusals:
            raise self.refusals.pop()

    async def carry(self, sender: Sender, entry: Sent) -> Mapping[str, object]:
        self.on_its_way.set()
        await self.go.wait()
        if self.failures:
            raise self.failures.pop()
        self.carried.append(entry)
        return {"place": len(self.carried)}


def a_dispatcher(
    outbox: MemoryOutbox, carrier: Pigeon, pauses: MemoryPauses | None = None
) -> Dispatcher:
    return Dispatcher(outbox, carrier, pauses or no_pauses())


def no_pauses() -> MemoryPauses:
    return MemoryPauses(MemoryStore(SetClock()))


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox(SetClock())


@pytest.fixture
def pigeon() -> Pigeon:
    pigeon = Pigeon()
    pigeon.go.set()
    pigeon.open.set()
    return pigeon


@pytest.fixture
def dispatcher(outbox: MemoryOutbox, pigeon: Pigeon) -> Dispatcher:
    return a_dispatcher(outbox, pigeon)


async def test_the_same_key_again_gets_the_first_answer(
    dispatcher: Dispatcher, pigeon: Pigeon
) -> None:
    answers = [await dispatcher.send(SENDER, PARCEL) for _ in range(2)]

    assert answers == [{"place": 1}, {"place": 1}]
    assert len(pigeon.carried) == 1


async def test_two_workers_send_one_key_once(outbox: MemoryOutbox, pigeon: Pigeon) -> None:
    pigeon.go.clear()
    workers = [a_dispatcher(outbox, pigeon) for _ in range(2)]
    sending = [asyncio.ensure_future(one.send(SENDER, PARCEL)) for one in workers]
    await pigeon.on_its_way.wait()
    pigeon.go.set()

    assert await asyncio.gather(*sending) == [{"place": 1}, {"place": 1}]
    assert len(pigeon.carried) == 1


async def test_it_stands_in_the_ledger_before_it_is_sent(
    dispatcher: Dispatcher, outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    pigeon.go.clear()
    sending = asyncio.ensure_future(dispatcher.send(SENDER, PARCEL))
    await pigeon.on_its_way.wait()

    [(sender, entry)] = await outbox.doubts()
    pigeon.go.set()
    await sending

    assert (sender, entry.content) == (SENDER, b"one")
    assert [one.state for one in await dispatcher.earlier(SENDER)] == ["sent"]


@pytest.mark.parametrize("failure", [InDoubt("cut short"), ZeroDivisionError()])
async def test_what_may_have_gone_out_is_in_doubt_and_stops_what_follows(
    dispatcher: Dispatcher, pigeon: Pigeon, failure: Exception
) -> None:
    pigeon.failures.append(failure)
    with pytest.raises(type(failure)):
        await dispatcher.send(SENDER, PARCEL)

    for parcel in (PARCEL, Parcel("notices", "k2", b"two")):
        with pytest.raises(InDoubt, match="llama publish confirm S1 Publish 1"):
            await dispatcher.send(SENDER, parcel)

    assert pigeon.carried == []


async def test_what_was_heard_of_a_doubt_is_kept_told_and_logged(
    dispatcher: Dispatcher, outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    sent_at = SetClock().now()
    entry = Sent("k1", "notices", 1, PARCEL.digest, b"one", sent_at, state="in_doubt")
    pigeon.failures.append(in_doubt(SENDER, entry, "the receiver answered 500"))

    with capture_logs() as logs, pytest.raises(InDoubt, match="and the receiver answered 500;"):
        await dispatcher.send(SENDER, PARCEL)
    with pytest.raises(InDoubt, match="and the receiver answered 500;"):
        await dispatcher.send(SENDER, PARCEL)

    [(_, kept)] = await outbox.doubts()
    assert kept.heard == "the receiver answered 500"
    assert [(one["event"], one["heard"]) for one in logs] == [
        ("sending_in_doubt", "the receiver answered 500")
    ]
    with pytest.raises(InDoubt, match="and the receiver answered 500;"):
        last_of([kept])


@pytest.mark.parametrize("error", [Unavailable("away"), Misconfigured("too large")])
async def test_what_surely_did_not_go_out_is_sent_when_it_is_tried_again(
    dispatcher: Dispatcher, pigeon: Pigeon, error: LlamaError
) -> None:
    pigeon.failures.append(error)
    with pytest.raises(type(error)):
        await dispatcher.send(SENDER, PARCEL)

    assert await dispatcher.send(SENDER, PARCEL) == {"place": 1}


async def test_a_receiver_that_is_away_leaves_nothing_in_the_ledger(
    dispatcher: Dispatcher, outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    pigeon.refusals.append(Unavailable("away"))

    with pytest.raises(Unavailable):
        await dispatcher.send(SENDER, PARCEL)

    assert await outbox.sent(SENDER) == ()


@dataclass(frozen=True, slots=True)
class Forgetful(MemoryOutbox):
    """A ledger that is away whenever something was sent."""

    async def conclude(
        self, sender: Sender, number: int, answer: Mapping[str, object]
    ) -> Sent | None:
        raise Unavailable("the database is away")


async def test_what_was_sent_and_cannot_be_written_down_is_in_doubt(
    pigeon: Pigeon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "CONCLUDE_WITHIN_S", 0.01)
    outbox = Forgetful(SetClock())

    with pytest.raises(InDoubt, match="llama publish confirm S1 Publish 1"):
        await a_dispatcher(outbox, pigeon).send(SENDER, PARCEL)

    assert [one.content for one in pigeon.carried] == [b"one"]
    assert [one.state for one in await outbox.sent(SENDER)] == ["in_doubt"]


async def test_a_sending_that_has_begun_is_finished_though_it_is_cancelled(
    dispatcher: Dispatcher, pigeon: Pigeon
) -> None:
    pigeon.go.clear()
    sending = asyncio.ensure_future(dispatcher.send(SENDER, PARCEL))
    await pigeon.on_its_way.wait()

    sending.cancel()
    asyncio.get_running_loop().call_soon(pigeon.go.set)
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert [one.state for one in await dispatcher.earlier(SENDER)] == ["sent"]


async def test_what_waits_for_the_receiver_is_not_sent_once_it_is_cancelled(
    dispatcher: Dispatcher, pigeon: Pigeon
) -> None:
    pigeon.open.clear()
    sending = asyncio.ensure_future(dispatcher.send(SENDER, PARCEL))
    await pigeon.asked.wait()

    sending.cancel()
    pigeon.open.set()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert await dispatcher.earlier(SENDER) == ()
    assert pigeon.carried == []


async def test_a_run_that_was_replaced_sends_nothing_after_its_successor_has_looked(
    outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    first, second = a_dispatcher(outbox, pigeon), a_dispatcher(outbox, pigeon)

    async def wanted() -> bool:
        return False

    seen = await second.earlier(SENDER)
    with pytest.raises(Fenced, match="another run replaced it"):
        await first.send(SENDER, PARCEL, wanted=wanted)

    assert (seen, pigeon.carried) == ((), [])


async def test_who_looks_while_something_is_being_sent_sees_it(
    outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    pigeon.open.clear()
    sending = asyncio.ensure_future(a_dispatcher(outbox, pigeon).send(SENDER, PARCEL))
    await pigeon.asked.wait()
    looking = asyncio.ensure_future(a_dispatcher(outbox, pigeon).earlier(SENDER))
    asyncio.get_running_loop().call_soon(pigeon.open.set)

    assert [one.state for one in await looking] == ["sent"]
    assert await sending == {"place": 1}


async def test_what_a_dry_run_was_told_the_world_was_not(
    dispatcher: Dispatcher, outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    rehearsal = a_dispatcher(outbox, Pigeon(is_dry_run=True, go=pigeon.go, open=pigeon.open))
    await rehearsal.send(SENDER, PARCEL)
    before = await dispatcher.earlier(SENDER)
    await dispatcher.send(SENDER, Parcel("notices", "k1", b"another content"))

    assert before == ()
    assert [one.content for one in await dispatcher.earlier(SENDER)] == [b"another content"]
    assert [(one.key, one.content) for one in await rehearsal.earlier(SENDER)] == [("k1", b"one")]
    assert await rehearsal.send(SENDER, PARCEL) == {"place": 1}


async def test_a_key_belongs_to_one_content(dispatcher: Dispatcher, pigeon: Pigeon) -> None:
    await dispatcher.send(SENDER, PARCEL)

    with pytest.raises(PermanentError, match="give each content a key of its own"):
        await dispatcher.send(SENDER, Parcel("notices", "k1", b"two"))

    assert len(pigeon.carried) == 1


async def test_what_was_confirmed_goes_on(dispatcher: Dispatcher, outbox: MemoryOutbox) -> None:
    await outbox.begin(SENDER, PARCEL)
    await outbox.conclude(SENDER, 1, {"confirmed": "it is there"})

    assert await dispatcher.send(SENDER, PARCEL) == {"confirmed": "it is there"}
    assert await dispatcher.send(SENDER, Parcel("notices", "k2", b"two")) == {"place": 1}


async def test_the_last_thing_said_is_known_unless_it_is_in_doubt(outbox: MemoryOutbox) -> None:
    assert last_of(()) is None
    await outbox.begin(SENDER, PARCEL)
    doubtful = await outbox.sent(SENDER)
    await outbox.conclude(SENDER, 1, {})
    [sent] = await outbox.sent(SENDER)

    assert last_of([sent]) == sent
    with pytest.raises(InDoubt, match="notices number 1 was sent or not"):
        last_of(doubtful)


async def test_the_same_content_has_one_key_in_a_row_and_another_one_later(
    dispatcher: Dispatcher,
) -> None:
    keys: list[str] = []
    for content in (b"a", b"a", b"b", b"a"):
        keys.append(next_key(await dispatcher.earlier(SENDER), content))
        await dispatcher.send(SENDER, Parcel("notices", keys[-1], content))

    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


async def test_while_publication_is_paused_nothing_is_begun(
    outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    pauses = MemoryPauses(MemoryStore(SetClock()))
    dispatcher = a_dispatcher(outbox, pigeon, pauses)
    await pauses.pause(by="ada", reason="the topic is being moved")

    with pytest.raises(Unavailable, match=r"paused by ada .*the topic is being moved"):
        await dispatcher.send(SENDER, PARCEL)
    nothing = await outbox.sent(SENDER)
    await pauses.resume(by="ada", reason="it has moved")
    await dispatcher.send(SENDER, PARCEL)

    assert nothing == ()
    assert [one.content for one in pigeon.carried] == [PARCEL.content]


async def test_what_was_sent_is_told_again_also_while_paused(
    outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    pauses = MemoryPauses(MemoryStore(SetClock()))
    dispatcher = a_dispatcher(outbox, pigeon, pauses)
    answer = await dispatcher.send(SENDER, PARCEL)
    await pauses.pause(by="ada", reason="night")

    assert await dispatcher.send(SENDER, PARCEL) == answer


async def test_a_topic_can_have_a_carrier_of_its_own(outbox: MemoryOutbox, pigeon: Pigeon) -> None:
    owl = Pigeon(go=pigeon.go, open=pigeon.open)
    dispatcher = Dispatcher(outbox, pigeon, no_pauses(), {"alarm": owl})

    await dispatcher.send(SENDER, PARCEL)
    await dispatcher.send(SENDER, Parcel("alarm", "k2", b"two"))

    assert [one.content for one in pigeon.carried] == [b"one"]
    assert [one.content for one in owl.carried] == [b"two"]
    assert [one.key for one in await dispatcher.earlier(SENDER)] == ["k1", "k2"]


async def test_each_topic_is_a_dry_run_or_not_by_itself(
    outbox: MemoryOutbox, pigeon: Pigeon
) -> None:
    rehearsal = Pigeon(is_dry_run=True, go=pigeon.go, open=pigeon.open)
    before = Dispatcher(outbox, pigeon, no_pauses(), {"alarm": rehearsal})
    for parcel in (PARCEL, Parcel("alarm", "k2", b"two")):
        await before.send(SENDER, parcel)
    seen = [one.key for one in await before.earlier(SENDER)]

    after = Dispatcher(outbox, pigeon, no_pauses())
    await after.send(SENDER, Parcel("alarm", "k2", b"two"))

    assert seen == ["k1", "k2"]
    assert [one.key for one in await outbox.sent(SENDER)] == ["k1", "dry-run:k2", "k2"]
    assert [one.content for one in pigeon.carried] == [b"one", b"two"]
