"""Watching, looking back and replaying, as people do it beside a running system."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from llama.handlers.mock import mock_notice
from tests.support.small_pipeline import SMALL
from tests.support.system import System, running

MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("following")
    notice = folder / "notice.json"
    notice.write_bytes(mock_notice(MERGED, rounds=0))
    with running(folder / "home", environment=SMALL) as system:
        system.ingest(notice)
        yield system


@pytest.fixture(scope="module")
def event(system: System) -> str:
    return system.json("status")[0]["event"]


@contextmanager
def watching(system: System, *arguments: str) -> Generator["subprocess.Popen[bytes]"]:
    """Run `llama watch --json` for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "llama.cli", "watch", "--json", *arguments],
        env={**os.environ, "LLAMA_HOME": str(system.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def changes(process: "subprocess.Popen[bytes]", count: int) -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(count)]


async def cut_all_connections(system: System) -> None:
    """Do to everybody what a restart of the database does."""
    found = json.loads((system.home / "run" / "addresses.json").read_text())
    connection = await asyncpg.connect(found["database_url"])
    try:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            " and application_name = 'llama'"
        )
    finally:
        await connection.close()


def test_watch_tells_everything_and_goes_on_behind_an_id(system: System, event: str) -> None:
    facts = _facts(system, event)
    with watching(system, event, "--since", "1d") as process:
        seen = changes(process, len(facts))
        process.send_signal(signal.SIGINT)
        ended = process.wait(timeout=30)
    with watching(system, "--from", seen[1]["id"]) as process:
        again = changes(process, len(seen) - 2)

    assert ended == 0
    assert again == seen[2:]
    assert seen[-1]["settled"]


def test_watch_hears_of_an_act_and_outlives_the_database(system: System, event: str) -> None:
    with watching(system, event) as process:
        assert process.stderr is not None
        assert b"following from" in process.stderr.readline()
        system.run("flags", event, "MANUAL=true", "--reason", "a test")
        [first] = changes(process, 1)
        asyncio.run(cut_all_connections(system))
        system.run("flags", event, "MANUAL=false", "--reason", "a test")
        [second] = changes(process, 1)

    assert (first["flags"], second["flags"]) == ({"MANUAL": True}, {"MANUAL": False})
    assert second["sequence"] == first["sequence"] + 1


def test_the_gateway_streams_the_same_changes(system: System, event: str) -> None:
    with watching(system, event, "--since", "1d") as process:
        expected = changes(process, 3)
    url = f"{_address(system)}/changes?from=0:0&eventid_filter={event}"
    with urllib.request.urlopen(url, timeout=30) as stream:
        kind = stream.headers["Content-Type"]
        lines = [stream.readline().decode() for _ in range(4 + 3 * 4)]

    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data")]
    assert kind.startswith("text/event-stream")
    assert told == [{name: one[name] for name in one if name != "id"} for one in expected]


def test_what_was_is_told_alike_by_command_and_gateway(system: System, event: str) -> None:
    [noticed, *_, last] = _facts(system, event)
    then = noticed["fact"]["occurred_at"]

    status = system.json("status", event, "--as-of", then)
    listed = system.json("status", "--as-of", then)
    log = system.json("log", event, "--files", "--as-of", then)
    whole = system.json("status", event, "--as-of", last["fact"]["occurred_at"])

    assert _asked(system, f"/events/{event}?as_of={then}") == status
    assert {one["status"] for one in status["files"]} != {"current"}
    assert ([row["event"] for row in listed], len(log)) == ([event], 1)
    assert {one["status"] for one in whole["files"]} == {"current"}


def test_a_moment_to_come_or_without_its_zone_is_refused(system: System, event: str) -> None:
    for text, why in (("2199-01-01", b"still to come"), ("2026-11-20T12:00", b"its zone")):
        refused = system.run("status", event, "--as-of", text, check=False)
        assert refused.returncode == 2
        assert why in b" ".join(refused.stderr.split() + refused.stdout.split())


def test_a_running_event_replays_the_same(system: System, event: str, tmp_path: Path) -> None:
    saved = tmp_path / "baseline"

    replayed = system.json("replay", event, "--save", saved)
    again = system.json("replay", saved)

    verdicts = {one["file"]: one["verdict"] for one in replayed["events"][event]}
    assert set(verdicts.values()) == {"same"}
    assert verdicts == {one["file"]: one["verdict"] for one in again["events"][event]}


def _facts(system: System, event: str) -> list[dict[str, Any]]:
    return _asked(system, f"/events/{event}/facts")["facts"]


def _asked(system: System, path: str) -> Any:
    with urllib.request.urlopen(f"{_address(system)}{path}", timeout=30) as answer:
        return json.load(answer)


def _address(system: System) -> str:
    return f"http://{(system.home / 'run' / 'gateway.address').read_text().strip()}"
