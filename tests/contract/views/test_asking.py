"""All read models answer questions about events as the plain words of the domain do."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from string import ascii_letters
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.views import MemoryReadModels
from llama.adapters.postgres import PostgresReadModels, connect
from llama.adapters.postgres.database import Database
from llama.adapters.postgres.event_rows import EVENT_COLUMNS, event_row
from llama.adapters.system_clock import SystemClock
from llama.domain.assessment import Status
from llama.domain.flags import Flags
from llama.domain.labels import Label
from llama.domain.outlook import Outlook
from llama.domain.selection.chains import selected
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask, find
from llama.domain.selection.profile import EventProfile, about
from llama.domain.shown import shown_event
from llama.domain.states import EventState
from llama.domain.work import Step
from llama.ports.projections import ReadModels
from schemas.facts import Fact
from tests.support.asking import (
    DOWNSELECTIONS,
    EVENTS,
    FILES,
    HANDLERS,
    NOW,
    RATES,
    SINGLE,
    all_pages,
    everything,
    shown_as,
)
from tests.support.facts import START, Story
from tests.support.postgres import Databases, Persistence
from tests.support.random_events import happenings

Word = TypeVar("Word", bound=str)
UNHURRIED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
THOROUGH = settings(max_examples=40, deadline=None, suppress_health_check=UNHURRIED)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Read models, and how to give them events."""

    models: ReadModels
    clear: Callable[[], Awaitable[None]]
    add: Callable[[Sequence[EventProfile]], Awaitable[None]]
    learn: Callable[[], Awaitable[None]]
    """Count which words are common: what is rare is looked for in another way."""

    async def fill(self, profiles: Sequence[EventProfile]) -> None:
        """Have these events and no others."""
        await self.clear()
        await self.add(profiles)


def memory_shelf() -> Shelf:
    store = MemoryStore(SystemClock())

    async def clear() -> None:
        store.profiles.clear()

    async def add(profiles: Sequence[EventProfile]) -> None:
        store.profiles |= {one.eventid: one for one in profiles}
        store.events |= {one.eventid: shown_as(one) for one in profiles}

    return Shelf(MemoryReadModels(store), clear, add, learn_nothing)


async def learn_nothing() -> None:
    """Memory has nothing to learn."""


def postgres_shelf(database: Database) -> Shelf:
    async def clear() -> None:
        async with database.session() as session:
            await session.connection.execute("delete from events")

    async def add(profiles: Sequence[EventProfile]) -> None:
        rows = [event_row(shown_as(one), one, 1) for one in profiles]
        columns = [[row[place] for row in rows] for place in range(EVENT_COLUMNS)]
        await database.fetch("show_events", *columns)

    async def learn() -> None:
        async with database.session() as session:
            await session.connection.execute("analyze events")

    return Shelf(PostgresReadModels(database), clear, add, learn)


@pytest.fixture
async def shelf(databases_or_memory: Databases | None) -> AsyncGenerator[Shelf]:
    if databases_or_memory is None:
        yield memory_shelf()
        return
    async with databases_or_memory.fresh() as dsn, await connect(dsn) as database:
        yield postgres_shelf(database)


@THOROUGH
@given(EVENTS, st.lists(DOWNSELECTIONS, min_size=1, max_size=6))
async def test_the_answer_is_that_of_the_domain(
    shelf: Shelf, events: list[EventProfile], chosen: list[Downselection]
) -> None:
    await shelf.fill(events)

    for downselection in chosen:
        question = everything(downselection)
        page = await shelf.models.select(question)

        assert [row.event for row in page.rows] == [one.eventid for one in find(question, events)]
        assert page.next is None


