"""Lists of the past come from indexes, whether hardly an event is still the same or hardly none."""

from datetime import UTC, datetime, timedelta

import pytest

from llama.adapters.postgres import Database, PostgresLedger, connect
from llama.adapters.postgres.criteria import statements_of
from llama.adapters.postgres.past import PostgresPast, origins_at
from llama.adapters.postgres.statements import load_statements
from llama.client.past import page_then
from llama.domain.errors import Misconfigured
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask
from llama.domain.spans import SHORTEST
from tests.support.facts import Story

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AGES = {
    "soon after the first events": timedelta(days=97),
    "a while ago": timedelta(days=50),
    "just now": timedelta(minutes=1),
}
"""How long ago moments are."""
FILL = """
insert into events (
    event, alert_type, time_created, event_time, is_test, retracted, settled, flags, files,
    changed_at, sequence, far, first_at, modified_at, shown_files, statuses
)
select
    'S' || n, 'INITIAL', moment, moment, false, false, true, '{}', '{}', moment, 14, 1.0 / n,
    moment, moment, array['alert.json'],
    array[case when n % 500 = 0 then 'failed' else 'current' end]
from generate_series(1, 6000) as n,
    lateral (select '2026-11-22'::timestamptz - n * interval '24 minutes' as moment) as merged;
insert into event_spans
select '2026-11-21'::timestamptz + number * interval '1 second', (moved).*
from (
    select events as moved, row_number() over () as number
    from events where changed_at < '2026-11-15'
) as numbered;
update events set changed_at = until, sequence = 15
from event_spans where event_spans.event = events.event;
insert into facts
select
    n % 8, n, 'S' || n % 2000, n, 'f' || n, 'FileGenerated',
    '2026-11-22'::timestamptz - n * interval '7 minutes', 'applied', ''
from generate_series(1, 20000) as n;
analyze
"""


async def plans(database: Database, age: timedelta, **criteria: object) -> dict[str, str]:
    """Return how a list of the past is read, by the table."""
    question = ask(Downselection.read(criteria), now=NOW - age, size=10, is_past=True)
    statements, found = load_statements(), dict[str, str]()
    async with database.session() as session:
        await session.connection.execute(FILL)
        for origin in origins_at(question.now, ["S1"]):
            head = statements[f"select_{origin.table}"]
            text, values = next(statements_of(question, head, origin=origin))
            rows = await session.run(f"explain {text}", *values)
            found[origin.table] = "\n".join(row[0] for row in rows)
    return found


@pytest.mark.parametrize("age", ["soon after the first events", "just now"])
@pytest.mark.parametrize("criteria", [{}, {"vetoed": True}, {"sortkey": "far"}], ids=str)
async def test_the_few_spans_of_a_moment_are_found_by_it(
    database_dsn: str, criteria: dict[str, object], age: str
) -> None:
    async with await connect(database_dsn) as database:
        found = await plans(database, AGES[age], **criteria)

    assert "event_spans_by_time" in found["event_spans"]
    assert "Seq Scan" not in found["event_spans"]


@pytest.mark.parametrize("age", ["soon after the first events", "a while ago"])
async def test_the_few_events_that_have_not_changed_are_found_by_that(
    database_dsn: str, age: str
) -> None:
    async with await connect(database_dsn) as database:
        found = await plans(database, AGES[age], sortkey="far")

    assert "events_by_last_fact" in found["events"]
    assert "Seq Scan" not in found["events"]


@pytest.mark.parametrize(
    ("criteria", "index"),
    [
        ({}, "events_by_time"),
        ({"sortkey": "far"}, "events_by_rate"),
        ({"sortkey": "modtime"}, "events_by_change"),
        ({"status": "failed"}, "events_by_words"),
    ],
    ids=str,
)
async def test_the_many_events_that_have_not_changed_are_read_as_those_of_now(
    database_dsn: str, criteria: dict[str, object], index: str
) -> None:
    async with await connect(database_dsn) as database:
        found = await plans(database, AGES["just now"], **criteria)

    assert index in found["events"]
    assert "Seq Scan" not in found["events"]


async def test_what_moved_is_found_by_its_time(database_dsn: str) -> None:
    async with await connect(database_dsn) as database, database.session() as session:
        await session.connection.execute(FILL)
        text = f"explain {load_statements()['moving_at']}"
        plan = "\n".join(row[0] for row in await session.run(text, NOW, SHORTEST))

    assert plan.count("facts_by_time") == 2
    assert "Seq Scan" not in plan


async def test_of_what_was_before_spans_were_kept_no_list_is_made_up(database_dsn: str) -> None:
    story = Story()
    story.notice()
    question = ask(Downselection(), now=story.state.as_of, size=1, is_past=True)
    async with await connect(database_dsn) as database:
        async with PostgresLedger(database).transaction("projection") as transaction:
            await transaction.views.record(story.steps)
        known = await page_then(PostgresPast(database), question)
        async with database.session() as session:
            await session.connection.execute("update generations set fold_version = 0")
        with pytest.raises(Misconfigured, match="run `llama rebuild`"):
            await page_then(PostgresPast(database), question)

    assert [row.event for row in known.rows] == [story.event]


async def test_a_span_has_every_column_of_an_event(database_dsn: str) -> None:
    async with await connect(database_dsn) as database, database.session() as session:
        columns = {
            table: [
                (row["attname"], row["kind"])
                for row in await session.run(
                    "select attname, atttypid::regtype::text as kind from pg_attribute "
                    "where attrelid = $1::text::regclass and attnum > 0 and not attisdropped "
                    "order by attnum",
                    table,
                )
            ]
            for table in ("events", "event_spans")
        }

    assert columns["event_spans"] == [("until", "timestamp with time zone"), *columns["events"]]
