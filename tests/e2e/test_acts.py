"""The operators' acts, on a system where one file always fails and another hangs."""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from llama.handlers.mock import mock_notice
from tests.support.handlers_for_acts import HANGING
from tests.support.system import System, running, wait_until

WHY = ("--reason", "a glitch", "--by", "ada")
SETTINGS = {"LLAMA_PIPELINE": "tests.support.handlers_for_acts", "LLAMA_LEASE_S": "1.5"}
MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("acts")
    notice = folder / "notice.json"
    notice.write_bytes(mock_notice(MERGED, rounds=0))
    with running(folder / "home", environment=SETTINGS) as system:
        system.run("ingest", notice)
        yield system


@pytest.fixture(scope="module")
def event(system: System) -> str:
    """Wait until all is made but for what hangs, and have its run killed."""
    wait_until(lambda: len(hanging(system)) == 1, "a run hangs")
    [name] = (row["event"] for row in system.json("status"))
    told = system.json("cancel", name, "hanging.txt", *WHY)
    assert told["outcome"] == "applied"
    wait_until(lambda: not hanging(system), "the run that hung is killed")
    return name


def hanging(system: System) -> list[psutil.Process]:
    return [process for process in system.processes() if is_hanging(process)]


def is_hanging(process: psutil.Process) -> bool:
    try:
        return process.cmdline() == HANGING
    except psutil.NoSuchProcess:
        return False


def status(system: System, event: str, file: str) -> dict[str, Any]:
    files = system.json("status", event)["files"]
    return next(one for one in files if one["name"] == file)


def test_a_cancelled_run_is_killed_and_has_failed(system: System, event: str) -> None:
    again = system.run("cancel", event, "Hanging", *WHY, check=False)

    assert status(system, event, "hanging.txt")["reason"] == "cancelled: a glitch"
    assert again.returncode == 1
    assert b"no run of Hanging is wanted" in again.stdout.replace(b"\n", b" ")
    assert not hanging(system)


def test_a_veto_holds_until_it_is_lifted(system: System, event: str) -> None:
    vetoed = system.json("veto", event, "Notes", *WHY, "--request", "v1")
    again = system.json("veto", event, "Notes", *WHY, "--request", "v1")
    lifted = system.json("unveto", event, "notes.json", *WHY)

    assert (vetoed["outcome"], again["outcome"], lifted["outcome"]) == (
        "applied",
        "known already",
        "applied",
    )
    assert [fact["status"] for fact in vetoed["facts"]] == ["vetoed"]
    assert (vetoed["request"], vetoed["by"], vetoed["reason"]) == ("v1", "ada", "a glitch")
    assert status(system, event, "title.txt")["status"] == "current"


def test_flags_change_one_by_one_and_are_printed(system: System, event: str) -> None:
    system.run("flags", event, "BLINDED_NEUTRINOS=true", *WHY)
    told = system.json("flags", event, "--preset", "TRIGGERED_TEST", "MANUAL=on", *WHY)
    flags = system.json("flags", event)

    assert told["facts"][0]["subject"] == "BLINDED_NEUTRINOS=false MANUAL=true"
    assert (flags["ROLE"], flags["MANUAL"], flags["BLINDED_NEUTRINOS"]) == ("test", True, False)


def test_a_file_is_put_from_standard_input_deleted_and_made_again(
    system: System, event: str
) -> None:
    put = system.run("put", event, "notes.json", "-", *WHY, "--json", given=b'{"title": "mine"}')
    shown = system.run("cat", event, "notes.json").stdout
    deleted = system.json("delete", event, "Notes", *WHY)
    system.run("make", event, "title.txt")

    assert (json.loads(put.stdout)["outcome"], deleted["outcome"]) == ("applied", "applied")
    assert json.loads(shown) == {"title": "mine"}
    assert json.loads(system.run("cat", event, "notes.json").stdout)["text"] == "made"
    assert status(system, event, "title.txt")["status"] == "current"


