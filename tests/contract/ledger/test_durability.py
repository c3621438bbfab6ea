"""Only what can be written again from the log may be committed without waiting for the disk."""

import pytest

from llama.adapters.postgres import PostgresLedger, connect
from llama.adapters.postgres.ledger import PostgresTransaction
from llama.ports.ledger import Transaction


async def commit_of(transaction: Transaction) -> str:
    assert isinstance(transaction, PostgresTransaction)
    (row,) = await transaction.session.run("show synchronous_commit")
    return row["synchronous_commit"]


@pytest.mark.parametrize(
    ("consumer", "commit"),
    [
        ("projection", "off"),
        ("projection.rebuilding", "off"),
        ("resolver", "on"),
        ("worker", "on"),
    ],
)
async def test_only_the_projection_does_not_wait_for_the_disk(
    database_dsn: str, consumer: str, commit: str
) -> None:
    durable = f"{database_dsn}{'&' if '?' in database_dsn else '?'}synchronous_commit=on"

    async with (
        await connect(durable) as database,
        PostgresLedger(database).transaction(consumer) as transaction,
    ):
        found = await commit_of(transaction)

    assert found == commit
