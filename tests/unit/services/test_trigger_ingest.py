"""trigger_ingest: what becomes of a record of an alert topic."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.adapters.memory.log import MemoryLog
from llama.domain.digests import digest_bytes
from llama.domain.errors import Fenced, Unavailable
from llama.ports.message_log import Batch, Record
from llama.ports.projections import Receipt
from schemas.base import Message
from schemas.facts import TriggerReceived
from schemas.reports import DeadLetter, RefusalReason
from schemas.topics import ALERTS_TOPIC, DEAD_LETTERS_TOPIC, FACTS_TOPIC, MEBIBYTE, Topic
from tests.support.memory_system import MemorySystem
from tests.support.neutrino_notices import a_neutrino_notice
from tests.support.notices import a_gzip_bomb, a_map, a_notice, a_retraction, an_event, mutants
from tests.support.trigger_notices import a_burst_notice
from tests.unit.services.failing import FailingLedger, FailingLog

INGEST = "trigger_ingest"
REFUSED = {
    RefusalReason.TOO_LARGE: b'{"a": [' + b"1," * 60_000 + b"1]}",
    RefusalReason.UNSUPPORTED_FORMAT: b"SIMPLE  = T",
    RefusalReason.DAMAGED: b"<voe:VOEvent/>",
    RefusalReason.NOT_JSON: b'{"superevent_id": ',
    RefusalReason.NOT_A_NOTICE: b"[]",
    RefusalReason.BAD_NEUTRINO: a_neutrino_notice(ra="north"),
    RefusalReason.BAD_TRIGGER: a_burst_notice(id="../../etc/passwd"),
    RefusalReason.BAD_EVENT_ID: a_notice(superevent_id="../../etc/passwd"),
    RefusalReason.BAD_ALERT_TYPE: a_notice(alert_type="RUMOUR"),
    RefusalReason.BAD_TIME: a_notice(time_created="yesterday"),
    RefusalReason.DECOMPRESSION_BOMB: a_notice(event=an_event(skymap=a_gzip_bomb(33 * MEBIBYTE))),
}


@dataclass
class WatchingLog(MemoryLog):
    """A log that looks, at every append, whether the bytes that are referred to are kept."""

    artifacts: MemoryArtifacts
    missing: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        super().__init__()

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        for message in messages:
            named = referred(message)
            self.missing += [digest for digest in named if not await self.artifacts.has(digest)]
        return await super().append(topic, messages)


def referred(message: Message) -> list[str]:
    if isinstance(message, TriggerReceived):
        digests = [digest for file in message.files for digest in file.aspects.values()]
        attached = [file.aspects[name] for file in message.files for name in file.attached]
        whole = [file.digest for file in message.files]
        assert set(attached) <= set(digests)
        return [message.raw, *whole, *attached]
    assert isinstance(message, DeadLetter)
    return [message.raw or ""]


def a_system() -> MemorySystem:
    return MemorySystem.of("alert -> skymap")


async def receipt_of(system: MemorySystem, raw: bytes, *, name: bytes = b"") -> Receipt:
    source = await system.send(raw, name=name)
    await system.follow(INGEST)
    receipt = await system.models.receipt(source)
    assert receipt is not None
    return receipt


def triggers(system: MemorySystem) -> list[TriggerReceived]:
    return [fact for fact in system.facts() if isinstance(fact, TriggerReceived)]


def letters(system: MemorySystem) -> list[DeadLetter]:
    records = system.records.partition(DEAD_LETTERS_TOPIC.name, 0)
    return [DeadLetter.model_validate_json(record.value or b"") for record in records]


async def test_a_notice_becomes_a_fact_of_its_event() -> None:
    system = a_system()
    raw = a_notice(alert_type="UPDATE", superevent_id="MS230425k")

    await receipt_of(system, raw)

    [fact] = triggers(system)
    assert (fact.event, fact.alert_type, fact.is_test) == ("MS230425k", "UPDATE", True)
    assert (fact.raw, fact.raw_size) == (digest_bytes(raw), len(raw))
    assert [content.file for content in fact.files] == ["alert.json"]


async def test_the_receipt_of_a_notice_says_where_its_fact_stands() -> None:
    system = a_system()
    await receipt_of(system, a_notice())

    receipt = await receipt_of(system, a_retraction())

    assert (receipt.event, receipt.dead_letter, receipt.reason) == ("S230914ak", None, None)
    number, offset = receipt.fact_partition, receipt.fact_offset
    assert number is not None
    assert offset == 1
    assert system.records.partition(FACTS_TOPIC.name, number)[offset].key == b"S230914ak"


async def test_bytes_alert_and_maps_are_kept() -> None:
    system = a_system()
    raw = a_notice(event=an_event(skymap=a_map("a")))

    await receipt_of(system, raw)

    [content] = triggers(system)[0].files
    assert await system.artifacts.get(digest_bytes(raw)) == raw
    assert json.loads(await system.artifacts.get(content.digest))["superevent_id"] == "S230914ak"
    assert content.attached == ("skymap", "raw")
    assert content.aspects["raw"] == digest_bytes(raw)
    assert await system.artifacts.get(content.aspects["skymap"]) == a_map("a")


@pytest.mark.parametrize("reason", RefusalReason)
async def test_what_is_no_notice_is_refused_with_its_reason(reason: RefusalReason) -> None:
    system = a_system()

    receipt = await receipt_of(system, REFUSED[reason])

    [letter] = letters(system)
    assert triggers(system) == []
    assert (receipt.event, receipt.reason, receipt.dead_letter) == (None, reason, letter.id)
    assert (letter.reason, letter.source, letter.size) == (
        reason,
        receipt.source,
        len(REFUSED[reason]),
    )
    assert await system.artifacts.get(letter.raw or "") == REFUSED[reason]


async def test_bytes_are_kept_before_a_message_refers_to_them() -> None:
    system = a_system()
    watching = WatchingLog(system.artifacts)
    system.log = watching

    await receipt_of(system, a_notice(event=an_event(skymap=a_map("a"))))
    await receipt_of(system, b"no notice")

    assert watching.missing == []
    assert len(watching.partition(DEAD_LETTERS_TOPIC.name, 0)) == 1


async def test_a_copy_of_a_notice_gives_a_fact_of_the_same_id() -> None:
    system = a_system()
    reordered = json.dumps(dict(reversed(json.loads(a_notice()).items())), indent=2).encode()

    for raw in (a_notice(), a_notice(), reordered):
        await receipt_of(system, raw)

    facts = triggers(system)
    assert len(facts) == 3
    assert len({fact.id for fact in facts}) == 1


async def test_another_content_under_the_same_identity_is_another_fact() -> None:
    system = a_system()

    await receipt_of(system, a_notice())
    await receipt_of(system, a_notice(event=an_event(far=1e-3)))

    one, other = triggers(system)
    assert one.notice == other.notice
    assert one.id != other.id


@pytest.mark.parametrize(
    "name", [b"\x1b[2J\r\nbeep\x07", b"\xff\xfe\x00", "\u202etxt.nosj".encode(), b"n" * 5000]
)
async def test_a_hostile_name_is_told_in_a_few_printable_characters(name: bytes) -> None:
    system = a_system()

    await receipt_of(system, b"no notice", name=name)

    told = letters(system)[0].name
    assert told
    assert told.isascii()
    assert told.isprintable()
    assert len(told) <= 300


async def test_an_honest_name_is_told_as_it_is() -> None:
    system = a_system()

    await receipt_of(system, b"no notice", name=b"S230518h-2-Initial.json")

    assert letters(system)[0].name == "S230518h-2-Initial.json"


async def test_a_record_without_a_value_is_refused() -> None:
    system = a_system()
    record = Record(ALERTS_TOPIC.name, 0, 0, b"key", None)

    await system.restart(INGEST)([Batch(ALERTS_TOPIC.name, 0, 0, (record,))])

    assert (letters(system)[0].reason, letters(system)[0].size) == ("unsupported_format", 0)


async def test_whatever_the_bytes_every_record_gets_one_receipt() -> None:
    system = a_system()
    sources = [await system.send(raw) for raw in mutants(a_notice(), 200, seed=4)]

    await system.follow(INGEST)

    receipts = [await system.models.receipt(source) for source in sources]
    assert all(one and (one.event is None) != (one.dead_letter is None) for one in receipts)
    assert len(triggers(system)) + len(letters(system)) == 200


async def test_the_offset_stays_while_the_log_takes_nothing() -> None:
    system = a_system()
    system.log = FailingLog(system.records)
    source = await system.send(a_notice())

    with pytest.raises(Unavailable):
        await system.follow(INGEST)
    assert await system.models.receipt(source) is None
    await system.follow(INGEST)

    assert len(triggers(system)) == 1
    assert (await system.models.receipt(source)) is not None


async def test_what_was_taken_in_before_a_crash_comes_again_under_the_same_ids() -> None:
    system = a_system()
    system.ledger = FailingLedger(system.ledger)
    await system.send(a_notice())
    await system.send(b"no notice")

    with pytest.raises(Unavailable):
        await system.follow(INGEST)
    system.restart(INGEST)
    await system.follow(INGEST)

    assert len(triggers(system)) == len(letters(system)) == 2
    assert len({fact.id for fact in triggers(system)}) == 1
    assert len({letter.id for letter in letters(system)}) == 1


async def test_a_second_instance_is_fenced_and_gives_no_receipts() -> None:
    system = a_system()
    source = await system.send(a_notice())
    haul = system.unread(INGEST)
    await system.follow(INGEST)
    before = await system.models.receipt(source)
    stale = system.restart(INGEST)

    with pytest.raises(Fenced):
        await stale(haul)

    assert await system.models.receipt(source) == before
