"""Standing selections by the command line: defined, followed in Python, listed, ended."""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

import llama
from llama import Change
from llama.handlers.mock import mock_notice
from schemas.public import SelectionChanged
from tests.support.system import System, running

MERGED = datetime(2023, 4, 16, 5, 20, tzinfo=UTC)
NAME = "of-that-spring"
OWN = {"LLAMA_PIPELINE": "tests.support.handlers_of_the_alert"}
WITHIN_S = 30.0


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("selections")
    with running(folder / "home", environment=OWN) as system:
        system.ingest(a_notice(folder, "S230416a"))
        system.run("selection", "add", NAME, "eventid_filter=S2304*", "label=preliminary")
        system.ingest(a_notice(folder, "S230417b"), a_notice(folder, "S230501c"))
        yield system


def a_notice(folder: Path, event: str) -> Path:
    """Write a notice of an event that is no mock."""
    mock = mock_notice(MERGED, rounds=0)
    path = folder / f"{event}.json"
    path.write_bytes(mock.replace(json.loads(mock)["superevent_id"].encode(), event.encode()))
    return path


async def first_of(count: int) -> list[Change]:
    found: list[Change] = []
    async for change in llama.subscribe(selection=NAME, offset="earliest", timeout=WITHIN_S):
        found.append(change)
        if len(found) == count:
            break
    return found


async def test_it_begins_with_what_is_in_it_and_goes_on_with_what_enters(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_HOME", str(system.home))

    told = [one.message for one in await first_of(2)]

    moves = [(one.event, one.change) for one in told if isinstance(one, SelectionChanged)]
    assert moves == [("S230416a", "entered"), ("S230417b", "entered")]


def test_it_is_listed_with_who_defined_it(system: System) -> None:
    address = json.loads((system.home / "run" / "addresses.json").read_text())["http"]

    [listed] = system.json("selection", "ls")

    assert (listed["name"], listed["criteria"]) == (NAME, "eventid_filter=S2304*,label=preliminary")
    assert listed["by"]
    assert httpx.get(f"http://{address}/selections").json() == {"selections": [listed]}
    assert NAME in system.run("selection", "ls").stdout.decode()


def test_a_name_that_no_event_has_is_told_when_it_is_added(system: System) -> None:
    odd = ("fileexists=alert.jsn", "p_gt=BNSX:0.5")
    added = system.run("selection", "add", "odd", *odd)
    system.run("selection", "rm", "odd")

    assert b"odd stands: fileexists=alert.jsn,p_gt=BNSX:0.5" in added.stdout
    assert b"no event has a file alert.jsn (did you mean alert.json?)" in added.stderr
    assert b"no event is of a class BNSX" in added.stderr


def test_what_cannot_stand_is_refused(system: System) -> None:
    refused = system.run("selection", "add", "recent", "modafter=2h", check=False)
    unknown = system.run("selection", "rm", "recent", check=False)

    assert refused.returncode == 2
    assert b"merely because time goes by" in refused.stderr
    assert unknown.returncode == 1
    assert NAME.encode() in unknown.stderr


def test_one_that_has_ended_is_listed_no_more(system: System) -> None:
    system.run("selection", "add", "short-lived", "vetoed=true", "--reason", "to try")
    system.run("selection", "rm", "short-lived")

    assert [row["name"] for row in system.json("selection", "ls")] == [NAME]
    system.run("verify")
