"""Damage that is planted in a running system: `llama verify` finds it and calls it by its name."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from llama.adapters.git.names import ref_of
from llama.adapters.kept_artifacts import TABLE
from llama.adapters.postgres.table_copies import PROJECTED_TABLES
from llama.handlers.mock import mock_notice
from tests.support.kafka import embedded_process
from tests.support.system import System, running

MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = {"LLAMA_PIPELINE": "tests.support.handlers_of_the_alert"}
DIGEST = "repeat('a', 64)"
WRONG_ROWS = {
    "facts": "update facts set outcome = 'ignored' where sequence = 1",
    "events": "update events set settled = not settled",
    "event_spans": "insert into event_spans select now() + interval '1 day', * from events",
    "files": "delete from files where position = 0",
    "file_versions": "delete from file_versions where version = 0",
    "flag_changes": "update flag_changes set value = 'perhaps'",
    "holds": "insert into holds select event, 'Notes', 'frozen', '' from events",
    "failures": (
        "insert into failures (event, handler, need, attempt, number, error, message, at) "
        "select event, 'Notes', 'n', 1, 1, 'crash', '', now() from events"
    ),
    "revisions": f"update revisions set commit = left({DIGEST}, 40) where number = 0",
    "dead_letters": "insert into dead_letters values ('lost', now(), 'not_json', '')",
    "neutrinos": (
        "insert into neutrinos values ('1_2', false, 0, now(), now(), 1, 1, 1, 1, 'observation', "
        f"'', false, {DIGEST}, 'm')"
    ),
    "notice_copies": (
        "insert into notice_copies select 't', 0, 99, now(), '', raw, 1, false, 'event', 'S1', '', "
        "'i', 'm', 0, 99 from notice_copies limit 1"
    ),
    "external_triggers": (
        "insert into external_triggers values ('Fermi', '1', false, 0, now(), now(), 'grb', '', "
        f"'', 1, 1, 1, 0.9, 0, '{{}}', null, false, {DIGEST}, 'm')"
    ),
    "source_gaps": (
        "insert into source_gaps values ('g', 's', 'silence', now(), null, '', null, null)"
    ),
    "states": "update states set sequence = sequence + 1 where consumer = 'projection'",
}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("planted")
    notice = folder / "notice.json"
    notice.write_bytes(mock_notice(MERGED, rounds=0))
    with running(folder / "home", environment=SETTINGS) as system:
        system.run("ingest", notice, "--wait")
        yield system


def problems(system: System) -> list[tuple[str, str]]:
    """Return what `llama verify` finds: the check and what it is about."""
    found: list[dict[str, Any]] = json.loads(system.run("verify", "--json", check=False).stdout)
    return [(one["check"], one["subject"]) for one in found]


def execute(system: System, *statements: str) -> None:
    addresses = json.loads((system.home / "run" / "addresses.json").read_text())

    async def run() -> None:
        connection = await asyncpg.connect(addresses["database_url"])
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def artifacts(system: System) -> list[str]:
    """Return the digests of the event's files."""
    [row] = system.json("status")
    digests = {one["digest"] for one in system.json("status", row["event"])["files"]}
    return sorted(digests - {None})


def repository(system: System) -> tuple[Path, str, str]:
    """Return the repository with the event's history, its ref there, and the newest commit."""
    [row] = system.json("status")
    ref = ref_of(row["event"])
    for config in sorted((system.home / "history").rglob("config")):
        commit = git(config.parent, "for-each-ref", "--format=%(objectname)", ref).strip()
        if commit:
            return config.parent, ref, commit
    raise AssertionError("there is no history")


def git(folder: Path, *arguments: str) -> str:
    who = {
        f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "--git-dir", str(folder), *arguments],
        env={**os.environ, **who},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


