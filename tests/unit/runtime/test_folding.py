"""Folding: a batch has all its effects or none, and what is remembered is never wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.store import MemoryStore
from llama.domain.errors import Fenced, Misconfigured, Unavailable
from llama.domain.states import EventState
from llama.domain.work import Step
from llama.ports.ledger import Transaction
from llama.ports.message_log import Batch, Record
from llama.runtime import folding
from llama.runtime.folding import Folder, decoded
from schemas.envelope import body_of, key_of
from schemas.facts import Fact
from tests.support.facts import EVENT, Story
from tests.support.memory_system import SetClock


@dataclass(slots=True)
class Reaction:
    """Remembers the steps that it was given; fails when it is told to."""

    failures: list[Exception] = field(default_factory=list[Exception])
    steps: list[Step] = field(default_factory=list[Step])

    async def react(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        await transaction.views.record(steps)
        if self.failures:
            raise self.failures.pop(0)
        self.steps += steps


def a_story() -> Story:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    story.make("plot", "two")
    return story


def a_batch(facts: Sequence[Fact], *, start: int = 0) -> Batch:
    records = [
        Record("llama.facts", 3, start + number, key_of(fact), body_of(fact))
        for number, fact in enumerate(facts)
    ]
    return Batch("llama.facts", 3, start, tuple(records))


def facts_of(story: Story) -> list[Fact]:
    return [step.fact for step in story.steps]


def a_store() -> MemoryStore:
    return MemoryStore(SetClock())


def a_folder(store: MemoryStore, reaction: Reaction | None = None) -> Folder:
    return Folder("me", MemoryLedger(store), (reaction or Reaction()).react)


def kept(store: MemoryStore) -> EventState:
    return store.states["me", EVENT]


async def test_a_batch_is_folded_step_by_step() -> None:
    store, reaction, story = a_store(), Reaction(), a_story()

    await a_folder(store, reaction).handle([a_batch(facts_of(story))])

    assert [(one.partition, one.offset) for one in reaction.steps] == [(3, n) for n in range(4)]
    assert [one.after for one in reaction.steps] == [one.after for one in story.steps]
    assert kept(store) == story.state
    assert store.offsets == {("me", "llama.facts", 3): 4}


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_the_size_of_batches_does_not_matter(size: int) -> None:
    store, reaction, story = a_store(), Reaction(), a_story()
    folder, facts = a_folder(store, reaction), facts_of(story)

    for start in range(0, len(facts), size):
        await folder.handle([a_batch(facts[start : start + size], start=start)])

    assert [one.after for one in reaction.steps] == [one.after for one in story.steps]
    assert kept(store) == story.state


async def test_nothing_is_left_of_a_batch_whose_reaction_failed() -> None:
    store, story = a_store(), a_story()
    folder = a_folder(store, Reaction([Unavailable("the log is away")]))

    with pytest.raises(Unavailable):
        await folder.handle([a_batch(facts_of(story))])

    assert (store.states, store.offsets, store.facts) == ({}, {}, {})


async def test_a_batch_that_comes_again_after_a_failure_is_folded_from_where_it_began() -> None:
    store, story = a_store(), a_story()
    reaction = Reaction()
    folder, facts = a_folder(store, reaction), facts_of(story)
    await folder.handle([a_batch(facts[:2])])
    reaction.failures.append(Unavailable("the log is away"))

    with pytest.raises(Unavailable):
        await folder.handle([a_batch(facts[2:], start=2)])
    await folder.handle([a_batch(facts[2:], start=2)])

    assert [one.after.sequence for one in reaction.steps] == [1, 2, 3, 4]
    assert kept(store) == story.state


async def test_a_batch_that_was_read_by_another_instance_is_refused() -> None:
    store, reaction, story = a_store(), Reaction(), a_story()
    folder = a_folder(store, reaction)
    await folder.handle([a_batch(facts_of(story))])

    with pytest.raises(Fenced):
        await folder.handle([a_batch(facts_of(story))])

    assert (len(reaction.steps), kept(store)) == (4, story.state)


async def test_what_another_instance_has_folded_counts_after_forgetting() -> None:
    store, reaction, story = a_store(), Reaction(), a_story()
    folder, facts = a_folder(store, reaction), facts_of(story)
    await folder.handle([a_batch(facts[:2])])
    await a_folder(store).handle([a_batch(facts[2:3], start=2)])

    folder.forget()
    await folder.handle([a_batch(facts[3:], start=3)])

    assert reaction.steps[-1].after == kept(store) == story.state


async def test_states_that_are_not_remembered_any_more_are_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding, "CACHED_EVENTS", 2)
    store, stories = a_store(), [Story(event=f"S{number}") for number in range(5)]
    folder, offset = a_folder(store), 0

    for _ in range(3):
        for story in stories:
            fact = story.notice().fact if len(story.steps) > 1 else story.steps[0].fact
            await folder.handle([a_batch([fact], start=offset)])
            offset += 1
            story.notice()
            await folder.handle([a_batch([story.steps[-1].fact], start=offset)])
            offset += 1

    assert {one.event: one for one in store.states.values()} == {
        story.event: story.state for story in stories
    }


async def test_all_batches_of_a_haul_are_folded_together_or_not_at_all() -> None:
    stories = [Story(event=f"S{number}") for number in range(2)]
    haul = [replace(a_batch(facts_of(story)), partition=n) for n, story in enumerate(stories)]
    store, reaction = a_store(), Reaction([Unavailable("the log is away")])
    folder = a_folder(store, reaction)

    with pytest.raises(Unavailable):
        await folder.handle(haul)
    before = dict(store.offsets)
    await folder.handle(haul)

    assert before == {}
    assert store.offsets == {("me", "llama.facts", n): haul[n].end for n in range(2)}
    assert {one.event: one for one in store.states.values()} == {
        story.event: story.state for story in stories
    }


async def test_a_batch_without_a_readable_fact_moves_the_offset() -> None:
    store, reaction = a_store(), Reaction()
    garbage = Record("llama.facts", 3, 0, None, b"{")

    await a_folder(store, reaction).handle([Batch("llama.facts", 3, 0, (garbage,))])

    assert (reaction.steps, store.offsets) == ([], {("me", "llama.facts", 3): 1})


async def test_a_fact_that_only_a_newer_release_knows_stops_the_reading() -> None:
    """To skip it would be to lose it: whoever folds it later would fold it into other states."""
    store, facts = a_store(), facts_of(a_story())
    newer = Record("llama.facts", 3, 1, None, b'{"kind": "FileEaten", "event": "S1"}')
    batch = Batch("llama.facts", 3, 0, (*a_batch(facts[:1]).records, newer))

    with pytest.raises(Misconfigured, match=r"llama\.facts\[3\]@1 is a FileEaten, .*upgrade"):
        await a_folder(store).handle([batch])

    assert (store.states, store.offsets) == ({}, {})


def test_unreadable_records_are_skipped_and_the_others_keep_their_places() -> None:
    facts = facts_of(a_story())[:2]
    good = a_batch(facts, start=1).records
    bad = [Record("llama.facts", 3, 0, None, None), Record("llama.facts", 3, 3, None, b"\xff")]

    told = list(decoded([bad[0], *good, bad[1]]))

    assert told == [(3, 1, facts[0]), (3, 2, facts[1])]
