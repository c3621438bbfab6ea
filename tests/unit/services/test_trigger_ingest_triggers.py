"""trigger_ingest and the projection: what becomes of a notice about another's trigger."""

from datetime import timedelta

import pytest

from llama.domain.digests import digest_bytes
from llama.domain.errors import Unavailable
from llama.ports.projections import ExternalTriggerRow, ReceivedSpan
from schemas.external_triggers import ExternalTriggerReceived
from schemas.reports import RefusalReason
from schemas.topics import EXTERNAL_TRIGGERS_TOPIC, INCOMING, NEUTRINOS_TOPIC, Topic
from tests.support.memory_system import MemorySystem
from tests.support.neutrino_notices import a_neutrino_notice
from tests.support.trigger_notices import BURST, SEEN, a_burst_notice, a_km3net_notice
from tests.unit.services.failing import FailingLog

FOLLOWERS = ("trigger_ingest", "projection")
KEY = f"Fermi/{BURST}"


def a_system() -> MemorySystem:
    return MemorySystem.of("alert -> skymap")


def noted(system: MemorySystem) -> list[ExternalTriggerReceived]:
    records = system.records.partition(EXTERNAL_TRIGGERS_TOPIC.name, 0)
    found = [ExternalTriggerReceived.model_validate_json(one.value or b"") for one in records]
    assert [record.key for record in records] == [one.key.encode() for one in found]
    return found


async def shown(system: MemorySystem, **also: bool) -> list[ExternalTriggerRow]:
    span = ReceivedSpan(SEEN - timedelta(days=1), SEEN + timedelta(days=1), 100, **also)
    return list(await system.models.external_triggers(span))


@pytest.mark.parametrize("topic", INCOMING)
async def test_a_notice_becomes_a_message_whatever_its_topic(topic: Topic) -> None:
    system, raw = a_system(), a_burst_notice()

    source = await system.send(raw, topic=topic)
    await system.follow("trigger_ingest")

    receipt = await system.models.receipt(source)
    [message] = noted(system)
    assert (message.key, message.source, message.raw) == (KEY, source, digest_bytes(raw))
    assert await system.artifacts.get(message.raw) == raw
    assert receipt is not None
    assert (receipt.external_trigger, receipt.event, receipt.dead_letter) == (KEY, None, None)
    assert system.facts() == []


async def test_people_send_it_to_the_topic_of_its_observatory() -> None:
    system = a_system()
    raws = (a_burst_notice(), a_km3net_notice(), a_burst_notice(mission="AGILE"))

    sources = [await system.ingestion().send(raw, name="") for raw in raws]

    assert [source.topic for source in sources] == [
        "gcn.notices.fermi.gbm.alert",
        "gcn.notices.km3net.alert",
        "igwn.gwalert",
    ]


async def test_a_track_of_icecube_is_still_a_neutrino() -> None:
    system = a_system()

    await system.send(a_neutrino_notice())
    await system.follow("trigger_ingest")

    assert noted(system) == []
    assert len(system.records.partition(NEUTRINOS_TOPIC.name, 0)) == 1


async def test_what_cannot_be_read_is_a_dead_letter_with_its_reason() -> None:
    system = a_system()

    sources = [
        await system.send(a_burst_notice(trigger_time="soon")),
        await system.send(a_burst_notice(id="../x")),
    ]
    await system.follow(*FOLLOWERS)

    receipts = [await system.models.receipt(source) for source in sources]
    reasons = [receipt.reason for receipt in receipts if receipt]
    assert reasons == [RefusalReason.BAD_TIME, RefusalReason.BAD_TRIGGER]
    assert len(await system.models.dead_letters(limit=9)) == 2
    assert noted(system) == []


async def test_the_newest_revision_is_shown_whatever_the_order() -> None:
    system = a_system()

    for number in (7, 1, 7):
        await system.send(a_burst_notice(record_number=number, dec=number))
    await system.follow(*FOLLOWERS)

    [row] = await shown(system)
    assert (row.revision, row.dec_deg) == (7, 7.0)
    assert len({message.id for message in noted(system)}) == 2


async def test_retracted_and_test_triggers_are_shown_to_those_who_ask() -> None:
    system = a_system()

    await system.send(a_burst_notice(alert_type="retraction", record_number=5))
    await system.send(a_burst_notice(alert_tense="test"))
    await system.send(a_km3net_notice(), is_test=True)
    await system.follow(*FOLLOWERS)

    assert await shown(system) == []
    assert [row.observatory for row in await shown(system, tests=True)] == ["Fermi", "KM3NeT"]
    assert [row.retracted for row in await shown(system, retracted=True)] == [True]


async def test_a_crash_before_the_offset_shows_it_once() -> None:
    system = a_system()
    await system.send(a_burst_notice())
    system.log = FailingLog(system.records)

    with pytest.raises(Unavailable):
        await system.follow("trigger_ingest")
    await system.follow(*FOLLOWERS)

    assert len(await shown(system)) == len(noted(system)) == 1
