"""Hostile input through the whole system: refused with a reason, and nothing else happens."""

import gzip
from pathlib import Path

import pytest

from tests.support.notices import a_gzip_bomb, a_notice, an_event, mutants
from tests.support.system import System, running

MOST_MB = 300
MUTANTS = 500
BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE v [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<voe:VOEvent>&b;</voe:VOEvent>"""

HOSTILE: dict[str, tuple[bytes, str]] = {
    "oversized": (b'{"superevent_id": "' + b"S" * 17_000_000 + b'"}', "too_large"),
    "bomb.json": (a_notice(event=an_event(skymap=a_gzip_bomb(200_000_000))), "decompression_bomb"),
    "entities.xml": (BILLION_LAUGHS, "unsupported_format"),
    "notice.json.gz": (gzip.compress(a_notice()), "unsupported_format"),
    "deep.json": (b'{"a":' * 2_000, "not_json"),
    "traversal.json": (a_notice(superevent_id="../../../etc/S190814bv"), "bad_event_id"),
    "ref.json": (a_notice(superevent_id="refs/heads/main"), "bad_event_id"),
    "zero.json": (a_notice(superevent_id="S190814bv\0"), "bad_event_id"),
    "digits.json": (a_notice(superevent_id="S\u0661\u0669\u0660814bv"), "bad_event_id"),
    "type.json": (a_notice(alert_type="$(reboot)"), "bad_alert_type"),
    "time.json": (a_notice(time_created="yesterday"), "bad_time"),
    "list.json": (b"[1, 2, 3]", "not_a_notice"),
    "empty": (b"", "unsupported_format"),
    "-rf": (b"-rf", "unsupported_format"),
    "$(touch evil)\n;.json": (b"{]", "not_json"),
}


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that stands for everything but LLAMA_HOME."""
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def system(outside: Path, tmp_path_factory: pytest.TempPathFactory):
    folders = {name: str(outside) for name in ("HOME", "XDG_DATA_HOME", "TMPDIR")}
    environment = {**folders, "LLAMA_PIPELINE": "tests.support.small_pipeline"}
    home = tmp_path_factory.mktemp("in") / "home"
    with running(home, environment=environment) as system:
        yield system


def test_each_hostile_file_is_a_dead_letter_with_its_reason(system: System, tmp_path: Path) -> None:
    paths = [_written(tmp_path / name, content) for name, (content, _) in HOSTILE.items()]

    receipts = system.json("ingest", "--wait", *paths)

    reasons = {Path(row["file"]).name: row["reason"] for row in receipts}
    assert reasons == {name: reason for name, (_, reason) in HOSTILE.items()}
    listed = {letter["id"] for letter in system.json("dlq", "ls")}
    assert {row["dead_letter"] for row in receipts} <= listed


def test_mutated_notices_crash_nothing(system: System, tmp_path: Path) -> None:
    before = system.pids()
    paths = [
        _written(tmp_path / f"{number}.json", mutant)
        for number, mutant in enumerate(mutants(a_notice(), MUTANTS, 7))
    ]

    receipts = system.json("ingest", "--wait", *paths)

    assert len(receipts) == MUTANTS
    assert all(row["event"] or row["reason"] for row in receipts)
    assert system.pids() == before
    system.run("verify")


def test_no_process_grows_beyond_its_limit(system: System) -> None:
    peaks = system.peaks_mb()

    assert max(peaks.values()) > 0
    assert {name: peak for name, peak in peaks.items() if peak > MOST_MB} == {}


def test_nothing_is_written_outside_of_home(system: System, outside: Path) -> None:
    """The socket of PostgreSQL may be there: its path must be short."""
    found = [path for path in outside.rglob("*") if path.is_file()]

    assert [path for path in found if not path.name.startswith(".s.PGSQL")] == []


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
