"""What a folder tells the log itself it folds at once, unless something came before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.store import MemoryStore
from llama.domain.errors import Fenced, Unavailable
from llama.domain.work import Step
from llama.ports.message_log import Batch, Record
from llama.runtime.telling import TellingFolder
from schemas.facts import Fact
from tests.unit.runtime.test_folding import (
    Reaction,
    a_batch,
    a_store,
    a_story,
    facts_of,
    kept,
)

PARTITION = ("llama.facts", 3)


@dataclass(slots=True)
class Teller:
    """Writes the next facts that it has, each time that it is asked, and remembers for which."""

    written: list[Sequence[Record]] = field(default_factory=list[Sequence[Record]])
    asked: list[Sequence[Step]] = field(default_factory=list[Sequence[Step]])

    async def tell(self, steps: Sequence[Step]) -> Sequence[Record]:
        self.asked.append(steps)
        return self.written.pop(0) if self.written else ()


def records_of(facts: Sequence[Fact], *, start: int) -> Sequence[Record]:
    return a_batch(facts, start=start).records


@dataclass(slots=True)
class Scene:
    """A story of four facts, and a folder that tells some of them."""

    facts: list[Fact] = field(default_factory=lambda: facts_of(a_story()))
    store: MemoryStore = field(default_factory=a_store)
    teller: Teller = field(default_factory=Teller)
    reaction: Reaction = field(default_factory=Reaction)

    def folder(self) -> TellingFolder:
        ledger = MemoryLedger(self.store)
        return TellingFolder("me", ledger, self.teller.tell, self.reaction.react)

    @property
    def offset(self) -> int:
        return self.store.offsets.get(("me", *PARTITION), 0)

    def batch(self, first: int, end: int) -> Batch:
        return a_batch(self.facts[first:end], start=first)


async def test_what_is_told_right_behind_has_its_effects_in_the_same_transaction() -> None:
    scene = Scene()
    scene.teller.written = [scene.batch(2, 3).records, scene.batch(3, 4).records]

    await scene.folder().handle([scene.batch(0, 2)])

    assert [one.fact for one in scene.reaction.steps] == scene.facts
    assert [len(steps) for steps in scene.teller.asked] == [2, 1, 1]
    assert (scene.offset, kept(scene.store)) == (4, a_story().state)


async def test_what_something_came_before_is_waited_for() -> None:
    scene = Scene()
    scene.teller.written = [records_of(scene.facts[2:3], start=3)]

    await scene.folder().handle([scene.batch(0, 2)])

    assert (scene.offset, len(scene.reaction.steps)) == (2, 2)


async def test_of_what_is_told_only_that_without_a_gap_is_folded() -> None:
    scene = Scene()
    told = [*records_of(scene.facts[3:], start=4), *records_of(scene.facts[2:3], start=2)]
    scene.teller.written = [told]

    await scene.folder().handle([scene.batch(0, 2)])

    assert (scene.offset, len(scene.reaction.steps)) == (3, 3)


async def test_what_is_told_of_another_partition_is_waited_for() -> None:
    scene = Scene()
    [record] = scene.batch(2, 3).records
    scene.teller.written = [[Record(record.topic, 4, 2, record.key, record.value)]]

    await scene.folder().handle([scene.batch(0, 2)])

    assert (scene.offset, len(scene.reaction.steps)) == (2, 2)


async def test_what_was_told_is_passed_over_when_it_comes_in() -> None:
    scene = Scene()
    scene.teller.written = [scene.batch(2, 3).records]
    folder = scene.folder()
    await folder.handle([scene.batch(0, 2)])

    await folder.handle([scene.batch(2, 3)])
    await folder.handle([scene.batch(2, 4)])

    assert [one.fact for one in scene.reaction.steps] == scene.facts
    assert (scene.offset, kept(scene.store)) == (4, a_story().state)


async def test_what_was_told_in_vain_is_folded_when_it_comes_in() -> None:
    scene = Scene()
    scene.teller.written = [scene.batch(2, 3).records]
    scene.reaction.failures.append(Unavailable("the database is away"))
    folder = scene.folder()

    with pytest.raises(Unavailable):
        await folder.handle([scene.batch(0, 2)])
    assert (scene.offset, scene.store.states) == (0, {})
    await folder.handle([scene.batch(0, 4)])

    assert [one.fact for one in scene.reaction.steps] == scene.facts


async def test_who_begins_again_folds_from_where_the_ledger_is() -> None:
    scene = Scene()
    scene.teller.written = [scene.batch(2, 3).records]
    folder = scene.folder()
    await folder.handle([scene.batch(0, 2)])

    folder.forget()
    await folder.handle([scene.batch(3, 4)])

    assert kept(scene.store) == a_story().state


async def test_who_was_overtaken_leaves_nothing() -> None:
    scene = Scene()
    folder = scene.folder()
    async with MemoryLedger(scene.store).transaction("me") as transaction:
        await transaction.advance(*PARTITION, expected=0, to=1)
    scene.teller.written = [scene.batch(2, 3).records]

    with pytest.raises(Fenced):
        await folder.handle([scene.batch(0, 2)])

    assert (scene.offset, scene.reaction.steps, scene.store.states) == (1, [], {})
