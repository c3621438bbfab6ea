"""What only PostgreSQL can show: plans, and its own clock."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from llama.adapters.postgres import PostgresLedger, PostgresTaskQueue, connect
from llama.adapters.postgres.statements import load_statements
from tests.support.facts import EVENT, Story

FILL = """
insert into tasks (
    event, handler, need, attempt, code, priority, wanted_since, due_at, status, body
)
select 'S' || n, 'plot', 'n', 1, '1', n % 2, now(), now(),
    case when n % 50 = 0 then 'open' else 'done' end, '{}'
from generate_series(1, 20000) as n;
analyze tasks
"""
CLAIM = ("w1", ["plot"], ["1"], 4, timedelta(minutes=1), ["notice"])


@pytest.mark.parametrize(
    ("name", "arguments", "index"),
    [
        ("claim_tasks", CLAIM, "tasks_in_order"),
        ("next_due", [datetime(2020, 1, 1, tzinfo=UTC)], "tasks_by_due_time"),
        ("leased_handlers", ["S500"], "tasks_by_due_time|tasks_event"),
        ("withdraw_tasks", [["S500"], [], [], [], [], []], "tasks_event_handler_need_attempt_key"),
    ],
)
async def test_a_query_does_not_go_through_all_tasks_ever_kept(
    database_dsn: str, name: str, arguments: list[object], index: str
) -> None:
    async with await connect(database_dsn) as database, database.session() as session:
        await session.connection.execute(FILL)

        sql = f"explain {load_statements()[name]}"
        plan = "\n".join(row[0] for row in await session.connection.fetch(sql, *arguments))

    assert re.search(index, plan)
    assert "Seq Scan on tasks" not in plan


async def test_leases_go_by_the_clock_of_the_database(database_dsn: str) -> None:
    """A worker whose own clock is wrong neither loses leases nor takes others' away."""
    story = Story()
    story.notice()
    async with await connect(database_dsn) as database:
        async with PostgresLedger(database).transaction("resolver") as transaction:
            await transaction.tasks.want({EVENT: story.tasks()})
        await PostgresTaskQueue(database).claim(
            "w1", handlers=[("skymap", "1")], limit=1, lease=timedelta(seconds=90)
        )

        async with database.session() as session:
            left = await session.connection.fetchval(
                "select extract(epoch from due_at - now()) from tasks"
            )

    assert 60 < left <= 90
