"""Triggers as they are shown: in memory, on the embedded PostgreSQL and on Debian's."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest

from llama.adapters.postgres import connect
from llama.ports.projections import ExternalTriggerRow, Receipt, ReceivedSpan
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import Source
from tests.support.postgres import Databases, Persistence
from tests.support.projections import a_log, hashes, project
from tests.support.trigger_notices import BURST, SEEN, a_trigger


async def show(persistence: Persistence, *received: ExternalTriggerReceived) -> None:
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record_external_triggers(received)


async def shown(
    persistence: Persistence, *, hours: float = 1.0, limit: int = 100, **also: bool
) -> Sequence[ExternalTriggerRow]:
    around = timedelta(hours=hours)
    return await persistence.models.external_triggers(
        ReceivedSpan(SEEN - around, SEEN + around, limit, **also)
    )


async def test_nothing_is_shown_of_what_was_not_received(persistence: Persistence) -> None:
    await show(persistence)

    assert list(await shown(persistence)) == []


async def test_a_trigger_is_shown_as_it_was_received(persistence: Persistence) -> None:
    one = a_trigger(error_deg=0.1 + 0.2, far_hz=1e-7, map_url="https://example.org/a.fit")
    await show(persistence, one)

    [row] = await shown(persistence)

    assert (row.observatory, row.trigger, row.time, row.message) == (
        *("Fermi", BURST, SEEN),
        one.id,
    )
    assert (row.ra_deg, row.dec_deg, row.error_deg) == (235.883, 68.683, 0.1 + 0.2)
    assert (row.kind, row.instrument, row.name) == ("grb", "GBM", "bn230416223")
    assert (row.containment, row.far_hz, row.raw) == (0.68, 1e-7, "a" * 64)
    assert row.classification == '{"GENERIC_SGR":0.14,"GRB":0.85}'
    assert row.map_url == "https://example.org/a.fit"


async def test_a_trigger_without_place_and_classes_is_shown(persistence: Persistence) -> None:
    nowhere = {"ra_deg": None, "dec_deg": None, "error_deg": None, "containment": None}
    await show(persistence, a_trigger(classification=None, instrument="", event_name="", **nowhere))

    [row] = await shown(persistence)

    assert (row.ra_deg, row.error_deg, row.far_hz, row.map_url) == (None, None, None, None)
    assert (row.classification, row.name) == ("null", "")


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_the_newest_revision_wins_whatever_the_order(
    persistence: Persistence, order: tuple[int, ...]
) -> None:
    received = [
        a_trigger(sent_at=SEEN + timedelta(days=1)),
        a_trigger(revision=1, raw="b" * 64),
        a_trigger(revision=1, raw="c" * 64),
        a_trigger(revision=1, sent_at=SEEN - timedelta(seconds=1), retracted=True),
    ]

    first, *others = (received[number] for number in order)
    await show(persistence, first)
    await show(persistence, *others)

    [row] = await shown(persistence, retracted=True)
    assert (row.revision, row.retracted, row.raw) == (1, False, "c" * 64)


async def test_a_retracted_trigger_is_shown_only_to_who_asks(persistence: Persistence) -> None:
    await show(persistence, a_trigger())
    await show(persistence, a_trigger(revision=1, retracted=True))
    await show(persistence, a_trigger())

    [row] = await shown(persistence, retracted=True)

    assert list(await shown(persistence, tests=True)) == []
    assert row.retracted


async def test_a_test_and_another_observatory_stand_beside_it(persistence: Persistence) -> None:
    drill = a_trigger(is_test=True, revision=3, retracted=True)
    await show(persistence, a_trigger(), drill, a_trigger(observatory="Swift"))
    await show(persistence, a_trigger(is_test=True, revision=4))

    real, all_of_them = await shown(persistence), await shown(persistence, tests=True)

    assert [(row.observatory, row.revision) for row in real] == [("Swift", 0), ("Fermi", 0)]
    assert [(row.is_test, row.revision) for row in all_of_them[1:]] == [(True, 4), (False, 0)]


async def test_those_of_a_time_span_are_told_the_latest_first(persistence: Persistence) -> None:
    times = {"a": -3600.000001, "b": -3600.0, "C": 0.0, "c": 0.0, "e": 3600.0, "f": 3600.000001}
    await show(
        persistence,
        *(a_trigger(name, time=SEEN + timedelta(seconds=late)) for name, late in times.items()),
    )

    assert [row.trigger for row in await shown(persistence)] == ["e", "c", "C", "b"]
    assert [row.trigger for row in await shown(persistence, limit=2)] == ["e", "c"]


async def test_a_receipt_names_the_trigger(persistence: Persistence) -> None:
    source = Source(topic="gcn.notices.fermi.gbm.alert", partition=0, offset=3)
    key = a_trigger("a" * 64, observatory="b" * 40).key
    given = Receipt(source, None, None, None, 0, 8, None, key)

    async with persistence.ledger.transaction("trigger_ingest") as transaction:
        await transaction.give_receipts([given])

    assert await persistence.models.receipt(source) == given


async def test_another_order_of_the_topic_gives_an_equal_table(databases: Databases) -> None:
    found: list[object] = []
    for most in (1, 7, 1000):
        async with databases.fresh() as dsn, await connect(dsn) as database:
            await project(database, a_log(12).mixed(most))
            found.append((await hashes(database))["external_triggers"])

    assert found[0] == found[1] == found[2]
