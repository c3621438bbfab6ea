"""The command line, as an operator uses it on a system with one event."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llama import DEFAULT_PIPELINE
from llama.domain.resources import without_resources
from llama.handlers.mock import mock_notice
from tests.support.system import System, running, wait_until

ABSENT = "the event has no usable external_skymap in alert.json"
MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMANDS = (
    *("up", "down", "ingest", "status", "cat", "why", "graph", "log", "export", "verify", "demo"),
    *("dlq", "make"),
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("commands")
    notice = folder / "notice.json"
    notice.write_bytes(mock_notice(MERGED, rounds=2))
    with running(folder / "home") as system:
        system.ingest(notice)
        yield system


@pytest.fixture(scope="module")
def event(system: System) -> str:
    return system.json("status")[0]["event"]


def test_status_tells_every_file_with_status_reason_version_and_digest(
    system: System, event: str
) -> None:
    status = system.json("status", event)

    assert status["event"] == event
    assert status["settled"]
    assert status["flags"]["ROLE"] == "test"
    files = {file["name"]: file for file in status["files"]}
    assert set(files) == {one.FILENAME for one in without_resources(DEFAULT_PIPELINE).values()}
    masked = files.pop("external_overlap.json")
    assert (masked["status"], masked["reason"]) == ("masked", ABSENT)
    for file in files.values():
        assert (file["status"], file["version"], len(file["digest"])) == ("current", 0, 64)
        assert file["reason"]


def test_cat_writes_the_bytes_of_a_file(system: System, event: str) -> None:
    assert system.run("cat", event, "skymap.png").stdout.startswith(b"\x89PNG")
    assert json.loads(system.run("cat", event, "alert.json").stdout)["superevent_id"] == event
    assert system.run("cat", event, "SkymapPlot").stdout.startswith(b"\x89PNG")


def test_why_tells_inputs_and_the_run(system: System, event: str) -> None:
    text = system.run("why", event, "skymap.fits").stdout.decode()
    explained = system.json("why", event, "skymap.fits")

    assert "alert.json#skymap" in text
    assert explained["made"]["version"] == 0


@pytest.mark.parametrize(
    ("suffix", "beginning"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_graph_draws_in_each_form(
    system: System, event: str, suffix: str, beginning: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "missing" / "folder" / f"graph.{suffix}"

    done = system.run("graph", event, "-o", path)

    assert path.read_bytes().startswith(beginning)
    assert done.stderr == b""


def test_log_tells_all_that_happened_in_order(system: System, event: str) -> None:
    log = system.json("log", event)
    newest = system.json("log", event, "-n", "2")
    told = " ".join(system.run("log", event).stdout.decode().split())

    assert [one["sequence"] for one in log] == list(range(1, len(log) + 1))
    assert log[0]["what"] == "PRELIMINARY notice of 2026-11-22 12:20:00"
    assert {one["fact"]["kind"] for one in log} == {
        *("TriggerReceived", "PipelineAdopted", "FileGenerated")
    }
    assert newest == log[-2:]
    assert "made skymap.fits in" in told


def test_log_lists_the_revisions_of_files_newest_first(system: System, event: str) -> None:
    log = system.json("log", event, "--files")

    assert log[-1]["parent"] is None
    assert [entry["parent"] for entry in log[:-1]] == [entry["commit"] for entry in log[1:]]
    assert log[-1]["message"].startswith("PRELIMINARY notice of 2026-11-22T12:20:00Z")


def test_verify_says_that_all_is_well(system: System) -> None:
    assert system.json("verify") == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(system: System, command: str) -> None:
    text = system.run(command, "-h").stdout.decode()

    assert "Usage: " in text
    assert "--help" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("status", "S990101a"), "nothing about S990101a has come in"),
        (("cat", "@", "nothing.here"), "has no file nothing.here: it has alert.json"),
        (("why", "@", "nothing.txt"), "has no file nothing.txt"),
        (("why", "@", "SkymapInf"), "has no file SkymapInf (did you mean skymap_info.json?)"),
        (("status", "@x"), "(did you mean @?): `llama status` lists"),
        (("graph", "@", "-o", "picture.gif"), "picture.gif has none of the suffixes .dot, .svg"),
        (("dlq", "show", "x"), "there is no dead letter x: `llama dlq ls` lists them"),
        (("ingest", "absent.json"), "absent.json is not a file that can be read"),
    ],
)
def test_errors_say_what_happened_to_what_and_what_to_do(
    system: System, event: str, arguments: tuple[str, ...], words: str
) -> None:
    done = system.run(*(word.replace("@", event) for word in arguments), check=False)

    assert done.returncode != 0
    assert words.replace("@", event) in " ".join(done.stderr.decode().split())


@pytest.mark.parametrize("options", [(), ("--detach",), ("--separate",)])
def test_up_of_a_running_system_changes_nothing_and_says_where_it_is(
    system: System, options: tuple[str, ...]
) -> None:
    before = system.pids()

    shown = system.run("up", *options).stdout.decode()

    address = (system.home / "run" / "gateway.address").read_text().strip()
    assert shown.startswith(
        f"it runs already with pipeline default (25 handlers): http://{address} "
    )
    assert system.pids() == before


@pytest.mark.parametrize(
    ("pipeline", "code", "words"),
    [
        ("default", 0, "it runs already with pipeline default (25 handlers)"),
        ("my", 1, "with pipeline default (25 handlers) and not with LLAMA_PIPELINE=my: stop it"),
        ("absent", 2, "LLAMA_PIPELINE=absent: there is no module absent"),
    ],
)
def test_up_of_a_system_that_runs_with_another_pipeline_is_refused(
    system: System, tmp_path: Path, pipeline: str, code: int, words: str
) -> None:
    (tmp_path / "my.py").write_text("from llama.handlers import PIPELINE\n")
    asked = System(system.home, {"LLAMA_PIPELINE": pipeline}, folder=tmp_path)

    done = asked.run("up", "--detach", check=False)

    assert done.returncode == code
    assert words in " ".join((done.stdout + done.stderr).decode().split())


def test_commands_without_a_system_say_how_to_start_one(tmp_path: Path) -> None:
    done = System(tmp_path / "home").run("status", check=False)

    assert done.returncode == 1
    assert b"llama up" in done.stderr


def test_down_without_a_system_is_no_error(tmp_path: Path) -> None:
    assert b"nothing runs" in System(tmp_path / "home").run("down").stdout


def test_a_killed_supervisor_leaves_nothing_that_down_does_not_clear(tmp_path: Path) -> None:
    system = System(tmp_path / "home")
    system.run("up", "--detach")
    left = system.processes()
    left[0].kill()

    done = system.run("status", check=False)
    system.run("down")

    assert b"nothing runs under" in done.stderr
    wait_until(lambda: not any(process.is_running() for process in left), "all have ended")


def test_the_gateway_keeps_its_address_when_it_is_started_again(system: System) -> None:
    address = (system.home / "run" / "gateway.address").read_text()

    system.kill("services")

    wait_until(lambda: _answers(f"http://{address}/livez"), "the gateway answers again")
    assert (system.home / "run" / "gateway.address").read_text() == address


def test_a_notice_tells_what_it_did(system: System, event: str, tmp_path: Path) -> None:
    older = tmp_path / "older.json"
    older.write_bytes(mock_notice(MERGED, rounds=0, latency=timedelta(minutes=1)))

    first, again = system.ingest(older), system.ingest(older)

    assert first[0]["outcome"] == "older than the newest: changes nothing"
    assert again[0]["outcome"] == "known already"


def test_who_stops_waiting_is_told_what_became_of_the_notices(
    system: System, tmp_path: Path
) -> None:
    notice = tmp_path / "third.json"
    notice.write_bytes(mock_notice(MERGED + timedelta(days=2), rounds=0))

    done = system.run("ingest", notice, "--wait", "--timeout", "0", check=False)

    assert done.returncode == 1
    assert b"third.json" in done.stdout
    assert "stopped waiting after 0 s" in " ".join(done.stderr.decode().split())


def test_what_is_waited_for_is_shown_while_it_is_made(system: System, tmp_path: Path) -> None:
    notice = tmp_path / "another.json"
    notice.write_bytes(mock_notice(MERGED + timedelta(days=1), rounds=0))

    told = system.run("ingest", notice, "--wait").stderr.decode()

    assert "1 of 1 notices read" in told
    assert "1 of 1 events settled" in told


def test_a_refused_notice_is_no_failure_and_is_shown_by_its_id(
    system: System, tmp_path: Path
) -> None:
    notice = tmp_path / "refused.json"
    notice.write_text('{"no": "notice"}')

    [told] = system.ingest(notice)

    letter = system.json("dlq", "show", told["dead_letter"][:10])
    assert (letter["id"], letter["reason"]) == (told["dead_letter"], "not_a_notice")
    assert system.run("dlq", "show", letter["id"], "--raw").stdout == notice.read_bytes()


def test_an_event_that_a_flag_began_is_listed_and_awaits_a_notice(system: System) -> None:
    system.run("flags", "MS990101a", "UPLOAD=true", "--reason", "a test")

    [row] = [row for row in system.json("status") if row["event"] == "MS990101a"]

    assert row["alert_type"] == ""
    assert b"MS990101a: awaits a notice" in system.run("status", "MS990101a").stdout
    assert b"awaits a notice" in system.run("status").stdout


def test_an_unknown_setting_is_refused_by_name(tmp_path: Path) -> None:
    system = System(tmp_path / "home", {"LLAMA_KAFKAS": "localhost:9092"})

    done = system.run("status", check=False)

    assert done.returncode != 0
    assert b"LLAMA_KAFKAS is not a setting" in done.stderr


def test_the_demo_ends_well_twice_and_leaves_its_results(tmp_path: Path) -> None:
    system = System(tmp_path / "home")

    for _ in range(2):
        shown = system.run("demo").stdout.decode()

        assert "from the alert to the last file: " in shown
    results = sorted((system.home / "events").glob("MS*/summary.html"))
    assert len(results) == 2


def test_the_demo_takes_a_notice_of_ones_own_and_says_why_it_is_refused(tmp_path: Path) -> None:
    notice = tmp_path / "notice.json"
    notice.write_text("{}")

    done = System(tmp_path / "home").run("demo", "--alert", notice, check=False)

    assert done.returncode == 1
    assert b"was refused: not_a_notice" in done.stderr


def test_planted_corruption_is_found_and_named(system: System, event: str) -> None:
    """Last in this module: it breaks the system's artifacts, and mends them."""
    files = system.json("status", event)["files"]
    digest = next(one["digest"] for one in files if one["name"] == "skymap.png")
    (blob,) = (path for path in (system.home / "artifacts").rglob(f"*{digest}*") if path.is_file())
    content = blob.read_bytes()
    blob.chmod(0o644)
    blob.write_bytes(content[:-1] + b"?")

    done = system.run("verify", "--json", check=False)

    assert done.returncode == 1
    assert ("artifacts", digest) in {
        (problem["check"], problem["subject"]) for problem in json.loads(done.stdout)
    }
    blob.write_bytes(content)
    assert system.json("verify") == []


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "llama.cli", "--help"], capture_output=True, check=True
    )

    assert b"Commands" in done.stdout


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return reply.status == 200
    except OSError:
        return False
