"""The ledger of what is published, as an operator sees it and acts on it."""

from llama.adapters.postgres import PostgresOutbox, connect
from llama.domain.outlet import Sender


async def doubts(dsn: str) -> list[int]:
    """Return the numbers of the entries in doubt."""
    async with await connect(dsn) as database:
        return [entry.number for _, entry in await PostgresOutbox(database).doubts()]


async def settle(dsn: str, sender: Sender, *, sent: bool) -> None:
    """Do what an operator does who has found out whether a sender's first entry went out."""
    async with await connect(dsn) as database:
        outbox = PostgresOutbox(database)
        if sent:
            assert await outbox.conclude(sender, 1, {"confirmed": "somebody has looked"})
        else:
            assert await outbox.withdraw(sender, 1)
