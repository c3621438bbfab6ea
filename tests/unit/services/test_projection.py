"""projection: facts, revisions and dead letters become rows."""

from copy import deepcopy
from datetime import timedelta

import pytest

from llama.adapters.memory.store import MemoryStore
from llama.domain.errors import Fenced, Unavailable
from llama.domain.shown import shown_event, shown_files
from schemas.facts import Source
from schemas.reports import DeadLetter, RefusalReason, RevisionCommitted
from schemas.topics import DEAD_LETTERS_TOPIC, FACTS_TOPIC, REVISIONS_TOPIC, Topic
from tests.support.facts import EVENT, START, Story
from tests.support.memory_system import MemorySystem
from tests.unit.services.failing import FailingLedger

PROJECTION = "projection"


def a_letter(number: int) -> DeadLetter:
    return DeadLetter(
        id=f"letter-{number}",
        occurred_at=START + timedelta(seconds=number),
        reason=RefusalReason.NOT_JSON,
        source=Source(topic="igwn.gwalert", partition=0, offset=number),
        raw=None,
        size=12,
    )


def a_revision(number: int) -> RevisionCommitted:
    return RevisionCommitted(
        id=f"{number:040x}", occurred_at=START, event=EVENT, commit=f"{number:040x}", number=number
    )


def a_story() -> Story:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    story.fail("plot", retry_in=timedelta(seconds=4))
    return story


async def a_system(story: Story) -> MemorySystem:
    """Build a system with facts, two revisions and two dead letters to be shown."""
    system = MemorySystem.of(story.graph)
    await system.tell(*(step.fact for step in story.steps))
    await system.records.append(REVISIONS_TOPIC, [a_revision(0), a_revision(1)])
    await system.records.append(DEAD_LETTERS_TOPIC, [a_letter(0), a_letter(1)])
    return system


def rows(store: MemoryStore) -> tuple[object, ...]:
    tables = (store.events, store.files, store.facts, store.revisions, store.dead_letters)
    return deepcopy((*tables, store.states))


async def test_the_event_and_its_files_are_shown() -> None:
    story = a_story()
    system = await a_system(story)

    await system.follow(PROJECTION)

    assert list(await system.models.events(limit=9)) == [shown_event(story.state)]
    assert tuple(await system.models.files(EVENT)) == shown_files(story.state)
    assert await system.models.state(EVENT) == story.state


async def test_every_fact_is_shown_with_its_place_and_what_it_did() -> None:
    story = a_story()
    system = await a_system(story)

    await system.follow(PROJECTION)

    shown = [(row.offset, row.id, row.outcome) for row in await system.models.facts(EVENT)]
    assert shown == [(step.offset, step.fact.id, step.after.outcome.value) for step in story.steps]


async def test_revisions_and_dead_letters_are_shown() -> None:
    system = await a_system(a_story())

    await system.follow(PROJECTION)

    assert list(await system.models.revisions(EVENT)) == [a_revision(0), a_revision(1)]
    letters = await system.models.dead_letters(limit=9)
    assert [shown.letter for shown in letters] == [a_letter(1), a_letter(0)]


async def test_what_comes_again_from_the_beginning_changes_nothing() -> None:
    system = await a_system(a_story())
    await system.follow(PROJECTION)
    before = rows(system.store)

    system.store.offsets.clear()
    system.store.states.clear()
    system.restart(PROJECTION)
    await system.follow(PROJECTION)

    assert rows(system.store) == before


async def test_reports_that_were_sent_twice_are_shown_once() -> None:
    system = await a_system(a_story())
    await system.follow(PROJECTION)
    before = rows(system.store)

    await system.records.append(REVISIONS_TOPIC, [a_revision(1), a_revision(1)])
    await system.records.append(DEAD_LETTERS_TOPIC, [a_letter(0)])
    await system.follow(PROJECTION)

    assert rows(system.store) == before


@pytest.mark.parametrize("topic", [FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC])
async def test_what_could_not_be_stored_is_not_shown_and_comes_again(topic: Topic) -> None:
    system = await a_system(a_story())
    haul = [one for one in system.unread(PROJECTION) if one.topic == topic.name]
    system.ledger = FailingLedger(system.ledger)
    handle, before = system.restart(PROJECTION), rows(system.store)

    with pytest.raises(Unavailable):
        await handle(haul)
    assert (rows(system.store), system.store.offsets) == (before, {})
    await handle(haul)

    assert rows(system.store) != before


@pytest.mark.parametrize("garbage", [b"", b"{", b"\xff", b"[]", b'{"kind": 3}'])
async def test_records_that_nobody_can_read_hold_nothing_up(garbage: bytes) -> None:
    system = MemorySystem.of("alert -> skymap -> plot")
    topics = (FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC)
    for topic in topics:
        await system.records.append_raw(topic, garbage, headers={})
    await system.records.append(REVISIONS_TOPIC, [a_revision(0)])
    await system.records.append(DEAD_LETTERS_TOPIC, [a_letter(0)])

    await system.follow(PROJECTION)

    assert system.unread(PROJECTION) == []
    assert list(await system.models.revisions(EVENT)) == [a_revision(0)]
    letters = await system.models.dead_letters(limit=9)
    assert [shown.letter for shown in letters] == [a_letter(0)]


async def test_a_second_instance_is_fenced_and_shows_nothing() -> None:
    system = await a_system(a_story())
    batches = system.unread(PROJECTION)
    await system.follow(PROJECTION)
    before = rows(system.store)
    stale = system.restart(PROJECTION)

    for batch in batches:
        with pytest.raises(Fenced):
            await stale([batch])

    assert rows(system.store) == before
