"""Neutrinos as they are shown: in memory, on the embedded PostgreSQL and on Debian's."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest

from llama.adapters.postgres import connect
from llama.ports.projections import NeutrinoRow, Receipt, ReceivedSpan
from schemas.facts import Source
from schemas.neutrinos import NeutrinoReceived
from schemas.topics import NEUTRINOS_TOPIC
from tests.support.neutrino_notices import CAME, NEUTRINO, a_neutrino
from tests.support.postgres import Databases, Persistence
from tests.support.projections import a_log, hashes, project


async def show(persistence: Persistence, *received: NeutrinoReceived) -> None:
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record_neutrinos(received)


async def shown(
    persistence: Persistence, *, hours: float = 1.0, limit: int = 100, **also: bool
) -> Sequence[NeutrinoRow]:
    around = timedelta(hours=hours)
    return await persistence.models.neutrinos(
        ReceivedSpan(CAME - around, CAME + around, limit, **also)
    )


async def test_nothing_is_shown_of_what_was_not_received(persistence: Persistence) -> None:
    await show(persistence)

    assert list(await shown(persistence)) == []


async def test_a_neutrino_is_shown_as_it_was_received(persistence: Persistence) -> None:
    one = a_neutrino(sigma_deg=0.1 + 0.2, origin="simulated")
    await show(persistence, one)

    [row] = await shown(persistence)

    assert (row.neutrino, row.time, row.sent_at, row.message) == (NEUTRINO, CAME, CAME, one.id)
    assert (row.ra_deg, row.dec_deg, row.sigma_deg) == (345.82, 9.01, 0.1 + 0.2)
    assert (row.energy_gev, row.kind, row.stream, row.raw) == (
        *(127_290.0, "simulated", "bronze"),
        "a" * 64,
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_the_newest_revision_wins_whatever_the_order(
    persistence: Persistence, order: tuple[int, ...]
) -> None:
    received = [
        a_neutrino(sent_at=CAME + timedelta(days=1)),
        a_neutrino(revision=1, raw="b" * 64),
        a_neutrino(revision=1, raw="c" * 64),
        a_neutrino(revision=1, sent_at=CAME - timedelta(seconds=1), retracted=True),
    ]

    first, *others = (received[number] for number in order)
    await show(persistence, first)
    await show(persistence, *others)

    [row] = await shown(persistence, retracted=True)
    assert (row.revision, row.retracted, row.raw) == (1, False, "c" * 64)


async def test_a_retracted_neutrino_is_shown_only_to_who_asks(persistence: Persistence) -> None:
    await show(persistence, a_neutrino())
    nowhere = a_neutrino(ra_deg=None, dec_deg=None, sigma_deg=None, energy_gev=None)
    gone = nowhere.model_copy(update={"revision": 1, "retracted": True})
    await show(persistence, gone)
    await show(persistence, a_neutrino())

    [row] = await shown(persistence, retracted=True)

    assert list(await shown(persistence, tests=True)) == []
    assert (row.retracted, row.ra_deg, row.energy_gev) == (True, None, None)


async def test_a_test_stands_beside_the_real_one(persistence: Persistence) -> None:
    await show(persistence, a_neutrino(), a_neutrino(is_test=True, revision=3, retracted=True))
    await show(persistence, a_neutrino(is_test=True, revision=4))

    real, both = await shown(persistence), await shown(persistence, tests=True)

    assert [(row.is_test, row.revision) for row in real] == [(False, 0)]
    assert [(row.is_test, row.revision) for row in both] == [(True, 4), (False, 0)]


async def test_those_of_a_time_span_are_told_the_latest_first(persistence: Persistence) -> None:
    times = {"a": -3600.000001, "b": -3600.0, "c": 0.0, "d": 3600.0, "e": 3600.000001}
    await show(
        persistence,
        *(a_neutrino(name, time=CAME + timedelta(seconds=late)) for name, late in times.items()),
    )

    assert [row.neutrino for row in await shown(persistence)] == ["d", "c", "b"]
    assert [row.neutrino for row in await shown(persistence, limit=2)] == ["d", "c"]


async def test_a_receipt_names_the_neutrino(persistence: Persistence) -> None:
    source = Source(topic=NEUTRINOS_TOPIC.name, partition=0, offset=3)
    given = Receipt(source, None, None, None, 0, 8, NEUTRINO)

    async with persistence.ledger.transaction("trigger_ingest") as transaction:
        await transaction.give_receipts([given])

    assert await persistence.models.receipt(source) == given


async def test_another_order_of_the_topic_gives_an_equal_table(databases: Databases) -> None:
    found: list[object] = []
    for most in (1, 7, 1000):
        async with databases.fresh() as dsn, await connect(dsn) as database:
            await project(database, a_log(12).mixed(most))
            found.append((await hashes(database))["neutrinos"])

    assert found[0] == found[1] == found[2]