@pytest.mark.parametrize("are_words_rare", [False, True], ids=["unknown words", "rare words"])
async def test_each_criterion_and_its_inverse_part_the_events_as_the_domain_does(
    shelf: Shelf, *, are_words_rare: bool
) -> None:
    events = many_events()
    if are_words_rare:
        await shelf.fill([EventProfile("S0")])
        await shelf.learn()
    await shelf.fill(events)

    for criteria in SINGLE:
        for invert in (False, True):
            question = everything(Downselection.read({**criteria, "invert": invert}))
            page = await shelf.models.select(question)
            expected = [one.eventid for one in find(question, events)]
            assert [row.event for row in page.rows] == expected, (criteria, invert)


@pytest.mark.parametrize("order", [{}, {"reverse": True}], ids=["forwards", "backwards"])
@pytest.mark.parametrize("sortkey", [None, *SortKey])
async def test_pages_of_one_have_the_order_of_the_domain(
    shelf: Shelf, sortkey: SortKey | None, order: dict[str, object]
) -> None:
    events = many_events()
    await shelf.fill(events)
    downselection = Downselection.read({"sortkey": sortkey, **order})

    rows = await all_pages(shelf.models, downselection, size=1)

    assert [row.event for row in rows] == [
        one.eventid for one in find(everything(downselection), events)
    ]


@THOROUGH
@given(EVENTS, DOWNSELECTIONS, st.integers(1, 4))
async def test_pages_are_the_listing_in_pieces(
    shelf: Shelf, events: list[EventProfile], downselection: Downselection, size: int
) -> None:
    await shelf.fill(events)
    at_once = await shelf.models.select(everything(downselection))

    assert tuple(await all_pages(shelf.models, downselection, size=size)) == at_once.rows


@given(EVENTS, DOWNSELECTIONS)
def test_a_listing_is_what_a_run_would_select(
    events: list[EventProfile], downselection: Downselection
) -> None:
    met = [one for one in events if downselection.matches(one, NOW)]
    assume(downselection.sortkey is not None or all(one.event_time for one in met))

    found = find(everything(downselection), events)

    assert tuple(found) == selected(events, [downselection], NOW)


async def test_a_row_is_shown_whole(shelf: Shelf) -> None:
    profile = EventProfile(
        "S230914ak", event_time=NOW, first_at=NOW, far=2e-9, classes=(("BNS", 0.75),)
    )
    await shelf.fill([profile])

    page = await shelf.models.select(everything(Downselection()))

    assert page.rows == (shown_as(profile),)


async def test_events_that_come_in_between_move_nothing(shelf: Shelf) -> None:
    hours = [NOW - timedelta(hours=hour) for hour in range(6)]
    known = [EventProfile(f"S{hour}", event_time=moment) for hour, moment in enumerate(hours)]
    await shelf.fill(known[1::2])
    first = await shelf.models.select(ask(Downselection(), now=NOW, size=1))

    await shelf.add(known[0::2])
    rest = await shelf.models.select(ask(Downselection(), now=NOW, size=9, after=first.next))

    assert [row.event for row in first.rows] == ["S1"]
    assert [row.event for row in rest.rows] == ["S2", "S3", "S4", "S5"]


async def test_ages_are_counted_from_the_first_page(shelf: Shelf) -> None:
    ages = {"S1": 10, "S2": 20, "S3": 30}
    times = {name: NOW - timedelta(seconds=age) for name, age in ages.items()}
    await shelf.fill([EventProfile(name, event_time=at, first_at=at) for name, at in times.items()])
    young = Downselection.of(sec_since_v0_lt=60)

    first = await shelf.models.select(ask(young, now=NOW, size=2))
    later = NOW + timedelta(hours=1)
    second = await shelf.models.select(ask(young, now=later, size=2, after=first.next))

    assert [row.event for row in (*first.rows, *second.rows)] == ["S1", "S2", "S3"]


async def test_a_limit_counts_over_all_pages(shelf: Shelf) -> None:
    await shelf.fill([EventProfile(f"S{number}") for number in range(9)])

    rows = await all_pages(shelf.models, Downselection.of(limit=5), size=2)

    assert [row.event for row in rows] == ["S0", "S1", "S2", "S3", "S4"]


