"""How fast earlier moments of 100,000 events are shown: `python -m benchmarks.as_of`.

Events of twelve files merge over half a year, and a week ago something happened again to each of
them: of the moments before, hardly an event is today what it was then. Those that merged in the
hours before a moment that is asked about are folded from real facts; all others have as many facts,
of a kind that changes nothing, and rows as real ones would have: they cost the search what real
ones cost it. At one moment many more events than ever were at work, and are folded for each answer.
One line of JSON for each question on stdout, progress on stderr; times are those of the answer.
"""

import argparse
import asyncio
import json
import math
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
from llama.client.past import Lookback, page_then
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import Question, ask
from llama.domain.selection.text import from_text
from llama.embedded.postgres import EmbeddedPostgres
from schemas.flags import FlagName
from tests.support.facts import Story
from tests.support.postgres import reachable_folder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HALF_A_YEAR_S = 180 * 86400
EVENTS = 100_000
TIMES = 15
REAL_DAYS = 1 / 12
CHANGED_DAYS = 7
"""So long ago something happened again to every event that was there."""
WAVE_DAYS = 10
WAVE = 200
"""So many further events were all at work at one moment, so long ago."""
GRAPH = """
alert -> skymap -> area -> page; skymap -> plot -> page; alert -> neutrinos -> overlap -> page
skymap -> overlap -> significance -> page; significance -> notice; overlap -> joint -> notice
alert -> galaxies -> page; page -> summary
"""
MOMENTS = {
    "an hour ago": 1 / 24,
    "in a wave": WAVE_DAYS,
    "a month ago": 30.0,
    "five months ago": 150.0,
}
"""Days before now."""
QUESTIONS = {
    "newest": "limit=50",
    "with a file": "vetoed=false,fileexists=notice.json,limit=10",
    "young": "vetoed=false,fhnameexists=page,sec_since_v0_lt=86400,limit=50",
    "vetoed, 1 of 20": "vetoed=true,limit=50",
    "rare file, 1 of 1000": "fhnameexists=rare,limit=50",
    "rare label, 1 of 1000": "label=external,limit=50",
    "rare status, 1 of 500": "status=failed,limit=50",
    "two rare things, together none": "status=failed,label=external,limit=50",
    "none has the status": "status=cooling,limit=50",
    "none is obsolete": "obsolete=plot.json,limit=50",
    "none has the rate": "far_lt=1e-30,limit=50",
    "none lacks a file": "invert=true,fileexists=alert.json,limit=50",
    "least rate": "sortkey=far,limit=50",
    "greatest rate, vetoed": "sortkey=far,reverse=true,vetoed=true,limit=50",
    "last change": "sortkey=modtime,reverse=true,limit=50",
    "first change": "sortkey=modtime,limit=50",
    "last first file": "sortkey=v0time,reverse=true,limit=50",
    "by name": "sortkey=eventid,eventid_filter=S05*,limit=10",
}
BEHIND = 300
"""Events before the later page that is asked for."""
FACTS = """
insert into facts
select
    0, 1000000 + number * 15 + step, 'S' || lpad(number::text, 6, '0'), step,
    'f' || number || '.' || step, 'FileObsoleted', case
        when step < 15 then $1::timestamptz + make_interval(secs => number * $2 + 60 + step * 20)
        else $4::timestamptz + make_interval(secs => number % 86400)
    end, 'ignored', convert_to(
        '{"kind":"FileObsoleted","id":"f","occurred_at":"2026-01-01T00:00:00Z","event":"S'
        || lpad(number::text, 6, '0')
        || '","file":"plot.json","handler":"plot","generation":"g","because":[]}', 'UTF8'
    )
from unnest($3::integer[]) as number, generate_series(1, 15) as step
where step < 15 or $1::timestamptz + make_interval(secs => number * $2) < $4;
"""
ROWS = """
insert into events
select (jsonb_populate_record(one, jsonb_build_object(
    'event', 'S' || lpad(number::text, 6, '0'),
    'time_created', $1::timestamptz + make_interval(secs => number * $2 + 60),
    'event_time', $1::timestamptz + make_interval(secs => number * $2),
    'changed_at', $1::timestamptz + make_interval(secs => number * $2 + 340),
    'first_at', $1::timestamptz + make_interval(secs => number * $2 + 80),
    'modified_at', $1::timestamptz + make_interval(secs => number * $2 + 340),
    'far', 1e-8 * ((number * 7919) % 100003 + 1),
    'vetoed', number % 20 = 0,
    'complete_handlers', case when number % 1000 = 1
        then (model.one).complete_handlers || array['rare'] else (model.one).complete_handlers end,
    'labels', case when number % 1000 = 2
        then (model.one).labels || array['external'] else (model.one).labels end,
    'statuses', case when number % 500 = 3
        then (model.one).statuses || array['failed'] else (model.one).statuses end
))).*
from (select events as one from events where not vetoed limit 1) as model,
    unnest($3::integer[]) as number;
"""
CHANGES = """
with changed as (
    select event, $3::timestamptz + make_interval(secs => number % 86400) as until
    from unnest($2::integer[]) as number,
        lateral (select 'S' || lpad(number::text, 6, '0') as event) as named
    where $1::timestamptz + make_interval(secs => number * $4) < $3
), kept as (
    insert into event_spans
    select until, events.* from changed join events using (event)
)
update events set changed_at = until, sequence = sequence + 1
from changed where changed.event = events.event;
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
    for number in real:
        merged = first + timedelta(seconds=number * apart_s)
        await show(database, unfolded(f"S{number:06}", number + 1, merged, chance))
    print(f"{len(real)} events folded", file=sys.stderr)
    others = sorted(set(range(events)) - set(real))
    await fill_others(database, others, first, apart_s)
    wave = NOW - timedelta(days=WAVE_DAYS)
    for number in range(WAVE):
        merged = wave - timedelta(seconds=67)
        await show(database, unfolded(f"W{number:06}", events + number + 1, merged, chance))
    async with database.session() as session:
        for table in ("facts", "event_spans", "events"):
            await session.connection.execute(f"vacuum analyze {table}", timeout=300)
        counts = [
            await session.connection.fetchval(f"select count(*) from {table}")
            for table in ("facts", "event_spans", "events")
        ]
    seconds = round(time.perf_counter() - begun, 1)
    facts, spans, rows = counts
    told = {"events": rows, "facts": facts, "spans": spans, "seconds": seconds}
    report({"measurement": "filling", **told})


async def show(database: Database, story: Story) -> None:
    """Show a folded event."""
    async with database.transaction() as session:
        await PostgresViews(session).record(story.steps)


async def fill_others(
    database: Database, numbers: Sequence[int], first: datetime, apart_s: float
) -> None:
    """Write the events that are not folded, with what they were before their last change."""
    changed = NOW - timedelta(days=CHANGED_DAYS)
    async with database.session() as session:
        run = session.connection.execute
        await run(FACTS, first, apart_s, numbers, changed, timeout=300)
        print("facts written", file=sys.stderr)
        await run(ROWS, first, apart_s, numbers, timeout=300)
        await run(CHANGES, first, numbers, changed, apart_s, timeout=300)
        print("events written", file=sys.stderr)


def numbers_of_real(events: int) -> Iterator[int]:
    """Go through the events that merged in the hours before a moment that is asked about."""
    for days in MOMENTS.values():
        last = events * (1 - days / 180)
        yield from range(max(int(last - events * REAL_DAYS / 180), 0), min(int(last) + 1, events))


def unfolded(event: str, partition: int, merged: datetime, chance: random.Random) -> Story:
    """Fold an event: most of them are made within minutes, some are vetoed."""
    story = Story(GRAPH, event=event, partition=partition, now=merged)
    story.now += timedelta(seconds=60)
    story.notice(event_time=merged, far=1e-9 * chance.random())
    if chance.random() < 0.05:
        story.flag(FlagName.VETOED, on=True)
    story.settle()
    return story


async def ask_all(database: Database, times: int) -> None:
    """Ask each question about each moment, and report how long the answers took."""
    past = PostgresPast(database)
    for when, days in MOMENTS.items():
        moment = NOW - timedelta(days=days)
        for name, text in QUESTIONS.items():
            question = ask(from_text(text), now=moment, size=50, is_past=True)
            await ask_for_page(past, question, {"moment": when, "measurement": name}, times)
        later = ask(Downselection(), now=moment, size=BEHIND, is_past=True)
        cursor = (await page_then(past, later)).next
        behind = ask(Downselection(), now=moment, size=50, after=cursor)
        await ask_for_page(past, behind, {"moment": when, "measurement": "a later page"}, times)
        await ask_for_one(Lookback(past, moment), when, times)


async def ask_for_page(
    past: PostgresPast, question: Question, names: dict[str, object], times: int
) -> None:
    """Ask for a page of a list."""
    seconds, rows, moving = list[float](), 0, len((await past.then(question)).moving)
    for _ in range(times):
        begun = time.perf_counter()
        rows = len((await page_then(past, question)).rows)
        seconds.append(time.perf_counter() - begun)
    report({**names, "rows": rows, "folded": moving, **figures(seconds)})


async def ask_for_one(lookback: Lookback, name: str, times: int) -> None:
    """Ask for the status of one event."""
    newest = ask(Downselection(), now=lookback.moment, size=1, is_past=True)
    [row] = (await page_then(lookback.past, newest)).rows
    seconds: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        state = await lookback.state(row.event)
        if state is None:
            raise AssertionError("it was there a moment ago")
        await lookback.status(state)
        seconds.append(time.perf_counter() - begun)
    report({"moment": name, "measurement": "the status of one event", **figures(seconds)})


def figures(seconds: Sequence[float]) -> dict[str, float]:
    """Return what is said of times, in milliseconds."""
    ordered = sorted(seconds)
    return {
        "times": len(ordered),
        "p50_ms": round(median(ordered) * 1e3, 1),
        "p99_ms": round(ordered[math.ceil(0.99 * len(ordered)) - 1] * 1e3, 1),
        "max_ms": round(ordered[-1] * 1e3, 1),
    }


def report(told: dict[str, object]) -> None:
    """Print one measurement."""
    print(json.dumps({"benchmark": "as_of", **told}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
