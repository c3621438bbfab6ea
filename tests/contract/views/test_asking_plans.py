"""Hot questions are answered from indexes, whatever the number of events."""

from datetime import UTC, datetime, timedelta

import pytest

from llama.adapters.postgres import PostgresReadModels, connect
from llama.adapters.postgres.criteria import statements_of
from llama.adapters.postgres.statements import load_statements
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FILL = """
insert into events (
    event, alert_type, time_created, event_time, is_test, retracted, settled, flags, files,
    changed_at, sequence, far, first_at, modified_at, vetoed, shown_files, complete_handlers,
    statuses, labels
)
select
    'S' || n, 'INITIAL', '2026-11-22', '2026-11-22'::timestamptz - n * interval '1 minute', false,
    false, true, '{}', '{}', '2026-11-22', 1, 1.0 / n,
    '2026-11-22'::timestamptz - n * interval '1 minute',
    '2026-11-22'::timestamptz - (n % 977) * interval '1 hour', n % 20 = 0,
    case when n % 500 = 0 then array['alert.json', 'rare.json'] else array['alert.json'] end,
    array['Alert'], array['current'], array['initial']
from generate_series(1, 6000) as n;
insert into files
select 'S' || n, 'file' || place, place, 'handler', 'current', '', 0, repeat('a', 64), 1
from generate_series(1, 3000) as n, generate_series(1, 12) as place;
insert into facts
select
    n % 8, n, 'S' || n % 2000, n, 'f' || n, 'FileGenerated',
    '2026-11-22'::timestamptz + n * interval '1 second', 'applied', ''
from generate_series(1, 20000) as n;
analyze events;
analyze files;
analyze facts
"""
HOT: dict[str, object] = {"fileexists": "alert.json", "vetoed": False, "limit": 10}


@pytest.mark.parametrize(
    ("criteria", "index"),
    [
        ({}, "events_by_time"),
        ({"reverse": True}, "events_by_time"),
        ({**HOT, "modafter": NOW - timedelta(days=20)}, "events_by_time"),
        ({**HOT, "modafter": NOW - timedelta(hours=5)}, "events_by_change"),
        ({**HOT, "fileexists": "rare.json"}, "events_by_words"),
        ({"sortkey": "modtime", "reverse": True}, "events_by_change"),
        ({"sortkey": "v0time"}, "events_by_first_file"),
        ({"sortkey": "far"}, "events_by_rate"),
        ({"sortkey": "eventid", "reverse": True}, "events_pkey"),
        ({"eventid_filter": ["S7", "S8"]}, "events_pkey"),
    ],
    ids=str,
)
async def test_a_question_is_answered_from_an_index(
    database_dsn: str, criteria: dict[str, object], index: str
) -> None:
    question = ask(Downselection.read(criteria), now=NOW, size=10)
    head = load_statements()["select_events"]
    async with await connect(database_dsn) as database, database.session() as session:
        await session.connection.execute(FILL)
        plans = [
            "\n".join(row[0] for row in await session.run(f"explain {text}", *values))
            for text, values in statements_of(question, head)
        ]

    assert index in plans[0]
    assert [plan for plan in plans if "Seq Scan" in plan] == []


@pytest.mark.parametrize("criteria", [{}, {"sortkey": "far"}, {"sortkey": "modtime"}], ids=str)
async def test_a_later_page_begins_where_the_index_says(
    database_dsn: str, criteria: dict[str, object]
) -> None:
    chosen = Downselection.read(criteria)
    head = load_statements()["select_events"]
    async with await connect(database_dsn) as database:
        async with database.session() as session:
            await session.connection.execute(FILL)
        first = await PostgresReadModels(database).select(ask(chosen, now=NOW, size=10))
        text, values = next(statements_of(ask(chosen, now=NOW, size=10, after=first.next), head))
        async with database.session() as session:
            plan = "\n".join(row[0] for row in await session.run(f"explain {text}", *values))

    assert "Index Cond" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize(
    ("name", "index"), [("list_files", "files_pkey"), ("list_facts", "facts_by_event")]
)
async def test_one_event_is_read_from_an_index(database_dsn: str, name: str, index: str) -> None:
    async with await connect(database_dsn) as database, database.session() as session:
        await session.connection.execute(FILL)
        rows = await session.run(f"explain {load_statements()[name]}", "S7")
        plan = "\n".join(row[0] for row in rows)

    assert index in plan
    assert "Seq Scan" not in plan
