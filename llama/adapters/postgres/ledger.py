"""The ledger in PostgreSQL: a consumer's offsets, states and effects change in one transaction."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from llama.adapters.postgres.database import Database, Session
from llama.adapters.postgres.kept_states import StatePacker, states_in
from llama.adapters.postgres.selections import PostgresSelectionBoard
from llama.adapters.postgres.tasks import PostgresTaskBoard
from llama.adapters.postgres.timers import PostgresTimerBoard
from llama.adapters.postgres.values import read_tree, tree_text
from llama.adapters.postgres.views import PostgresViews
from llama.domain.errors import Fenced
from llama.domain.fold_version import FOLD_VERSION
from llama.domain.revisions import Head
from llama.domain.states import EventState
from llama.ports.ledger import Transaction
from llama.ports.message_log import Haul
from llama.ports.projections import Receipt
from schemas.facts import Source


@dataclass(frozen=True, slots=True)
class PostgresTransaction:
    """What a consumer changes together, in one database transaction."""

    consumer: str
    session: Session
    fold_version: int = FOLD_VERSION
    """Of the fold that makes the states."""
    packer: StatePacker = field(default_factory=StatePacker)

    @property
    def tasks(self) -> PostgresTaskBoard:
        """The open tasks."""
        return PostgresTaskBoard(self.session)

    @property
    def timers(self) -> PostgresTimerBoard:
        """The contents that will expire."""
        return PostgresTimerBoard(self.session)

    @property
    def views(self) -> PostgresViews:
        """The read models."""
        return PostgresViews(self.session)

    @property
    def selections(self) -> PostgresSelectionBoard:
        """The standing selections."""
        return PostgresSelectionBoard(self.session)

    async def advance(self, topic: str, partition: int, *, expected: int, to: int) -> None:
        """Move this consumer's offset; Fenced if it is not where it was expected to be.

        An offset that was never moved is 0. Whoever comes second waits here for the first.
        """
        await self._advance([(topic, partition, to, expected)])

    async def advance_over(self, haul: Haul) -> None:
        """Move this consumer's offsets over some batches; Fenced, as `advance`, if one is not."""
        # In one order, so that two instances with one share wait, and not for each other.
        moves = sorted((one.topic, one.partition, one.end, one.start) for one in haul)
        await self._advance([move for move in moves if move[-1] == 0])
        await self._advance([move for move in moves if move[-1] != 0])

    async def _advance(self, moves: Sequence[tuple[str, int, int, int]]) -> None:
        """Move offsets (topic, partition, to, expected), of which all or none begin at 0."""
        if not moves:
            return
        *places, expected = map(list, zip(*moves, strict=True))
        if any(expected):
            rows = await self.session.fetch("advance_offsets", self.consumer, *places, expected)
        else:
            rows = await self.session.fetch("begin_offsets", self.consumer, *places)
        moved = {(row["topic"], row["partition"]) for row in rows}
        for topic, partition, _, at in moves:
            if (topic, partition) not in moved:
                raise self._fenced(topic, partition, at)

    async def load(self, events: Collection[str]) -> dict[str, EventState]:
        """Return this consumer's states of some events (empty ones for events unheard of)."""
        rows = await self.session.fetch("load_states", self.consumer, list(events))
        known = await states_in(self.session, rows, fold_version=self.fold_version)
        return {event: known.get(event) or EventState(event) for event in events}

    async def states_after(self, event: str, *, limit: int) -> Sequence[EventState]:
        """Return this consumer's states of the events behind one, by name; '' is before all."""
        rows = await self.session.fetch("states_page", self.consumer, event, limit)
        known = await states_in(self.session, rows, fold_version=self.fold_version)
        return [known[row["event"]] for row in rows]

    async def save(self, states: Sequence[EventState]) -> None:
        """Keep this consumer's states of some events; of several of one event, the last."""
        latest = {state.event: state for state in states}
        packed = [self.packer.pack(state) for state in latest.values()]
        await self.session.fetch(
            "save_states",
            *(self.consumer, self.fold_version, list(latest)),
            [state.sequence for state in latest.values()],
            [state.epoch for state in latest.values()],
            [one.digest for one in packed],
            [one.content for one in packed],
        )

    async def heads(self, events: Collection[str]) -> dict[str, Head]:
        """Return the heads of those histories that have one."""
        rows = await self.session.fetch("load_heads", self.consumer, list(events))
        return {
            row["event"]: Head(row["commit"], row["number"], read_tree(row["tree"])) for row in rows
        }

    async def move_heads(self, heads: Mapping[str, Head]) -> None:
        """Keep the heads of some histories."""
        await self.session.fetch(
            "save_heads",
            *(self.consumer, list(heads)),
            [head.number for head in heads.values()],
            [head.commit for head in heads.values()],
            [tree_text(head) for head in heads.values()],
        )

    async def give_receipts(self, receipts: Sequence[Receipt]) -> None:
        """Say what became of some records of an alert topic."""
        last = list({receipt.source.place: receipt for receipt in receipts}.values())
        await self.session.fetch(
            "give_receipts",
            [receipt.source.topic for receipt in last],
            [receipt.source.partition for receipt in last],
            [receipt.source.offset for receipt in last],
            [receipt.event for receipt in last],
            [receipt.dead_letter for receipt in last],
            [receipt.reason for receipt in last],
            [receipt.fact_partition for receipt in last],
            [receipt.fact_offset for receipt in last],
            [receipt.neutrino for receipt in last],
            [receipt.external_trigger for receipt in last],
            [_origin_text(receipt.source) for receipt in last],
        )

    def _fenced(self, topic: str, partition: int, expected: int) -> Fenced:
        return Fenced(
            f"{self.consumer} is not at offset {expected} of {topic} partition {partition}: "
            "another instance has read on; drop this batch and ask where it is"
        )