@settings(max_examples=12, deadline=None, suppress_health_check=UNHURRIED)
@given(st.lists(happenings(15), min_size=1, max_size=5), st.lists(DOWNSELECTIONS, max_size=8))
async def test_what_the_projection_writes_is_what_the_state_says(
    persistence: Persistence, tales: list[list[Fact]], chosen: list[Downselection]
) -> None:
    stories = [steps_of(f"S2{number}", facts) for number, facts in enumerate(tales)]
    await forget(persistence)
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record([step for steps in stories for step in steps])

    states = [steps[-1].after for steps in stories]
    profiles = [about(state) for state in states if shown_event(state) is not None]
    for downselection in [Downselection(), *chosen]:
        question = everything(downselection)
        page = await persistence.models.select(question)
        assert [row.event for row in page.rows] == [one.eventid for one in find(question, profiles)]
        assert {row.event: row for row in page.rows} == {
            state.event: shown_event(state)
            for state in states
            if state.event in {row.event for row in page.rows}
        }


async def test_files_and_flags_of_a_real_story_are_found(persistence: Persistence) -> None:
    story = Story()
    story.notice(far=1e-8, classification={"BNS": 0.9, "Terrestrial": 0.1})
    story.make("skymap")
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record(story.steps)

    asked = {
        "fileexists": "skymap.json",
        "fhnameexists": "alert",
        "fhnamemeta": "skymap",
        "status": ["current", "missing"],
        "flag": ["ROLE:observation", "UPLOAD"],
        "label": ["initial", "significant"],
        "far_lt": 1e-7,
        "classification": "BNS",
        "p_gt": "BNS:0.8",
        "v0after": START,
        "vetoed": False,
    }
    page = await persistence.models.select(everything(Downselection.read(asked)))

    assert [row.event for row in page.rows] == [story.event]


def many_events() -> list[EventProfile]:
    """Return events that differ in all that can be asked for, each value and none at all."""
    chance = Random(4)
    hours = [None, *(NOW - timedelta(hours=hour, microseconds=hour) for hour in range(6))]
    return [
        EventProfile(
            f"{chance.choice(['S', 'MS'])}2{chance.choice('01ab_-')}{letter}",
            event_time=chance.choice(hours),
            files=some(chance, FILES),
            handlers=some(chance, HANDLERS),
            recorded=some(chance, HANDLERS),
            statuses=some(chance, Status),
            obsolete=some(chance, FILES),
            labels=some(chance, Label),
            flags=chance.choice([Flags(), Flags(ROLE="test", UPLOAD=True), Flags(VETOED=True)]),
            first_at=chance.choice(hours),
            modified_at=chance.choice(hours),
            far=chance.choice([None, *RATES]),
            classes=chance.choice([(), (("BBH", 0.5), ("BNS", 0.5)), (("BNS", 0.25),)]),
        )
        for letter in ascii_letters[:40]
    ]


def some(chance: Random, words: Iterable[Word]) -> frozenset[Word]:
    return frozenset(word for word in words if chance.random() < 0.4)


async def forget(persistence: Persistence) -> None:
    """Have no events: those of the example before are gone."""
    models = persistence.models
    if isinstance(models, PostgresReadModels):
        async with models.database.session() as session:
            await session.connection.execute("truncate events, files, facts, file_versions")
    if isinstance(models, MemoryReadModels):
        models.store.profiles.clear()
        models.store.events.clear()


def steps_of(event: str, facts: Sequence[Fact]) -> list[Step]:
    """Fold facts as those of an event."""
    state = EventState(event)
    steps: list[Step] = []
    for offset, fact in enumerate(facts):
        outlook = Outlook.of(state).after(fact.model_copy(update={"event": event}))
        steps.append(Step(int(event[1:]), offset, fact, state, outlook))
        state = outlook.state
    return steps