def test_a_frozen_file_is_not_replaced(system: System, event: str, tmp_path: Path) -> None:
    content = tmp_path / "title.txt"
    content.write_text("mine")
    system.run("freeze", event, "title.txt", *WHY)
    refused = system.run("put", event, "Title", content, *WHY, "--json", check=False)
    system.run("unfreeze", event, "title.txt", *WHY)

    assert refused.returncode == 1
    unfreeze = f"is frozen: `llama unfreeze {event} title.txt --reason TEXT` first"
    assert unfreeze in refused.stdout.decode()


def test_what_failed_is_run_again_on_request(system: System, event: str) -> None:
    told = system.json("retry", event, "hopeless.txt", *WHY)
    made = system.run("make", event, "hopeless.txt", "--json", check=False)

    assert told["outcome"] == "applied"
    assert made.returncode == 1
    ran = {one["why"] for one in json.loads(made.stdout)["ran"]}
    assert ran == {"permanent: there is no hope"}


def test_make_foresees_and_forces(system: System, event: str) -> None:
    foreseen = system.json("make", event, "title.txt", "--force", "-n")
    made = system.json("make", event, "title.txt", "--force", "--reason", "to see it")

    assert [(one["handler"], one["runs"]) for one in foreseen] == [("Title", "now")]
    assert [(one["handler"], one["outcome"]) for one in made["ran"]] == [("Title", "made")]


def test_a_named_file_that_is_held_is_not_made_and_says_why_and_what_to_do(
    system: System, event: str
) -> None:
    system.run("veto", event, "title.txt", *WHY)
    named = system.run("make", event, "Title", check=False)
    system.run("unveto", event, "title.txt", *WHY)

    told = " ".join(named.stdout.decode().split())
    assert named.returncode == 1
    assert f"`llama unveto {event} title.txt --reason TEXT` allows it again." in told


def test_what_is_not_waited_for_is_said_to_be_so(system: System, event: str) -> None:
    done = system.run("make", event, "title.txt", "--force", "--no-wait")
    system.run("make", event, "title.txt")

    told = " ".join(done.stdout.decode().split())
    assert f"not waited for: `llama status {event}` tells what becomes of it" in told
    assert "nothing ran" not in told


def test_make_stops_waiting_in_time_and_says_so(system: System, event: str) -> None:
    late = system.run("make", event, "hanging.txt", "--timeout", "3", check=False)
    system.run("cancel", event, "hanging.txt", *WHY)
    wait_until(lambda: not hanging(system), "the run that hung is killed")

    assert late.returncode == 1
    assert "stopped waiting after 3 s: what is under way goes on" in " ".join(
        late.stdout.decode().split()
    )


def test_the_log_tells_every_act_with_who_ordered_it_and_why(system: System, event: str) -> None:
    system.run("freeze", event, "Title", *WHY)
    system.run("unfreeze", event, "Title", "--reason", "it is over", "--by", "grace")

    frozen, thawed = system.json("log", event, "-n", "2")

    assert (frozen["what"], frozen["by"], frozen["why"]) == ("freeze title.txt", "ada", "a glitch")
    assert (thawed["what"], thawed["by"]) == ("unfreeze title.txt", "grace")


def test_a_flag_is_printed_by_its_name(system: System, event: str) -> None:
    assert system.json("flags", event, "VETOED") == {"VETOED": False}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("veto", "S990101a", *WHY), 1, "nothing about S990101a has come in"),
        (("veto", "@", "no.txt", *WHY), 1, "has no file no.txt: it has alert.json (Alert), "),
        (("put", "@", "alert.json", __file__, *WHY), 1, "alert.json comes with notices alone"),
    ],
)
def test_errors_say_what_happened_to_what_and_what_to_do(
    system: System, event: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = system.run(*(word.replace("@", event) for word in arguments), check=False)

    assert done.returncode == code
    assert words in " ".join(done.stderr.decode().split())


def test_what_has_not_failed_is_not_retried(system: System, event: str) -> None:
    done = system.run("retry", event, "title.txt", *WHY, check=False)

    assert done.returncode == 1
    assert b"--force" in done.stdout


def test_everything_agrees_with_the_log_after_all_this(system: System, event: str) -> None:
    assert system.json("verify") == []
