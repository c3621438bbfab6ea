"""versioning: a fact that changes an event's files is a revision of its history."""

from datetime import timedelta

import pytest

from llama.adapters.memory.history import MemoryHistory
from llama.domain.errors import ArtifactMissing, Unavailable
from schemas.facts import AlertType
from schemas.reports import RevisionCommitted
from schemas.topics import REVISIONS_TOPIC
from tests.support.facts import EVENT, Story
from tests.support.memory_system import MemorySystem
from tests.unit.services.failing import FailingLedger, FailingLog

VERSIONING = "versioning"
TEXTS = ("a notice", "news", "one", "two", "three")


async def a_system(story: Story) -> MemorySystem:
    """Build a system whose log has the facts of a story, and whose store has its files."""
    system = MemorySystem.of(story.graph)
    for text in TEXTS:
        await system.artifacts.put(text.encode())
    await system.tell(*(step.fact for step in story.steps))
    return system


def announced(system: MemorySystem) -> list[RevisionCommitted]:
    return [
        RevisionCommitted.model_validate_json(record.value or b"")
        for number in range(REVISIONS_TOPIC.partitions)
        for record in system.records.partition(REVISIONS_TOPIC.name, number)
    ]


async def commits(system: MemorySystem, event: str = EVENT) -> list[str]:
    return [revision.commit for revision in await system.history.log(event)]


async def test_every_fact_that_changes_files_is_one_revision() -> None:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    story.make("plot", "two")
    system = await a_system(story)

    await system.follow(VERSIONING)

    subjects = [one.message.splitlines()[0] for one in await system.history.log(EVENT)]
    assert subjects[:2] == ["plot made plot.json", "skymap made skymap.json"]
    assert subjects[2].startswith("INITIAL notice of 2023-09-14T")
    assert len(subjects) == 3


async def test_facts_that_change_no_file_are_no_revisions() -> None:
    story = Story()
    story.notice()
    system = await a_system(story)
    await system.follow(VERSIONING)
    before = await commits(system)
    told = len(story.steps)

    story.fail("skymap", retry_in=timedelta(seconds=4))
    story.operate("veto", "plot")
    story.notice(AlertType.RETRACTION)
    story.adopt(epoch=2, code={"plot": "2"})
    await system.tell(*(step.fact for step in story.steps[told:]))
    await system.follow(VERSIONING)

    assert await commits(system) == before


async def test_a_result_that_was_not_accepted_is_no_revision() -> None:
    story = Story()
    story.notice()
    late = story.make("skymap", "one").fact
    story.tell(late.model_copy(update={"id": "late", "need": "another"}))
    system = await a_system(story)

    await system.follow(VERSIONING)

    assert len(await commits(system)) == 2


async def test_a_revision_names_its_message_and_cause() -> None:
    story = Story()
    notice = story.notice(content="news")
    made = story.make("skymap", "one").fact.model_copy(update={"cause": notice.fact.id})
    story.steps.pop()
    story.tell(made)
    system = await a_system(story)

    await system.follow(VERSIONING)

    newest, _ = await system.history.log(EVENT)
    assert newest.message.splitlines()[2:] == [f"Message: {made.id}", f"Cause: {notice.fact.id}"]
    assert newest.at == made.occurred_at


async def test_the_files_of_a_revision_are_those_of_the_event() -> None:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    story.operate("delete", "skymap")
    system = await a_system(story)

    await system.follow(VERSIONING)

    newest, before, _ = await commits(system)
    assert await system.history.read(EVENT, "alert.json", commit=newest) == b"a notice"
    assert await system.history.read(EVENT, "skymap.json", commit=before) == b"one"
    with pytest.raises(KeyError):
        await system.history.read(EVENT, "skymap.json", commit=newest)


async def test_every_revision_is_announced_with_its_number() -> None:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    system = await a_system(story)

    await system.follow(VERSIONING)

    newest, first = await commits(system)
    assert [(one.number, one.commit) for one in announced(system)] == [(0, first), (1, newest)]
    assert [one.cause for one in announced(system)] == [step.fact.id for step in story.steps[1:]]


async def test_histories_go_on_from_batch_to_batch_and_over_restarts() -> None:
    story, other = Story(), Story(event="S1")
    story.notice()
    other.notice()
    system = await a_system(story)
    await system.tell(*(step.fact for step in other.steps))
    await system.follow(VERSIONING)

    for text in ("one", "two", "three"):
        made = story.make_again("skymap", text)
        await system.tell(story.steps[-2].fact, made.fact)
        system.restart(VERSIONING)
        await system.follow(VERSIONING)

    assert (len(await commits(system)), len(await commits(system, "S1"))) == (4, 1)


async def test_a_batch_that_comes_again_gives_the_same_hashes() -> None:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    system = await a_system(story)
    system.ledger = FailingLedger(system.ledger)

    with pytest.raises(Unavailable):
        await system.follow(VERSIONING)
    before = await commits(system)
    await system.follow(VERSIONING)

    assert await commits(system) == before
    first, second = announced(system)[:2], announced(system)[2:]
    assert first == second


async def test_a_history_made_anew_has_the_same_hashes() -> None:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    story.make("plot", "two")
    system, again = await a_system(story), await a_system(story)

    await system.follow(VERSIONING)
    for step in story.steps:  # one fact a batch
        again.records = type(again.records)()
        again.store.offsets.clear()
        await again.tell(step.fact)
        await again.follow(VERSIONING)

    assert await commits(again) == await commits(system)


async def test_nothing_is_announced_of_a_history_that_could_not_be_written() -> None:
    story = Story()
    story.notice(content="nobody has kept this")
    system = await a_system(story)

    with pytest.raises(ArtifactMissing):
        await system.follow(VERSIONING)

    assert (announced(system), await commits(system)) == ([], [])
    assert system.store.offsets == {}


async def test_the_head_stays_while_the_log_takes_no_announcements() -> None:
    story = Story()
    story.notice()
    system = await a_system(story)
    system.log, system.history = FailingLog(system.records), MemoryHistory()

    with pytest.raises(Unavailable):
        await system.follow(VERSIONING)
    assert (system.store.heads, system.store.offsets) == ({}, {})
    await system.follow(VERSIONING)

    assert system.store.heads[VERSIONING, EVENT].commit == announced(system)[0].commit
