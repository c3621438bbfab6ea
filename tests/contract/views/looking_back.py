"""Ports beside the read models, on the same tables: in memory and in PostgreSQL."""

from collections.abc import Sequence

from llama.adapters.memory.following import MemoryFollowing
from llama.adapters.memory.past import MemoryPast
from llama.adapters.memory.views import MemoryReadModels
from llama.adapters.postgres import PostgresReadModels
from llama.adapters.postgres.following import PostgresFollowing
from llama.adapters.postgres.past import PostgresPast
from llama.domain.work import Step
from llama.ports.following import Following
from llama.ports.past import Past
from schemas.topics import FACTS_TOPIC
from tests.support.postgres import Persistence


def past_of(persistence: Persistence) -> Past:
    models = persistence.models
    if isinstance(models, PostgresReadModels):
        return PostgresPast(models.database)
    assert isinstance(models, MemoryReadModels)
    return MemoryPast(models.store)


def following_of(persistence: Persistence) -> Following:
    models = persistence.models
    if isinstance(models, PostgresReadModels):
        return PostgresFollowing(models.database)
    assert isinstance(models, MemoryReadModels)
    return MemoryFollowing(models.store)


async def show(persistence: Persistence, steps: Sequence[Step]) -> None:
    """Show steps, and move the offsets of their partitions behind them."""
    positions = await persistence.ledger.positions("projection", FACTS_TOPIC.name)
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record(steps)
        for partition in sorted({step.partition for step in steps}):
            end = max(step.offset for step in steps if step.partition == partition) + 1
            at = positions.get(partition, 0)
            await transaction.advance(FACTS_TOPIC.name, partition, expected=at, to=end)