@dataclass(frozen=True, slots=True)
class PostgresLedger:
    """Keeps the places of all consumers in one database."""

    database: Database
    waits_for_disk: bool = True
    """False: what is committed may be lost with the server a moment later, offset and effects
    alike. Only for consumers that write all of it again from the log, and whose other effects may
    be repeated: facts, announcements and revisions have the same ids again. Whatever is committed
    after it and waits for the disk, as workers' leases do, takes it along.
    """
    fold_version: int = FOLD_VERSION
    packer: StatePacker = field(default_factory=StatePacker)

    @asynccontextmanager
    async def transaction(self, consumer: str) -> AsyncGenerator[Transaction]:
        """Begin a transaction of one consumer; it is durable when the block ends.

        A moment later, if this ledger does not wait for the disk.
        """
        async with self.database.transaction(lazily=not self.waits_for_disk) as session:
            yield PostgresTransaction(consumer, session, self.fold_version, self.packer)

    async def positions(self, consumer: str, topic: str) -> Mapping[int, int]:
        """Return the next offset of every partition that the consumer has read from."""
        rows = await self.database.fetch("positions", consumer, topic)
        return {row["partition"]: row["next_offset"] for row in rows}

    async def states(self, consumer: str, events: Collection[str]) -> Mapping[str, EventState]:
        """Return a consumer's states of some events (empty ones for events unheard of)."""
        async with self.database.session() as session:
            return await PostgresTransaction(consumer, session, self.fold_version).load(events)

    async def states_behind(self, consumer: str, epoch: int) -> Sequence[EventState]:
        """Return a consumer's states whose pipeline was adopted in an earlier epoch, or none."""
        async with self.database.session() as session:
            rows = await session.fetch("states_behind", consumer, epoch, self.fold_version)
            states = await states_in(session, rows, fold_version=self.fold_version)
        return [states[event] for event in sorted(states) if states[event].epoch < epoch]

    async def deployment_epoch(self, manifest_digest: str) -> int:
        """Return the deployment counter of a pipeline: one more when it is not the latest."""
        async with self.database.transaction() as session:
            await session.fetch("lock_deployments")
            await session.fetch("deploy", manifest_digest)
            latest = await session.first("latest_deployment")
        return latest["epoch"] if latest else 0


def _origin_text(source: Source) -> str | None:
    return source.origin.model_dump_json() if source.origin else None
