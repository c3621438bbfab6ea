"""The log of an event in a folder: whole lines only, whatever happens to the writer."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llama.adapters.event_folder.log import FileLog
from llama.domain.errors import EventFolderCorrupt
from schemas.facts import FileDeleted
from tests.support.facts import EVENT, START


def a_fact(name: str) -> FileDeleted:
    return FileDeleted(id=name, occurred_at=START, event=EVENT, handler="Plot")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    log = tmp_path / "facts.jsonl"
    log.touch()
    return log


def ids(log: FileLog, after: int = 0) -> list[str]:
    return [fact.id for fact in log.facts(after)[0]]


def test_facts_come_back_in_order(path: Path) -> None:
    log = FileLog(path)
    log.append([a_fact("1"), a_fact("2")])
    log.append([a_fact("3")])

    assert log.facts(0)[0] == [a_fact("1"), a_fact("2"), a_fact("3")]


def test_only_what_is_behind_a_place_is_read(path: Path) -> None:
    log = FileLog(path)
    log.append([a_fact("1")])
    place = log.facts(0)[1]
    log.append([a_fact("2")])

    assert ids(log, place) == ["2"]
    assert log.facts(log.facts(0)[1]) == ([], path.stat().st_size)


def test_nothing_is_appended_when_there_is_nothing(path: Path) -> None:
    FileLog(path).append([])

    assert path.read_bytes() == b""


@pytest.mark.parametrize("kept", [1, 40, -2, -1])
def test_a_torn_last_line_is_left_out_and_written_over(path: Path, kept: int) -> None:
    log = FileLog(path)
    log.append([a_fact("1")])
    first = path.read_bytes()
    path.write_bytes(first + first[:kept])

    assert ids(log) == ["1"]
    log.append([a_fact("2")])
    assert ids(log) == ["1", "2"]


def test_a_torn_line_longer_than_a_block_is_written_over(path: Path) -> None:
    log = FileLog(path)
    log.append([a_fact("1")])
    with path.open("ab") as file:
        file.write(b"x" * 200_000)

    log.append([a_fact("2")])

    assert ids(log) == ["1", "2"]


@pytest.mark.parametrize("garbage", [b"{}\n", b"\n", b"\x00\xff\n", b'{"kind": "Unheard"}\n'])
def test_a_line_that_is_no_fact_is_told(path: Path, garbage: bytes) -> None:
    log = FileLog(path)
    log.append([a_fact("1")])
    with path.open("ab") as file:
        file.write(garbage)

    with pytest.raises(EventFolderCorrupt, match=r"no fact.*restore the file"):
        log.facts(0)


def test_a_log_that_has_become_shorter_is_told(path: Path) -> None:
    log = FileLog(path)
    log.append([a_fact("1")])
    place = log.facts(0)[1]
    path.write_bytes(b"")

    with pytest.raises(EventFolderCorrupt, match="shorter"):
        log.facts(place)


def test_a_carriage_return_ends_no_line(path: Path) -> None:
    log = FileLog(path)
    log.append([a_fact("1").model_copy(update={"reason": "one\rtwo\u2028three\n"})])

    assert [fact.model_dump()["reason"] for fact in log.facts(0)[0]] == ["one\rtwo\u2028three\n"]


def test_what_cannot_be_written_leaves_the_log_as_it_was(path: Path) -> None:
    log = FileLog(path)
    log.append([a_fact("1")])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 50, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            log.append([a_fact("2")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)

    assert path.read_bytes().count(b"\n") == 1
    assert path.read_bytes().endswith(b"\n")
    log.append([a_fact("3")])
    assert ids(log) == ["1", "3"]


APPEND_FOR_EVER = """
import sys
from pathlib import Path
from llama.adapters.event_folder.log import FileLog
from tests.contract.event_folder.test_file_log import a_fact
log, number = FileLog(Path(sys.argv[1])), 0
while True:
    log.append([a_fact(str(number))])
    number += 1
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 30])
def test_a_killed_writer_loses_nothing_it_had_acknowledged(
    path: Path, repository_root: Path, after: int
) -> None:
    command = [sys.executable, "-c", APPEND_FOR_EVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=repository_root) as writer:
        assert writer.stdout is not None
        acknowledged = 0
        while acknowledged < after:
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        rest = writer.stdout.read().split()
        acknowledged = int(rest[-1]) if rest else acknowledged

    found = [int(number) for number in ids(FileLog(path))]
    assert found == list(range(len(found)))
    assert len(found) >= acknowledged
