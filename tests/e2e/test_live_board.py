"""A monitor that was killed counts from the log again just what the tables have."""

import asyncio
import json
import urllib.request
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import psutil
import pytest

from llama.adapters.system_clock import SystemClock
from llama.handlers import PIPELINE
from llama.handlers.mock import mock_notice
from schemas.board import LiveBoard
from tests.support.system import System, running, running_on, wait_until

WINDOW_S = 10
MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = {"LLAMA_MONITOR": "on", "LLAMA_MONITOR_WINDOW_S": str(WINDOW_S)}
PUBLISHERS = [one.__name__ for one in PIPELINE if one.PUBLISHES]
Figure = tuple[datetime, str, str, int, int, int]

COUNTED = """
with recursive told as (
    select distinct on (event, id)
        event, id, kind, occurred_at, convert_from(body, 'UTF8')::json as fact
    from facts order by event, id, log_offset
),
noticed as (
    select told.*, occurred_at as since from told where kind = 'TriggerReceived'
    union all
    select told.*, noticed.since
    from told join noticed on told.event = noticed.event and told.fact ->> 'cause' = noticed.id
    where told.kind in ('PipelineAdopted', 'FileGenerated', 'FileFailed', 'FileObsoleted')
),
late as (
    select
        fact ->> 'handler' as handler, occurred_at,
        greatest(floor(extract(epoch from occurred_at - since) * 1000), 0)::bigint as ms
    from noticed where kind = 'FileGenerated'
),
seen (measure, name, at, ms) as (
    select 'alert', case when event ~ '^(MS|TS)' then 'test' else fact ->> 'alert_type' end,
        occurred_at, 0::bigint
    from told where kind = 'TriggerReceived'
    union all
    select 'obsolete', fact ->> 'handler', occurred_at, 0 from told where kind = 'FileObsoleted'
    union all
    select 'run', fact ->> 'handler', occurred_at,
        trunc((fact ->> 'wall_s')::float8 * 1000)::bigint
    from told where kind in ('FileGenerated', 'FileFailed')
    union all
    select 'notice_to_file', handler, occurred_at, ms from late
    union all
    select 'notice_to_result', handler, occurred_at, ms from late where handler = any($3)
),
windows as (
    select to_timestamp(second) as begin, to_timestamp(second + $2::int) as until
    from generate_series(
        (select floor(extract(epoch from min(at)) / $2::int)::bigint * $2::int - $2::int from seen),
        extract(epoch from $1::timestamptz)::bigint - $2::int,
        ($2::int / 5)::bigint
    ) as second
)
select begin, measure, name, count(*) as count, sum(ms)::bigint as total, max(ms) as longest
from windows join seen on at >= begin and at < until
where until <= $1
group by begin, measure, name
"""


@pytest.fixture(params=["embedded", "apache"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[System]:
    with running_on(request.param, tmp_path / "home", environment=SETTINGS) as system:
        yield system


def test_a_killed_monitor_counts_again_what_the_tables_have(system: System, tmp_path: Path) -> None:
    system.ingest(a_notice(tmp_path, "PRELIMINARY", minutes=1))
    system.kill("stream_monitor")
    system.ingest(a_notice(tmp_path, "UPDATE", minutes=5))

    board = drained(system)

    assert shown_on(board) == asyncio.run(counted(system, until=board.at))
    assert {"alert", "run", "notice_to_file", "obsolete"} <= measures_on(board)


def test_a_monitor_whose_broker_was_killed_goes_on(tmp_path: Path) -> None:
    with running(tmp_path / "home", environment=SETTINGS) as system:
        system.ingest(a_notice(tmp_path, "PRELIMINARY", minutes=1))
        system.kill("broker")
        system.ingest(a_notice(tmp_path, "UPDATE", minutes=5))

        board = drained(system)

        assert shown_on(board) == asyncio.run(counted(system, until=board.at))
        assert "obsolete" in measures_on(board)


def test_the_monitor_tells_how_it_gets_on(system: System) -> None:
    address = (system.home / "run" / "stream_monitor.health.address").read_text().strip()

    for path in ("/livez", "/readyz", "/metrics"):
        with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as answer:
            assert b"stream_monitor" in answer.read()
    assert psutil.Process(system.pid("stream_monitor")).memory_info().rss > 0


def a_notice(folder: Path, kind: str, *, minutes: int) -> Path:
    path = folder / f"{kind}.json"
    latency = timedelta(minutes=minutes)
    path.write_bytes(mock_notice(MERGED, alert_type=kind, latency=latency, rounds=0, seed=0))
    return path


def drained(system: System) -> LiveBoard:
    """Wait for a board, written from now on, that has everything in windows that are closed."""
    since, found = SystemClock().now(), [a_board(system)]

    def is_drained() -> bool:
        found[0] = board = a_board(system)
        return board.at > since and board.behind == 0 and board.running.figures == ()

    wait_until(is_drained, "the monitor has counted everything", seconds=200)
    return found[0]


def a_board(system: System) -> LiveBoard:
    gateway = (system.home / "run" / "gateway.address").read_text()
    with urllib.request.urlopen(f"http://{gateway}/board?limit=1000", timeout=30) as answer:
        return LiveBoard.model_validate_json(answer.read())


def shown_on(board: LiveBoard) -> set[Figure]:
    return {
        (window.begin, one.measure, one.name, one.count, one.total_ms, one.longest_ms)
        for window in board.closed
        for one in window.figures
    }


def measures_on(board: LiveBoard) -> set[str]:
    return {measure for _, measure, *_ in shown_on(board)}


async def counted(system: System, *, until: datetime) -> set[Figure]:
    """Count in the table of facts what must be in the windows that were closed by then."""
    addresses = json.loads((system.home / "run" / "addresses.json").read_text())
    connection = await asyncpg.connect(addresses["database_url"])
    try:
        rows = await connection.fetch(COUNTED, until, WINDOW_S, PUBLISHERS)
    finally:
        await connection.close()
    return {tuple(row.values()) for row in rows}  # pyright: ignore[reportReturnType] - as selected
