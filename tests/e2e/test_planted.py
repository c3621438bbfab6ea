"""Damage that is planted in a running system: `llama verify` finds it and calls it by its name."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from llama.adapters.git.names import ref_of
from llama.adapters.postgres.table_copies import PROJECTED_TABLES
from llama.handlers.mock import mock_notice
from tests.support.kafka import embedded_process
from tests.support.system import System, running

pytestmark = pytest.mark.xdist_group("planted")
MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = {"LLAMA_PIPELINE": "tests.support.handlers_of_the_alert"}
DIGEST = "repeat('a', 64)"
WRONG_ROWS = {
    "facts": "update facts set outcome = 'ignored' where sequence = 1",
    "places": "update places set place = place + interval '1 second'",
    "events": "update events set settled = not settled",
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


def artifact(system: System) -> Path:
    """Return the place of some file's bytes."""
    [row] = system.json("status")
    files = system.json("status", row["event"])["files"]
    digest = next(one["digest"] for one in files if one["digest"])
    return next(path for path in (system.home / "artifacts").rglob(f"*{digest[4:]}"))


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


def test_an_undamaged_system_has_no_problems(system: System) -> None:
    assert problems(system) == []


def test_a_wrong_row_in_any_table_is_found_and_a_rebuild_is_the_remedy(system: System) -> None:
    execute(system, *WRONG_ROWS.values())

    named = {subject for check, subject in problems(system) if check == "tables"}
    system.run("rebuild")

    assert set(WRONG_ROWS) == {*PROJECTED_TABLES, "states"}
    assert named == set(WRONG_ROWS)
    assert problems(system) == []


def test_a_missing_and_an_altered_artifact_are_found(system: System) -> None:
    path = artifact(system)
    content = path.read_bytes()
    path.unlink()
    missing = problems(system)
    path.write_bytes(b"altered" + content)
    altered = problems(system)
    path.write_bytes(content)

    assert [check for check, _ in missing if check == "artifacts"] == ["artifacts"]
    assert [check for check, _ in altered if check == "artifacts"] == ["artifacts"]
    assert problems(system) == []


def test_a_stale_lock_is_found(system: System) -> None:
    root, _, _ = repository(system)
    lock = root / "packed-refs.lock"
    lock.touch()
    os.utime(lock, (time.time() - 3600, time.time() - 3600))

    found = problems(system)
    lock.unlink()

    assert found == [("history", lock.relative_to(system.home / "history").as_posix())]


def test_a_rewritten_commit_is_found(system: System) -> None:
    root, ref, commit = repository(system)
    other = git(root, "commit-tree", f"{commit}^{{tree}}", "-m", "rewritten").strip()
    git(root, "update-ref", ref, other)

    found = problems(system)
    git(root, "update-ref", ref, commit)

    [row] = system.json("status")
    assert ("history", row["event"]) in found


def test_a_truncated_segment_is_found(system: System, tmp_path: Path) -> None:
    shutil.copytree(system.home / "broker", tmp_path / "data")
    segments = [path for path in (tmp_path / "data").rglob("*") if "llama.facts" in str(path)]
    longest = max((path for path in segments if path.is_file()), key=lambda one: one.stat().st_size)
    os.truncate(longest, longest.stat().st_size // 2)

    with embedded_process(tmp_path) as server:
        damaged = System(system.home, {**SETTINGS, "LLAMA_KAFKA": server.address})
        found = problems(damaged)

    assert [subject[:11] for check, subject in found if check == "log"] == ["llama.facts"]
