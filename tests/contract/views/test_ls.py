"""`llama ls` on a database: a table for people, JSON for programs, pages, and refusals."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from llama.adapters.postgres import PostgresLedger, connect
from schemas.base import zulu
from tests.support.facts import START, Story
from tests.support.postgres import Databases


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where commands are typed."""

    dsn: str
    home: Path

    async def ls(self, *options: str) -> Answer:
        """Run `llama ls`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "llama.cli", "ls", *options),
            env={
                **os.environ,
                "LLAMA_HOME": str(self.home),
                "LLAMA_KAFKA": "nowhere:9092",
                "LLAMA_DATABASE_URL": self.dsn,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Answer(process.returncode or 0, out.decode(), " ".join(err.decode().split()))


@pytest.fixture
async def terminal(postgres_18: Databases, tmp_path: Path) -> AsyncGenerator[Terminal]:
    async with postgres_18.fresh() as dsn, await connect(dsn) as database:
        for number, rate in enumerate((1e-9, 2e-7, None)):
            story = Story(event=f"S2309{number}a", partition=number)
            merged = START - timedelta(hours=number)
            story.notice(event_time=merged, far=rate, classification={"BNS": 0.9, "BBH": 0.1})
            async with PostgresLedger(database).transaction("projection") as transaction:
                await transaction.views.record(story.steps)
        yield Terminal(dsn, tmp_path)


async def test_a_table_shows_what_people_look_for(terminal: Terminal) -> None:
    answer = await terminal.ls()

    first = next(line for line in answer.out.splitlines() if "S23090a" in line)
    assert "2023-09-14 11:20:00" in first
    assert "INITIAL" in first
    assert "1e-09" in first
    assert "BNS" in first
    assert answer.out.index("S23090a") < answer.out.index("S23091a") < answer.out.index("S23092a")


async def test_criteria_and_pages_as_json(terminal: Terminal) -> None:
    asked = ("-d", "vetoed=false,p_gt=BNS:0.5", "-d", "sortkey=far", "--limit", "2", "--json")
    first = json.loads((await terminal.ls(*asked)).out)
    second = json.loads((await terminal.ls(*asked, "--after", first["next"])).out)

    assert [row["event"] for row in first["events"]] == ["S23090a", "S23091a"]
    assert [row["event"] for row in second["events"]] == ["S23092a"]
    assert second["next"] is None


async def test_the_table_says_how_to_go_on(terminal: Terminal) -> None:
    first = await terminal.ls("-d", "classification=BNS", "-n", "1")
    more = first.out.splitlines()[-1]
    options = more.removeprefix("more: llama ls ").split()
    second = await terminal.ls(*options)

    assert "S23091a" in second.out
    assert "S23090a" not in second.out


async def test_a_page_without_events_says_so(terminal: Terminal) -> None:
    unmet = await terminal.ls("-d", "classification=bns")
    further = await terminal.ls("-d", "vetoed=true", "--json")

    assert (unmet.code, further.code) == (0, 0)
    assert unmet.err == "no event meets this no event is of a class bns (did you mean BNS?)"
    assert further.err == "no event meets this"
    assert json.loads(further.out) == {"events": [], "next": None, "as_of": None}


async def test_the_past_has_pages_which_keep_its_moment(terminal: Terminal) -> None:
    # The notices came a second later.
    moment = zulu(START + timedelta(seconds=20))
    first = await terminal.ls("--as-of", moment, "--limit", "1")
    more = first.out.splitlines()[-1].removeprefix("more: llama ls ").split()
    second = await terminal.ls(*more)
    same = await terminal.ls("--limit", "1", "--after", more[-1])

    assert more[:2] == ["--as-of", moment]
    assert ("S23090a" in first.out, "S23091a" in second.out) == (True, True)
    assert "INITIAL" not in second.out
    assert "S23091a" in same.out
    assert "INITIAL" not in same.out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("-d", "vetod=true"), "there is no criterion 'vetod': did you mean 'vetoed'?"),
        (("-d", "flag=COLOUR:red"), "there is no flag 'COLOUR'"),
        (("--after", "xyz"), "is no cursor: give `next` of the page before"),
        (("--after", "xyz", "--as-of", "2h"), "is no cursor: give `next` of the page before"),
        (("--as-of", "2199-01-01"), "is still to come"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    terminal: Terminal, options: tuple[str, ...], complaint: str
) -> None:
    answer = await terminal.ls(*options)

    assert (answer.code, answer.out) == (2, "")
    assert complaint in answer.err
