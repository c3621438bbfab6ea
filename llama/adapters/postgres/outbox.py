"""The ledger of what was sent: a table, and a lock for each sender."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import orjson

from llama.adapters.postgres.database import Database, Row
from llama.domain.errors import Unavailable
from llama.domain.outlet import HEARD, Parcel, Sender, Sent


@dataclass(frozen=True, slots=True)
class PostgresOutbox:
    """Keeps entries by sender, by the database's clock."""

    database: Database

    @asynccontextmanager
    async def turn(self, sender: Sender) -> AsyncGenerator[None]:
        """Wait until nobody else has this sender's turn; hold it in the block.

        The turn is the connection's: the server gives it back when that is gone, too.
        """
        async with self.database.session() as session:
            await session.fetch("take_turn", sender.event, sender.handler)
            try:
                yield
            finally:
                with suppress(Unavailable):
                    await session.fetch("end_turn", sender.event, sender.handler)

    async def sent(self, sender: Sender) -> tuple[Sent, ...]:
        """Return all entries of a sender, oldest first."""
        rows = await self.database.fetch("sent_by", sender.event, sender.handler)
        return tuple(_sent(row) for row in rows)

    async def begin(self, sender: Sender, parcel: Parcel) -> Sent | None:
        """Write that a sending begins, durably; None if there is an entry of this key already."""
        row = await self.database.first(
            "begin_sending",
            *(sender.event, sender.handler),
            *(parcel.key, parcel.topic, parcel.digest, parcel.content),
        )
        return _sent(row) if row is not None else None

    async def conclude(
        self, sender: Sender, number: int, answer: Mapping[str, object]
    ) -> Sent | None:
        """Write that it was sent; the first answer stays. None if there is no such entry."""
        text = orjson.dumps(dict(answer)).decode()
        row = await self.database.first(
            "conclude_sending", sender.event, sender.handler, number, text
        )
        return _sent(row) if row is not None else None

    async def doubt(self, sender: Sender, number: int, heard: str) -> None:
        """Keep what was heard of a sending that is in doubt; of what was sent nothing changes."""
        text = orjson.dumps({HEARD: heard}).decode()
        await self.database.fetch("doubt_sending", sender.event, sender.handler, number, text)

    async def withdraw(self, sender: Sender, number: int) -> bool:
        """Take back an entry of which surely nothing went out; False if it is not in doubt."""
        row = await self.database.first("withdraw_sending", sender.event, sender.handler, number)
        return row is not None

    async def doubts(self) -> Sequence[tuple[Sender, Sent]]:
        """Return what is being sent just now, or may have been sent, oldest first."""
        return [_entry(row) for row in await self.database.fetch("sendings_in_doubt")]

    async def latest(self, *, limit: int) -> Sequence[tuple[Sender, Sent]]:
        """Return the newest entries of all senders, newest first."""
        return [_entry(row) for row in await self.database.fetch("latest_sendings", limit)]


def _entry(row: Row) -> tuple[Sender, Sent]:
    return Sender(row["event"], row["handler"]), _sent(row)


def _sent(row: Row) -> Sent:
    return Sent(
        key=row["key"],
        topic=row["topic"],
        number=row["number"],
        digest=row["digest"],
        content=row["content"],
        sent_at=row["at"],
        answer=orjson.loads(row["answer"]) if row["answer"] else {},
        state=row["state"],
    )
