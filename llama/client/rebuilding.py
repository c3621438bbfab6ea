"""Builds the read models again from the log, beside the live ones, and switches."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from llama.domain.errors import Fenced, Misconfigured, Unavailable
from llama.domain.fold_version import FOLD_VERSION
from llama.ports.generations import Generations
from llama.ports.ledger import Ledger
from llama.ports.message_log import LogReader
from llama.runtime.consuming import Subscribe
from llama.runtime.crew import Crew
from llama.runtime.patience import persist
from llama.runtime.projecting import CONSUMER, PROJECTED, Projector

BUILDER = "projection.rebuilding"
"""The consumer that builds: its offsets and states are its own until the switch."""
LOOKS = 5
"""A system at work changes while it is looked at."""
NEAR_ENOUGH = 500
"""Records that may have come since the last look: the live projection goes on with them."""
LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is: records of all projected topics."""

    done: int
    total: int


class Verdict(StrEnum):
    """How a table that was built compares with the live one."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One rebuild; it may be stopped anywhere, and another one goes on from there."""

    generations: Generations
    ledger: Ledger
    """Of the generation that is being built."""
    reader: LogReader
    subscribe: Subscribe
    projector: Projector
    fold_version: int = FOLD_VERSION
    """Of the fold by which the projector shows."""
    crew: Crew | None = None
    """Processes that `help` with most of a long log, each with its share of the partitions."""
    share_from: int = 50_000
    """Records: fewer are read by one process before several would have begun."""

    async def build(self) -> AsyncGenerator[Progress]:
        """Show the whole log in the new tables, up to its end."""
        if await self.generations.begin(self.fold_version):
            yield Progress(0, await self._end())
        async for progress in self._shared_out():
            yield progress
        left, near = await self._left(), 0
        while left.total - left.done > near:
            async for progress in self._follow(left):
                yield progress
            left, near = await self._left(), NEAR_ENOUGH
        yield left

    async def help(self) -> None:
        """Show a share of the log in the new tables, until this is cancelled."""
        await self.generations.begin(self.fold_version)
        async for _ in self._follow(Progress(0, sys.maxsize)):
            pass

    async def _shared_out(self) -> AsyncGenerator[Progress]:
        """Have the crew do most of it; whatever one that fell out has left, we do ourselves."""
        left = await self._left()
        if self.crew is None or left.total - left.done < self.share_from:
            return
        async with self.crew() as all_are_there:
            while all_are_there() and left.total - left.done > NEAR_ENOUGH:
                await asyncio.sleep(LOOK_EVERY_S)
                left = await self._left()
                yield left

    async def check(self) -> Mapping[str, Verdict]:
        """Build beside the live tables, compare, and drop what was built.

        Misconfigured if something is being built already, Unavailable if the live projection
        never stands where the check does: the log grows too fast, or it does not run.
        """
        if not await self.generations.begin(self.fold_version):
            raise Misconfigured("a rebuild is under way or was stopped: end it with llama rebuild")
        try:
            for _ in range(LOOKS):
                async for _ in self.build():
                    pass
                verdicts = await self.compare()
                if Verdict.DIFFERENT not in verdicts.values() or await self._is_level():
                    return verdicts
            raise Unavailable("the tables change while they are compared: check them again")
        finally:
            await self.generations.drop()

    async def compare(self) -> Mapping[str, Verdict]:
        """Compare what was built with what is live; both must have read equally far."""
        live = await self.generations.hashes(live=True)
        built = await self.generations.hashes(live=False)
        return {
            table: Verdict.SAME if live[table] == built[table] else Verdict.DIFFERENT
            for table in built
        }

    async def _is_level(self) -> bool:
        """Tell whether the live projection has read exactly what was built from."""
        stands = [
            [await self.ledger.positions(consumer, topic.name) for topic in PROJECTED]
            for consumer in (CONSUMER, BUILDER)
        ]
        return stands[0] == stands[1] and (await self._left()).done == await self._end()

    async def _follow(self, left: Progress) -> AsyncGenerator[Progress]:
        """Read on until as much is done as there was to be done."""
        done = left.done
        async with self.subscribe() as subscription:
            async for haul in subscription.hauls():
                try:
                    await persist("rebuilding", lambda haul=haul: self.projector.handle(haul))
                except Fenced as error:
                    message = f"another rebuild is at work ({error}): let one of them end"
                    raise Misconfigured(message) from error
                await subscription.confirm(haul)
                done += sum(batch.end - batch.start for batch in haul)
                yield Progress(done, max(done, left.total))
                if done >= left.total:
                    return

    async def _left(self) -> Progress:
        done = 0
        for topic in PROJECTED:
            done += sum((await self.ledger.positions(BUILDER, topic.name)).values())
        return Progress(done, await self._end())

    async def _end(self) -> int:
        return sum([sum((await self.reader.ends(topic)).values()) for topic in PROJECTED])
