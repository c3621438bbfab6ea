"""A database with very many events, copied from a few hundred that are folded from facts."""

import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from llama.adapters.postgres.database import Database
from llama.adapters.postgres.event_rows import EVENT_COLUMNS, event_row
from llama.domain.assessment import Need
from llama.domain.event_state import evolve, replay
from llama.domain.resolve import decide
from llama.domain.selection.profile import EventProfile, profile_of
from llama.domain.shown import ShownEvent, shown
from llama.domain.states import EventState
from schemas.facts import AlertType, Fact, FlagsChanged, PipelineAdopted
from schemas.flags import FlagName, FlagValue
from tests.support.facts import a_failure, a_pipeline, a_result, a_trigger

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GRAPH = """
alert -> skymap -> area -> page; skymap -> plot -> page; alert -> neutrinos -> overlap -> page
skymap -> overlap -> significance -> page; significance -> notice; overlap -> joint -> notice
alert -> galaxies -> page; page -> summary
"""
TEMPLATES = 300
AT_ONCE = 2_000
HALF_A_YEAR_S = 180 * 86400
OFTEN_UPDATED, SELDOM_VETOED, SELDOM_FAILED = 0.2, 0.05, 0.02


async def fill(database: Database, events: int, chance: random.Random) -> int:
    """Write the events and their files; return how many files there are."""
    templates = [template(chance, number) for number in range(TEMPLATES)]
    for first in range(0, events, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, events))
        rows = [copied(*chance.choice(templates), number, events, chance) for number in numbers]
        columns = [[row[place] for row in rows] for place in range(EVENT_COLUMNS)]
        await database.fetch("show_events", *columns)
        print(f"{numbers.stop} events written", file=sys.stderr)
    async with database.session() as session:
        await session.connection.execute(FILES, timeout=300)
        await session.connection.execute("vacuum analyze events", timeout=300)
        await session.connection.execute("vacuum analyze files", timeout=300)
        return await session.connection.fetchval("select count(*) from files")


FILES = """
insert into files
select
    event, name || '.json', place, name, 'current', 'made from the latest inputs', 0,
    encode(sha256(convert_to(event || name, 'UTF8')), 'hex'), 1000
from events, unnest(array[
    'alert', 'skymap', 'neutrinos', 'galaxies', 'area', 'plot', 'overlap', 'significance',
    'joint', 'page', 'notice', 'summary'
]) with ordinality as file (name, place)
"""


def template(chance: random.Random, number: int) -> tuple[EventState, ShownEvent, EventProfile]:
    """Fold an event from facts: made to some point, perhaps vetoed, failed or made anew."""
    event = f"S{number}"
    facts = [
        PipelineAdopted(
            id="adopts", occurred_at=NOW, event=event, epoch=1, manifest=a_pipeline(GRAPH)
        ),
        a_trigger(chance.choice([AlertType.PRELIMINARY, AlertType.INITIAL]), event=event),
    ]
    state = replay(event, facts)
    for _ in range(chance.choice([0, 3, 8, 11, 11, 11, 11, 11])):
        runs = decide(state, NOW).runs
        if runs:
            state = evolve(state, outcome(runs[0].need, chance))
    if chance.random() < OFTEN_UPDATED:
        state = evolve(state, a_trigger(AlertType.UPDATE, event=event, content="an update"))
    if chance.random() < SELDOM_VETOED:
        changes: dict[FlagName, FlagValue] = {FlagName.VETOED: True}
        state = evolve(
            state, FlagsChanged(id="veto", occurred_at=NOW, event=event, changes=changes)
        )
    row, files = shown(state)
    if row is None:
        raise AssertionError("a notice came in, so there is something to show")
    return state, row, profile_of(state, files)


def outcome(need: Need, chance: random.Random) -> Fact:
    """Report a run: few fail for good."""
    if chance.random() < SELDOM_FAILED:
        return a_failure(need, at=NOW, retry_in=None)
    return a_result(need, at=NOW)


def copied(
    state: EventState,
    event: ShownEvent,
    profile: EventProfile,
    number: int,
    events: int,
    chance: random.Random,
) -> tuple[object, ...]:
    """Return the row of one more event like this, with a name, times and numbers of its own."""
    name = f"S{number:06}{chance.choice('abcdefgh')}"
    merged = NOW - timedelta(seconds=HALF_A_YEAR_S * number / events)
    first = merged + timedelta(seconds=chance.uniform(30, 300))
    # Old events are touched now and then: a new neutrino list, new code.
    late = chance.expovariate(1 / 3600) if chance.random() < 0.9 else chance.uniform(0, number)
    own = {
        "event_time": None if chance.random() < 0.02 else merged,
        "first_at": first,
        "modified_at": min(NOW, first + timedelta(seconds=late)),
        "far": 10 ** chance.uniform(-15, -5),
    }
    likely = chance.random() ** 3
    classes = (("BBH", round(1 - likely, 6)), ("BNS", round(likely, 6)))
    named = replace(profile, eventid=name, classes=classes, **own)
    best = named.classification
    listed = replace(event, event=name, classification=best, **own)
    return event_row(listed, named, state.sequence)
