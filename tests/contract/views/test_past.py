"""Lists as of a moment are exactly those that folding everything gives, wherever facts are kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llama.adapters.memory.views import MemoryReadModels
from llama.adapters.postgres import PostgresReadModels
from llama.client.past import Lookback, page_then
from llama.domain.moves import Folded
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask
from llama.domain.spans import SHORTEST
from schemas.facts import Fact
from schemas.flags import FlagName
from tests.contract.views.looking_back import past_of
from tests.support.asking import DOWNSELECTIONS, SINGLE
from tests.support.facts import START, Story
from tests.support.postgres import Persistence
from tests.support.random_events import happenings
from tests.support.the_past import Archive, Reader

UNHURRIED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
THOROUGH = settings(max_examples=25, deadline=None, suppress_health_check=UNHURRIED)
TALES = st.lists(happenings(15), min_size=1, max_size=6)
SOON = timedelta(seconds=1)


async def shown(persistence: Persistence, batches: Iterable[Sequence[Folded]]) -> None:
    """Show batches to read models that have forgotten all others."""
    models = persistence.models
    if isinstance(models, PostgresReadModels):
        async with models.database.session() as session:
            await session.connection.execute("truncate events, event_spans, facts, file_versions")
    if isinstance(models, MemoryReadModels):
        for table in (models.store.events, models.store.profiles, models.store.facts):
            table.clear()
    for batch in batches:
        async with persistence.ledger.transaction("projection") as transaction:
            await transaction.views.record(batch)


async def names(persistence: Persistence, moment: datetime, **criteria: object) -> list[str]:
    question = ask(Downselection.read(criteria), now=moment, size=100, is_past=True)
    page = await page_then(past_of(persistence), question)
    return [row.event for row in page.rows]


@THOROUGH
@given(TALES, st.lists(DOWNSELECTIONS, min_size=1, max_size=4), st.integers(0, 2**32))
async def test_a_list_as_of_a_moment_is_what_folding_everything_gives(
    persistence: Persistence, tales: list[list[Fact]], chosen: list[Downselection], seed: int
) -> None:
    chance = Random(seed)
    archive = Archive.of(tales, chance)
    await shown(persistence, archive.batches(chance))

    for moment in archive.moments(chance):
        for wanted in [Downselection(), *chosen]:
            question = ask(wanted, now=moment, size=100, is_past=True)
            page = await page_then(past_of(persistence), question)
            assert list(page.rows) == archive.answer(question), (moment, wanted)


@settings(parent=THOROUGH, max_examples=4)
@given(TALES, st.integers(0, 2**32))
async def test_each_criterion_and_its_inverse_part_the_events_of_a_moment(
    persistence: Persistence, tales: list[list[Fact]], seed: int
) -> None:
    chance = Random(seed)
    archive = Archive.of(tales, chance)
    await shown(persistence, archive.batches(chance))
    moment = archive.moments(chance)[0]

    for criteria in SINGLE:
        for invert in (False, True):
            wanted = Downselection.read({**criteria, "invert": invert})
            question = ask(wanted, now=moment, size=100, is_past=True)
            page = await page_then(past_of(persistence), question)
            assert list(page.rows) == archive.answer(question), (moment, wanted)


@THOROUGH
@given(TALES, DOWNSELECTIONS, st.integers(1, 3), st.integers(0, 2**32))
async def test_pages_are_the_list_of_the_first_ones_moment_in_pieces(
    persistence: Persistence,
    tales: list[list[Fact]],
    wanted: Downselection,
    size: int,
    seed: int,
) -> None:
    chance = Random(seed)
    archive = Archive.of(tales, chance)
    await shown(persistence, archive.batches(chance))

    for moment in archive.moments(chance)[:3]:
        reader = Reader(past_of(persistence), wanted, moment)
        at_once = ask(wanted, now=moment, size=100, is_past=True)
        assert await reader.read(size) == archive.answer(at_once)
        assert all(len(page) <= size for page in reader.pages)


@pytest.mark.parametrize("pause", [SOON, SHORTEST - SOON, SHORTEST, 30 * SHORTEST], ids=str)
@pytest.mark.parametrize("are_facts_shown_at_once", [True, False], ids=["one batch", "batches"])
async def test_before_and_after_a_pause_events_are_what_they_were(
    persistence: Persistence, pause: timedelta, *, are_facts_shown_at_once: bool
) -> None:
    story = Story()
    story.notice()
    story.now = story.state.as_of + pause
    veto = story.flag(FlagName.VETOED, on=True).after.as_of
    story.now += pause
    story.flag(FlagName.VETOED, on=False)
    batches = [story.steps] if are_facts_shown_at_once else [[step] for step in story.steps]
    await shown(persistence, batches)

    moments = [veto - SOON / 2, veto, story.state.as_of - SOON / 2, story.state.as_of]
    found = [await names(persistence, moment, vetoed=True) for moment in moments]

    assert found == [[], [story.event], [story.event], []]


async def test_an_event_is_as_it_was(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    story.settle()
    await shown(persistence, [story.steps])

    for step in story.steps:
        lookback = Lookback(past_of(persistence), step.after.as_of)
        state = await lookback.state(story.event)
        assert state is not None
        assert state == step.after
        assert (await lookback.status(state)).running == ()


async def test_a_deployment_counts_from_when_it_was(persistence: Persistence) -> None:
    past = past_of(persistence)
    before = await past.deployed(START + timedelta(days=365 * 100))
    await persistence.ledger.deployment_epoch("a" * 64)

    assert before is None
    assert await past.deployed(START) is None
    assert await past.deployed(START + timedelta(days=365 * 100)) == "a" * 64
