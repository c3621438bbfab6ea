"""How fast earlier moments of 100,000 events are shown: `python -m benchmarks.as_of`.

Events of twelve files merge over half a year. Those that merged in the days before a moment that is
asked about are folded from real facts; all others have as many facts, of a kind that changes
nothing, and rows and places as real ones would have: they cost the search what real ones cost it.
One line of JSON for each question on stdout, progress on stderr; times are those of the answer.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from llama.adapters.postgres import connect, migrate
from llama.adapters.postgres.database import Database
from llama.adapters.postgres.past import PostgresPast
from llama.adapters.postgres.views import PostgresViews
from llama.client.past import Lookback
from llama.domain.selection.text import from_text
from llama.embedded.postgres import EmbeddedPostgres
from schemas.flags import FlagName
from tests.support.facts import Story
from tests.support.postgres import reachable_folder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HALF_A_YEAR_S = 180 * 86400
EVENTS = 100_000
TIMES = 15
FACTS_OF_AN_EVENT = 14
REAL_DAYS = 1
GRAPH = """
alert -> skymap -> area -> page; skymap -> plot -> page; alert -> neutrinos -> overlap -> page
skymap -> overlap -> significance -> page; significance -> notice; overlap -> joint -> notice
alert -> galaxies -> page; page -> summary
"""
MOMENTS = {"an hour ago": 1 / 24, "a month ago": 30.0, "five months ago": 150.0}
"""Days before now."""
QUESTIONS = (
    "limit=50",
    "vetoed=false,fileexists=notice.json,limit=10",
    "vetoed=false,fhnameexists=page,sec_since_v0_lt=86400,limit=50",
    "vetoed=true,limit=10",
    "sortkey=modtime,reverse=true,limit=50",
    "status=failed,limit=50",
    "sortkey=far,limit=50",
    "sortkey=v0time,reverse=true,limit=50",
    "sortkey=eventid,eventid_filter=S05*,limit=10",
)
OTHERS = """
insert into facts
select
    0, 1000000 + number * 14 + step, 'S' || lpad(number::text, 6, '0'), step,
    'f' || number || '.' || step, 'FileObsoleted', $1::timestamptz + make_interval(
        secs => number * $2 + 60 + step * 20
    ), 'ignored', convert_to(
        '{"kind":"FileObsoleted","id":"f","occurred_at":"2026-01-01T00:00:00Z","event":"S'
        || lpad(number::text, 6, '0')
        || '","file":"plot.json","handler":"plot","generation":"g","because":[]}', 'UTF8'
    )
from unnest($3::integer[]) as number, generate_series(1, 14) as step;
"""
PLACES = """
insert into places
select
    'S' || lpad(number::text, 6, '0'), 2,
    $1::timestamptz + make_interval(secs => number * $2 + 100),
    $1::timestamptz + make_interval(secs => number * $2)
from unnest($3::integer[]) as number;
"""
ROWS = """
insert into events
select (jsonb_populate_record(one, jsonb_build_object(
    'event', 'S' || lpad(number::text, 6, '0'),
    'time_created', $1::timestamptz + make_interval(secs => number * $2 + 60),
    'event_time', $1::timestamptz + make_interval(secs => number * $2),
    'changed_at', $1::timestamptz + make_interval(secs => number * $2 + 340),
    'first_at', $1::timestamptz + make_interval(secs => number * $2 + 80),
    'modified_at', $1::timestamptz + make_interval(secs => number * $2 + 340)
))).*
from (select events as one from events where not vetoed limit 1) as model,
    unnest($3::integer[]) as number;
"""


def main() -> int:
    """Fill a database, and look back."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.as_of", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--times", type=int, default=TIMES, help="each question is asked")
    parser.add_argument("--seed", type=int, default=4)
    asyncio.run(measure(parser.parse_args()))
    return 0


async def measure(options: argparse.Namespace) -> None:
    """Set the scene, ask everything, and report."""
    with reachable_folder() as folder:
        async with EmbeddedPostgres(folder / "data") as dsn:
            await migrate(dsn)
            async with await connect(dsn) as database:
                await fill(database, options.events, random.Random(options.seed))
                await ask_all(database, options.times)


async def fill(database: Database, events: int, chance: random.Random) -> None:
    """Write the events."""
    begun, apart_s = time.perf_counter(), HALF_A_YEAR_S / events
    first = NOW - timedelta(seconds=HALF_A_YEAR_S)
    real = sorted(set(numbers_of_real(events)))
    for start in range(0, len(real), 100):
        async with database.transaction() as session:
            for number in real[start : start + 100]:
                story = unfolded(number, first + timedelta(seconds=number * apart_s), chance)
                await PostgresViews(session).record(story.steps)
        print(f"{start} of {len(real)} events folded", file=sys.stderr)
    others = sorted(set(range(events)) - set(real))
    async with database.session() as session:
        for sql in (OTHERS, PLACES, ROWS):
            await session.connection.execute(sql, first, apart_s, others, timeout=300)
            print(f"{sql.split()[2]} written", file=sys.stderr)
        for table in ("facts", "places", "events"):
            await session.connection.execute(f"vacuum analyze {table}", timeout=300)
        facts = await session.connection.fetchval("select count(*) from facts")
    seconds = round(time.perf_counter() - begun, 1)
    report({"measurement": "filling", "events": events, "facts": facts, "seconds": seconds})


def numbers_of_real(events: int) -> Iterator[int]:
    """Go through the events that merged in the days before a moment that is asked about."""
    for days in MOMENTS.values():
        last = events * (1 - days / 180)
        yield from range(max(int(last - events * REAL_DAYS / 180), 0), min(int(last) + 1, events))


def unfolded(number: int, merged: datetime, chance: random.Random) -> Story:
    """Fold an event: most of them are made within minutes, some are vetoed."""
    story = Story(GRAPH, event=f"S{number:06}", partition=number + 1, now=merged)
    story.now += timedelta(seconds=60)
    story.notice(event_time=merged)
    if chance.random() < 0.05:
        story.flag(FlagName.VETOED, on=True)
    story.settle()
    return story


async def ask_all(database: Database, times: int) -> None:
    """Ask each question about each moment, and report how long the answers took."""
    past = PostgresPast(database)
    for name, days in MOMENTS.items():
        moment = NOW - timedelta(days=days)
        lookback = Lookback(past, moment)
        for text in QUESTIONS:
            wanted, seconds, rows = from_text(text), list[float](), 0
            for _ in range(times):
                begun = time.perf_counter()
                rows = len(await lookback.page(wanted, limit=50))
                seconds.append(time.perf_counter() - begun)
            report({"moment": name, "measurement": text, "rows": rows, **figures(seconds)})
        await ask_for_one(lookback, name, times)


async def ask_for_one(lookback: Lookback, name: str, times: int) -> None:
    """Ask for the status of one event."""
    [newest] = await lookback.page(from_text(""), limit=1)
    seconds: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        state = await lookback.state(newest.profile.eventid)
        if state is None:
            raise AssertionError("it was there a moment ago")
        await lookback.status(state)
        seconds.append(time.perf_counter() - begun)
    report({"moment": name, "measurement": "the status of one event", **figures(seconds)})


def figures(seconds: Sequence[float]) -> dict[str, float]:
    """Return what is said of times, in milliseconds."""
    return {
        "times": len(seconds),
        "median_ms": round(median(seconds) * 1e3, 1),
        "max_ms": round(max(seconds) * 1e3, 1),
    }


def report(told: dict[str, object]) -> None:
    """Print one measurement."""
    print(json.dumps({"benchmark": "as_of", **told}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