@contextmanager
def a_changed_row(system: System, digest: str, content: bytes | None) -> Generator[None]:
    """Change the bytes of a small artifact, or take them away, for as long as the block lasts."""
    with closing(sqlite3.connect(system.home / "artifacts" / TABLE, timeout=60)) as rows:
        said = "select content from artifacts where digest = ?"
        [(before,)] = rows.execute(said, (digest,)).fetchall()
        with rows:
            rows.execute("delete from artifacts where digest = ?", (digest,))
            if content is not None:
                rows.execute("insert into artifacts values (?, ?)", (digest, content))
        yield
        with rows:
            rows.execute("insert or replace into artifacts values (?, ?)", (digest, before))


@contextmanager
def a_stale_lock(lock: Path) -> Generator[None]:
    """Leave a lock of an hour ago for as long as the block lasts."""
    lock.touch()
    os.utime(lock, (time.time() - 3600, time.time() - 3600))
    yield
    lock.unlink()


@contextmanager
def a_rewritten_commit(root: Path, ref: str, commit: str) -> Generator[None]:
    """Let a history end with another commit for as long as the block lasts."""
    other = git(root, "commit-tree", f"{commit}^{{tree}}", "-m", "rewritten").strip()
    git(root, "update-ref", ref, other)
    yield
    git(root, "update-ref", ref, commit)


@dataclass(frozen=True, slots=True)
class Damage:
    """What was planted, and what was found while it was there."""

    digests: set[str]
    """Of one artifact that was gone, and of one that was altered."""
    lock: str
    event: str
    found: list[tuple[str, str]]


@pytest.fixture(scope="module")
def before(system: System) -> list[tuple[str, str]]:
    """Return what is found before anything is damaged."""
    return problems(system)


@pytest.fixture(scope="module")
def damage(system: System, before: list[tuple[str, str]]) -> Damage:
    """Plant everything at once, look, and take away all but the wrong rows."""
    [row] = system.json("status")
    gone, odd = artifacts(system)[:2]
    root, ref, commit = repository(system)
    lock = root / "packed-refs.lock"
    execute(system, *WRONG_ROWS.values())
    with (
        a_changed_row(system, gone, None),
        a_changed_row(system, odd, b"altered"),
        a_stale_lock(lock),
        a_rewritten_commit(root, ref, commit),
    ):
        found = problems(system)
    told = lock.relative_to(system.home / "history").as_posix()
    return Damage({gone, odd}, told, row["event"], found)


def test_an_undamaged_system_has_no_problems(before: list[tuple[str, str]]) -> None:
    assert before == []


def test_a_wrong_row_in_any_table_is_found(damage: Damage) -> None:
    named = {subject for check, subject in damage.found if check == "tables"}

    assert set(WRONG_ROWS) == {*PROJECTED_TABLES, "states"}
    assert named == set(WRONG_ROWS)


def test_a_missing_and_an_altered_artifact_are_found(damage: Damage) -> None:
    assert {subject for check, subject in damage.found if check == "artifacts"} == damage.digests


def test_a_stale_lock_and_a_rewritten_commit_are_found(damage: Damage) -> None:
    named = [subject for check, subject in damage.found if check == "history"]

    assert sorted(named) == sorted([damage.event, damage.lock])


def test_a_rebuild_is_the_remedy_for_wrong_rows_and_nothing_else_is_left(
    system: System, damage: Damage
) -> None:
    assert damage.found

    system.run("rebuild")

    assert problems(system) == []


def test_a_truncated_segment_is_found(system: System, tmp_path: Path) -> None:
    shutil.copytree(system.home / "broker", tmp_path / "data")
    segments = [path for path in (tmp_path / "data").rglob("*") if "llama.facts" in str(path)]
    longest = max((path for path in segments if path.is_file()), key=lambda one: one.stat().st_size)
    os.truncate(longest, longest.stat().st_size // 2)

    with embedded_process(tmp_path) as server:
        damaged = System(system.home, {**SETTINGS, "LLAMA_KAFKA": server.address})
        found = problems(damaged)

    assert [subject[:11] for check, subject in found if check == "log"] == ["llama.facts"]
