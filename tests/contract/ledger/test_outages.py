"""A server that is away is Unavailable; when it is back, everything goes on by itself."""

import asyncio
from datetime import timedelta

import pytest

from llama.adapters.postgres import PostgresLedger, PostgresTaskQueue, connect, migrate
from llama.domain.errors import Unavailable
from tests.support.facts import EVENT, Story
from tests.support.postgres import Databases

TOPIC = "llama.facts"


async def test_a_server_that_restarts_is_found_again(databases: Databases) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:
        ledger = PostgresLedger(database)
        async with ledger.transaction("resolver") as transaction:
            await transaction.advance(TOPIC, 0, expected=0, to=5)

        await databases.server.stop()
        with pytest.raises(Unavailable, match="try again"):
            await ledger.positions("resolver", TOPIC)
        await databases.server.start()

        assert await ledger.positions("resolver", TOPIC) == {0: 5}


async def test_a_transaction_that_the_server_left_is_undone(databases: Databases) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:
        ledger = PostgresLedger(database)

        async def interrupted() -> None:
            async with ledger.transaction("resolver") as transaction:
                await transaction.advance(TOPIC, 0, expected=0, to=5)
                await databases.server.stop()
                await databases.server.start()
                await transaction.save([Story().state])

        with pytest.raises(Unavailable):
            await interrupted()

        assert await ledger.positions("resolver", TOPIC) == {}


async def test_an_error_of_the_body_is_not_taken_for_the_servers(databases: Databases) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:

        async def fail() -> None:
            async with PostgresLedger(database).transaction("resolver"):
                raise TimeoutError("the disk is slow")

        with pytest.raises(TimeoutError, match="the disk is slow"):
            await fail()


async def test_an_error_of_the_body_counts_where_a_connection_cannot_be_given_back(
    databases: Databases,
) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:

        async def fail() -> None:
            async with database.session() as session:
                asking = asyncio.create_task(session.run("select pg_sleep(60)"))
                await asyncio.wait({asking}, timeout=0)
                try:
                    raise ValueError("the body's own")
                finally:
                    asking.add_done_callback(lambda task: task.exception())

        with pytest.raises(ValueError, match="the body's own"):
            await fail()


async def test_a_waiting_worker_goes_on_after_a_restart(databases: Databases) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:
        queue = PostgresTaskQueue(database)
        story = Story()
        story.notice()
        await _claim(queue)
        await queue.wait_for_work(timedelta(0))

        await databases.server.stop()
        await databases.server.start()
        await _claim(queue)
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(queue.wait_for_work(timedelta(hours=1)))
            async with PostgresLedger(database).transaction("resolver") as transaction:
                await transaction.tasks.want({EVENT: story.tasks()})

        assert await _claim(queue) == 1


async def _claim(queue: PostgresTaskQueue) -> int:
    """Claim what there is; a server that has just started may need a moment."""
    async with asyncio.timeout(30):
        leases = await queue.claim(
            "w", handlers=[("skymap", "1")], limit=9, lease=timedelta(minutes=1)
        )
    return len(leases)


async def test_a_waiting_worker_wakes_when_the_server_goes(databases: Databases) -> None:
    async with databases.fresh() as dsn, await connect(dsn) as database:
        queue = PostgresTaskQueue(database)
        await _claim(queue)
        await queue.wait_for_work(timedelta(0))
        await _claim(queue)

        waiting = asyncio.ensure_future(queue.wait_for_work(timedelta(hours=1)))
        assert (await asyncio.wait([waiting], timeout=0.2))[0] == set()
        await databases.server.stop()
        try:
            done, _ = await asyncio.wait([waiting], timeout=30)
            with pytest.raises(Unavailable):
                await _claim(queue)
        finally:
            await databases.server.start()

    assert done == {waiting}
    assert isinstance(waiting.exception(), Unavailable | None)


async def test_nobody_at_the_address_is_unavailable() -> None:
    nowhere = "postgresql://llama@/llama?host=/nonexistent"

    with pytest.raises(Unavailable, match="PostgreSQL does not answer"):
        await connect(nowhere)
    with pytest.raises(Unavailable):
        await migrate(nowhere)


async def test_lent_connections_are_waited_for_in_vain_only_so_long(
    database_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llama.adapters.postgres.database.ACQUIRE_TIMEOUT_S", 0.05)
    async with await connect(database_dsn, size=1) as database, database.session():
        with pytest.raises(Unavailable):
            await database.fetch("latest_epoch")
