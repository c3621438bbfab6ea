"""What one folder of a process has folded, others take as it is; it is always their own fold's."""

from collections.abc import Sequence

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.store import MemoryStore
from llama.domain.moves import Move
from llama.domain.work import Step
from llama.ports.ledger import Transaction
from llama.runtime.folding import Folder, MoveFolder
from llama.runtime.recollection import Recollection
from schemas.facts import Fact
from tests.support.busy_log import busy_log
from tests.unit.runtime.test_folding import (
    Reaction,
    a_batch,
    a_store,
    a_story,
    facts_of,
)


class Moves:
    """Remembers the moves that it was given."""

    def __init__(self) -> None:
        self.made: list[Move] = []

    async def react(self, transaction: Transaction, moves: Sequence[Move]) -> None:
        self.made += moves


async def read(folder: Folder | MoveFolder, facts: Sequence[Fact], *, size: int = 7) -> None:
    for start in range(0, len(facts), size):
        await folder.handle([a_batch(facts[start : start + size], start=start)])


def folder_of(store: MemoryStore, reaction: Reaction, lately: Recollection) -> Folder:
    return Folder("first", MemoryLedger(store), reaction.react, lately)


async def test_a_step_that_somebody_has_taken_is_not_taken_again() -> None:
    lately, facts = Recollection(), facts_of(a_story())
    first, second = Reaction(), Reaction()

    await read(folder_of(a_store(), first, lately), facts)
    await read(folder_of(a_store(), second, lately), facts)

    assert all(one is other for one, other in zip(first.steps, second.steps, strict=True))


async def test_who_comes_first_folds_for_the_others() -> None:
    lately, facts = Recollection(), facts_of(a_story())
    mover, taken, second = Moves(), Reaction(), Reaction()

    await read(MoveFolder("mover", MemoryLedger(a_store()), mover.react, lately), facts)
    await read(folder_of(a_store(), taken, lately), facts)
    await read(folder_of(a_store(), second, Recollection()), facts)

    assert [move.board for move in mover.made] == [step.board for step in taken.steps]
    assert [step.board.all() for step in taken.steps] == [one.board.all() for one in second.steps]


@pytest.mark.parametrize("most", [0, 3, 1000])
async def test_what_is_recalled_is_what_would_have_been_folded(most: int) -> None:
    lately, facts = Recollection(most), list(busy_log(3))
    alone, shared, taken = Reaction(), Reaction(), Moves()
    mover = MoveFolder("second", MemoryLedger(a_store()), taken.react, lately)

    await read(folder_of(a_store(), alone, Recollection()), facts)
    await read(folder_of(a_store(), shared, lately), facts, size=5)
    await read(mover, facts)

    assert [step.after for step in shared.steps] == [step.after for step in alone.steps]
    assert [move.after for move in taken.made] == [step.after for step in alone.steps]
    assert [move.board.all() for move in taken.made] == [step.board.all() for step in alone.steps]


async def test_what_was_folded_from_another_state_is_not_recalled() -> None:
    lately, facts = Recollection(), facts_of(a_story())
    behind, ahead, store = Reaction(), Reaction(), a_store()
    store.offsets["first", "llama.facts", 3] = 1  # and the state of that is lost
    await folder_of(store, behind, lately).handle([a_batch(facts[1:], start=1)])

    await folder_of(a_store(), ahead, lately).handle([a_batch(facts)])

    steps: list[Step] = ahead.steps
    assert [step.after for step in steps] == [step.after for step in a_story().steps]


async def test_another_fact_at_the_same_place_is_not_taken_for_the_first() -> None:
    lately, facts = Recollection(), facts_of(a_story())
    others, reaction = list(busy_log(1))[: len(facts)], Reaction()
    await folder_of(a_store(), Reaction(), lately).handle([a_batch(facts)])

    await folder_of(a_store(), reaction, lately).handle([a_batch(others)])

    assert [step.fact for step in reaction.steps] == others
