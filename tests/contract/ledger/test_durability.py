"""Only what can be written again from the log may be committed without waiting for the disk."""

from dataclasses import replace

import pytest

from llama.adapters.postgres import PostgresLedger, connect
from llama.adapters.postgres.ledger import PostgresTransaction
from llama.ports.ledger import Transaction


async def commit_of(transaction: Transaction) -> str:
    assert isinstance(transaction, PostgresTransaction)
    (row,) = await transaction.session.run("show synchronous_commit")
    return row["synchronous_commit"]


@pytest.mark.parametrize(("waits", "commit"), [(None, "on"), (True, "on"), (False, "off")])
@pytest.mark.parametrize("consumer", ["projection", "dependency_resolver"])
async def test_the_disk_is_waited_for_unless_the_ledger_is_told_otherwise(
    database_dsn: str, consumer: str, *, waits: bool | None, commit: str
) -> None:
    durable = f"{database_dsn}{'&' if '?' in database_dsn else '?'}synchronous_commit=on"

    async with await connect(durable) as database:
        ledger = PostgresLedger(database)
        ledger = ledger if waits is None else replace(ledger, waits_for_disk=waits)
        async with ledger.transaction(consumer) as transaction:
            found = await commit_of(transaction)

    assert found == commit
