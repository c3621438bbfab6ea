"""Checks beside the replay of the log: lost records, git's locks, tables that were built again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from llama.client.archiving import PAGE, Archiving
from llama.client.rebuilding import Rebuild, Verdict
from llama.client.verification import Problem
from llama.domain.archive import CopiesWanted
from llama.domain.errors import Misconfigured, Unavailable
from llama.ports.ledger import Ledger
from llama.ports.message_log import LogReader
from llama.runtime.projecting import CONSUMER, PROJECTED
from schemas.topics import FACTS_TOPIC, REVISIONS_TOPIC, SELECTIONS_TOPIC, Topic

READ: tuple[tuple[str, tuple[Topic, ...]], ...] = (
    ("dependency_resolver", (FACTS_TOPIC,)),
    ("versioning", (FACTS_TOPIC,)),
    (CONSUMER, PROJECTED),
    ("announcing", (FACTS_TOPIC, REVISIONS_TOPIC, SELECTIONS_TOPIC)),
)
"""What each consumer reads of our own topics."""


@dataclass(frozen=True, slots=True)
class LostRecords:
    """Finds partitions that end before what was read of them: a segment was cut off."""

    ledger: Ledger
    reader: LogReader

    async def __call__(self) -> AsyncIterator[Problem]:
        """Go through them, each once."""
        read: dict[tuple[str, int], int] = {}
        ends: dict[tuple[str, int], int] = {}
        for consumer, topics in READ:
            for topic in topics:
                known = await self.ledger.positions(consumer, topic.name)
                for number, offset in known.items():
                    read[topic.name, number] = max(offset, read.get((topic.name, number), 0))
                found = await self.reader.ends(topic)
                ends |= {(topic.name, number): end for number, end in found.items()}
        for (topic_name, number), offset in sorted(read.items()):
            end = ends.get((topic_name, number), 0)
            if offset > end:
                detail = f"ends at {end}, and {offset} was read: its last records are lost"
                yield Problem("log", f"{topic_name}[{number}]", detail)


@dataclass(frozen=True, slots=True)
class StaleLocks:
    """Finds the locks that a killed git has left: nobody else can write there."""

    find: Callable[[], Iterable[str]]

    async def __call__(self) -> AsyncIterator[Problem]:
        """Go through them."""
        for path in self.find():
            yield Problem("history", path, "is a lock that nobody holds: versioning sweeps it")


@dataclass(frozen=True, slots=True)
class LostNotices:
    """Finds notices that came in, and whose bytes are not in the store of artifacts any more."""

    archiving: Archiving

    async def __call__(self) -> AsyncIterator[Problem]:
        """Go through them, each once."""
        seen: set[str] = set()
        async for copy in self.archiving.copies(CopiesWanted(limit=PAGE)):
            if copy.raw in seen:
                continue
            seen.add(copy.raw)
            if not await self.archiving.artifacts.has(copy.raw):
                came = f"{copy.topic}[{copy.partition}]@{copy.offset}"
                yield Problem("artifacts", copy.raw, f"is missing; it came in as {came}")


async def problems_at_rest(
    look: Callable[[], Awaitable[list[Problem]]],
    ends: Callable[[], Awaitable[Mapping[int, int]]],
    caught_up: Callable[[], Awaitable[None]],
    *,
    most: int,
) -> list[Problem]:
    """Return the problems of a system at work: what seems to be one is looked at again.

    While the log grows, `most` times at the most. `ends` are those of the partitions; `caught_up`
    returns when everything has been read.
    """
    problems: list[Problem] = []
    for _ in range(most):
        await caught_up()
        end = await ends()
        problems = await look()
        if not problems or await ends() == end:
            break
    return problems


@dataclass(frozen=True, slots=True)
class TablesBuiltAgain:
    """Finds tables that differ from what the log gives when they are built again beside them.

    Once is enough, also while the log grows: what it finds it has compared with live tables that
    had read equally far. It does not stand for the replay, nor the replay for it: that folds
    in another way than the projection does, and knows where each fact stands on the log.
    """

    opened: Callable[[], AbstractAsyncContextManager[Rebuild]]

    async def __call__(self) -> AsyncIterator[Problem]:
        """Go through them."""
        try:
            async with self.opened() as rebuild:
                verdicts = await rebuild.check()
        except (Unavailable, Misconfigured) as error:
            yield Problem("tables", "all", f"could not be built again: {error}")
            return
        for table, verdict in verdicts.items():
            if verdict is Verdict.DIFFERENT:
                detail = "differs from what the log gives: `llama rebuild` replaces it"
                yield Problem("tables", table, detail)
