"""A list of neutrinos that was fetched too early does not stay final."""

from datetime import UTC, datetime
from pathlib import Path

from llama.handlers.mock import mock_notice
from tests.support.handlers_that_expire import COMPLETE, SOURCE
from tests.support.system import System, running, wait_until

COMPLETE_JOINT = b"from a list that is " + COMPLETE


def test_an_incomplete_neutrino_list_is_fetched_again_when_its_time_is_over(tmp_path: Path) -> None:
    source, notice = tmp_path / "source.txt", tmp_path / "notice.json"
    source.write_bytes(b"incomplete")
    notice.write_bytes(mock_notice(datetime(2026, 11, 22, 12, tzinfo=UTC), rounds=0))
    own = {"LLAMA_PIPELINE": "tests.support.handlers_that_expire", SOURCE: str(source)}
    with running(tmp_path / "home", environment=own) as system:
        event = system.ingest(notice)[0]["event"]
        first = system.run("cat", event, "joint.txt").stdout

        source.write_bytes(COMPLETE)
        wait_until(lambda: shown(system, event) == COMPLETE_JOINT, "the new list is used")
        status = system.json("status", event)

        assert first == b"from a list that is incomplete"
        assert (status["timers"], status["stale"]) == ([], False)
        system.run("verify")


def shown(system: System, event: str) -> bytes:
    return system.run("cat", event, "joint.txt", check=False).stdout
