"""Writes the histories again from the log: the same facts and bytes give the same commits."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError

from llama.domain.outlooks import Outlooks
from llama.domain.revisions import Head
from llama.domain.shards import shard_of
from llama.domain.states import EventState
from llama.domain.work import Step, fold
from llama.ports.artifacts import Artifacts
from llama.ports.history import History
from llama.ports.message_log import Batch, LogReader
from llama.runtime.revising import revised
from schemas.facts import FACTS, Fact
from schemas.topics import FACTS_TOPIC

_AT_ONCE = 500
"""Facts whose files are in memory at the same time."""


@dataclass(slots=True)
class HistoryRebuild:
    """Reads all facts, and writes the history of the events of one shard after the other."""

    reader: LogReader
    artifacts: Artifacts

    async def write(self, shard: int, history: History) -> int:
        """Write the histories of a shard's events, return how many revisions they have.

        The history must be empty, and nobody else may write to the shard meanwhile. The states of
        the shard's events are in memory. ArtifactMissing, ArtifactCorrupt, Unavailable.
        """
        folding = _Folding(shard)
        written = 0
        async for batch in self.reader.read(FACTS_TOPIC):
            for steps in folding.steps(batch):
                found = await revised(steps, folding.heads, self.artifacts)
                await history.commit([one.revision for one in found])
                folding.heads |= {one.revision.event: one.head for one in found}
                written += len(found)
        return written


@dataclass(slots=True)
class _Folding:
    """The states and heads of a shard's events so far."""

    shard: int
    states: dict[str, EventState] = field(default_factory=dict[str, EventState])
    heads: dict[str, Head] = field(default_factory=dict[str, Head])
    outlooks: Outlooks = field(default_factory=Outlooks)

    def steps(self, batch: Batch) -> Iterator[list[Step]]:
        """Fold a batch's facts of the shard, some at a time."""
        facts = list(self._facts(batch))
        for start in range(0, len(facts), _AT_ONCE):
            yield fold(facts[start : start + _AT_ONCE], self.states, self.outlooks)

    def _facts(self, batch: Batch) -> Iterator[tuple[int, int, Fact]]:
        for record in batch.records:
            # The key is the event; what has none, or is no fact, is skipped by all alike.
            if record.key is None or shard_of(record.key.decode(errors="replace")) != self.shard:
                continue
            try:
                yield record.partition, record.offset, FACTS.validate_json(record.value or b"")
            except ValidationError:
                continue
