"""Folds at once what it tells the log itself, where nothing else has come before that."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import count, takewhile

from llama.domain.health import Place
from llama.domain.states import EventState
from llama.domain.work import Step
from llama.ports.ledger import Ledger
from llama.ports.message_log import Batch, Haul, Record
from llama.runtime.folding import Folder, React
from llama.runtime.recollection import Recollection

Tell = Callable[[Sequence[Step]], Awaitable[Sequence[Record]]]
"""Writes to the log what some folded facts lead to; gives what was written."""


class TellingFolder(Folder):
    """Tells the log what facts lead to, and has the effects of both in one transaction.

    What it tells stands right behind what it has read, unless others were faster: then it comes in
    as any fact does.
    """

    def __init__(
        self,
        consumer: str,
        ledger: Ledger,
        tell: Tell,
        react: React,
        lately: Recollection | None = None,
    ) -> None:
        super().__init__(consumer, ledger, react, lately)
        self._tell = tell

    def forget(self) -> None:
        """Forget all states, and how far they were folded."""
        super().forget()
        self._ends = dict[Place, int]()

    async def handle(self, haul: Haul) -> None:
        """Fold what was not folded yet, and what is told because of it."""
        fresh = beyond(haul, self._ends)
        if not fresh:
            return
        states, steps = dict[str, EventState](), list[Step]()
        read: Haul = []
        async with self._ledger.transaction(self._consumer) as transaction:
            while fresh:
                more = await self.fold(transaction, fresh, states)
                steps += more
                read = joined(read, fresh)
                fresh = following(read, await self._tell(more))
            # So late, and once: who is overtaken has told what others tell, with the same ids.
            await transaction.advance_over(read)
            await self.have_effects(transaction, steps, states)
        self.remember(states)
        self._ends |= {(batch.topic, batch.partition): batch.end for batch in read}


def beyond(haul: Haul, ends: Mapping[Place, int]) -> Haul:
    """Return what of a haul lies behind these ends."""
    return list(_beyond(haul, ends))


def _beyond(haul: Haul, ends: Mapping[Place, int]) -> Iterator[Batch]:
    for batch in haul:
        end = ends.get((batch.topic, batch.partition), 0)
        if end <= batch.start:
            yield batch
        elif end < batch.end:
            records = tuple(one for one in batch.records if one.offset >= end)
            yield Batch(batch.topic, batch.partition, end, records)


def following(haul: Haul, written: Sequence[Record]) -> Haul:
    """Return those records that stand right behind a haul, one after the other."""
    return list(_following(haul, written))


def _following(haul: Haul, written: Sequence[Record]) -> Iterator[Batch]:
    for batch in haul:
        place = batch.topic, batch.partition
        there = {one.offset: one for one in written if (one.topic, one.partition) == place}
        offsets = takewhile(there.__contains__, count(batch.end))
        if records := tuple(there[offset] for offset in offsets):
            yield Batch(*place, batch.end, records)


def joined(haul: Haul, more: Haul) -> Haul:
    """Return hauls as one, of which the second stands right behind the first."""
    found = {(batch.topic, batch.partition): batch for batch in haul}
    for batch in more:
        place = batch.topic, batch.partition
        first = found.get(place)
        if first is None:
            found[place] = batch
        else:
            found[place] = Batch(*place, first.start, first.records + batch.records)
    return list(found.values())
