"""trigger_ingest and the projection: what becomes of a notice about a neutrino."""

from datetime import timedelta

import pytest

from llama.domain.digests import digest_bytes
from llama.domain.errors import Unavailable
from llama.ports.projections import NeutrinoRow, ReceivedSpan
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import RefusalReason
from schemas.topics import ALERTS_TOPIC, INCOMING, NEUTRINO_ALERTS_TOPIC, NEUTRINOS_TOPIC, Topic
from tests.support.memory_system import MemorySystem
from tests.support.neutrino_notices import CAME, NEUTRINO, a_neutrino_notice
from tests.support.notices import a_notice
from tests.unit.services.failing import FailingLog

FOLLOWERS = ("trigger_ingest", "projection")


def a_system() -> MemorySystem:
    return MemorySystem.of("alert -> skymap")


def heard(system: MemorySystem) -> list[NeutrinoReceived]:
    records = system.records.partition(NEUTRINOS_TOPIC.name, 0)
    assert all(record.key == NEUTRINO.encode() for record in records)
    return [NeutrinoReceived.model_validate_json(record.value or b"") for record in records]


async def shown(system: MemorySystem, **also: bool) -> list[NeutrinoRow]:
    span = ReceivedSpan(CAME - timedelta(days=1), CAME + timedelta(days=1), 100, **also)
    return list(await system.models.neutrinos(span))


@pytest.mark.parametrize("topic", INCOMING)
async def test_a_notice_becomes_a_message_whatever_its_topic(topic: Topic) -> None:
    system, raw = a_system(), a_neutrino_notice()

    source = await system.send(raw, topic=topic)
    await system.follow("trigger_ingest")

    receipt = await system.models.receipt(source)
    [message] = heard(system)
    assert (message.neutrino, message.source, message.raw) == (NEUTRINO, source, digest_bytes(raw))
    assert await system.artifacts.get(message.raw) == raw
    assert receipt is not None
    assert (receipt.neutrino, receipt.event, receipt.dead_letter) == (NEUTRINO, None, None)
    assert system.facts() == []


async def test_people_send_it_to_the_topic_of_its_kind() -> None:
    system = a_system()

    sources = [
        await system.ingestion().send(raw, name="") for raw in (a_neutrino_notice(), a_notice())
    ]

    assert [source.topic for source in sources] == [NEUTRINO_ALERTS_TOPIC.name, ALERTS_TOPIC.name]


async def test_what_cannot_be_read_is_a_dead_letter_with_its_reason() -> None:
    system = a_system()

    sources = [
        await system.send(a_neutrino_notice(trigger_time="soon")),
        await system.send(b"{}", topic=NEUTRINO_ALERTS_TOPIC),
    ]
    await system.follow(*FOLLOWERS)

    receipts = [await system.models.receipt(source) for source in sources]
    reasons = [receipt.reason for receipt in receipts if receipt]
    assert reasons == [RefusalReason.BAD_TIME, RefusalReason.BAD_NEUTRINO]
    assert len(await system.models.dead_letters(limit=9)) == 2
    assert heard(system) == []


async def test_the_newest_revision_is_shown_whatever_the_order() -> None:
    system = a_system()

    for revision in (1, 0, 1):
        await system.send(a_neutrino_notice(record_number=revision, dec=revision))
    await system.follow(*FOLLOWERS)

    [row] = await shown(system)
    assert (row.revision, row.dec_deg) == (1, 1.0)
    assert len({message.id for message in heard(system)}) == 2


async def test_retracted_and_test_neutrinos_are_shown_to_those_who_ask() -> None:
    system = a_system()

    await system.send(a_neutrino_notice(alert_type="retraction", record_number=1))
    await system.send(a_neutrino_notice(alert_tense="test"))
    await system.follow(*FOLLOWERS)

    assert await shown(system) == []
    assert [row.is_test for row in await shown(system, tests=True)] == [True]
    assert [row.retracted for row in await shown(system, retracted=True)] == [True]


async def test_what_a_broker_marks_as_a_test_is_one() -> None:
    system = a_system()

    await system.send(a_neutrino_notice(), is_test=True)
    await system.follow(*FOLLOWERS)

    assert await shown(system) == []
    assert heard(system)[0].is_test


async def test_a_crash_before_the_offset_shows_it_once() -> None:
    system = a_system()
    await system.send(a_neutrino_notice(), topic=NEUTRINO_ALERTS_TOPIC)
    system.log = FailingLog(system.records)

    with pytest.raises(Unavailable):
        await system.follow("trigger_ingest")
    await system.follow(*FOLLOWERS)

    assert len(await shown(system)) == len(heard(system)) == 1
