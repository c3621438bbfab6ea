"""The archive and the dead letters with everything real: out of one system, into another."""

import asyncio
import hashlib
import json
import urllib.request
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llama.adapters.kafka.log import KafkaLog
from llama.runtime.addresses import Addresses
from schemas.reports import DeadLetter, RefusalReason
from schemas.topics import DEAD_LETTERS_TOPIC
from tests.support.neutrino_notices import NEUTRINO, a_neutrino_notice
from tests.support.notices import a_notice, a_retraction
from tests.support.system import System, running

OWN = {"LLAMA_PIPELINE": "tests.support.handlers_of_the_alert"}
NOTICE = a_notice(superevent_id="MS230914a")
REPEAT = json.dumps(dict(reversed(json.loads(NOTICE).items()))).encode()
STREAM = {
    "first.json": NOTICE,
    "again.json": NOTICE,
    "by-another-broker.json": REPEAT,
    "letter.txt": b"Dear LLAMA, ...",
    "neutrino.json": a_neutrino_notice(),
    "time.json": a_notice(time_created="yesterday"),
    "gone.json": a_retraction(superevent_id="MS230914a"),
    "other.json": a_notice(superevent_id="MS230914b"),
}
SAME = ("name", "raw", "size", "became", "event", "neutrino", "notice", "reason", "is_repeat")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("archive")
    with running(folder / "home", environment=OWN) as system:
        system.ingest(*written(folder, STREAM))
        yield system


def written(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    paths = [folder / name for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_bytes(content)
    return paths


def told(system: System) -> list[dict[str, Any]]:
    """Return what must be equal of the copies in two systems, the newest first."""
    copies = system.json("archive", "ls")["copies"]
    return [{name: copy[name] for name in SAME} for copy in copies]


def by_topic(system: System) -> dict[str, list[dict[str, Any]]]:
    """Return the same by topic: each is read at its own pace, so there is no order between them."""
    topics = [copy["topic"] for copy in system.json("archive", "ls")["copies"]]
    found: dict[str, list[dict[str, Any]]] = {topic: [] for topic in topics}
    for topic, copy in zip(topics, told(system), strict=True):
        found[topic].append(copy)
    return found


def refuse_of_old(system: System, raw: Path, letter: str) -> None:
    """Let an earlier release have refused what came in, and can be read by now."""
    [copy] = [one for one in system.json("archive", "ls")["copies"] if one["name"] == raw.name]
    message = DeadLetter(
        id=letter,
        occurred_at=datetime(2024, 1, 1, tzinfo=UTC),
        reason=RefusalReason.UNSUPPORTED_FORMAT,
        source=None,
        name=raw.name,
        raw=copy["raw"],
        size=copy["size"],
    )
    addresses = Addresses.model_validate_json((system.home / "run" / "addresses.json").read_bytes())

    async def append() -> None:
        async with KafkaLog(addresses.kafka, client_id="a.release.of.old") as log:
            await log.append(DEAD_LETTERS_TOPIC, [message])

    asyncio.run(append())


def test_every_copy_is_listed_with_what_became_of_it(system: System) -> None:
    copies = {
        copy["name"]: copy for copy in system.json("archive", "ls", "--limit", "1000")["copies"]
    }

    assert {name: hashlib.sha256(raw).hexdigest() for name, raw in STREAM.items()} == {
        name: copies[name]["raw"] for name in STREAM
    }
    assert copies["first.json"]["event"] == copies["gone.json"]["event"] == "MS230914a"
    assert (
        len({copies[n]["notice"] for n in ("first.json", "again.json", "by-another-broker.json")})
        == 1
    )
    repeats = {name for name in STREAM if copies[name]["is_repeat"]}
    assert repeats == {"again.json", "by-another-broker.json"}
    assert copies["neutrino.json"]["neutrino"] == NEUTRINO
    assert copies["time.json"]["reason"] == "bad_time"


def test_lists_have_pages_and_can_be_narrowed(system: System) -> None:
    page = system.json("archive", "ls", "--limit", "2", "--event", "MS230914a")
    rest = system.json("archive", "ls", "--event", "MS230914a", "--after", page["next"])

    assert len(page["copies"]) == 2
    assert {copy["event"] for copy in (*page["copies"], *rest["copies"])} == {"MS230914a"}
    names = [
        copy["name"] for copy in system.json("archive", "ls", "--reason", "bad_time")["copies"]
    ]
    assert names == ["time.json"]
    assert system.json("archive", "ls", "--until", "2020-01-01")["copies"] == []
    assert "a repeat" in system.run("archive", "ls").stdout.decode()


def test_the_bytes_are_those_that_came(system: System, tmp_path: Path) -> None:
    digest = hashlib.sha256(STREAM["letter.txt"]).hexdigest()
    system.run("archive", "get", digest[:16], "-o", tmp_path / "saved")

    gateway = (system.home / "run" / "gateway.address").read_text().strip()
    with urllib.request.urlopen(f"http://{gateway}/archive/{digest}") as answer:
        served = answer.read()

    assert system.run("archive", "get", digest).stdout == STREAM["letter.txt"]
    assert (tmp_path / "saved").read_bytes() == served == STREAM["letter.txt"]
    assert system.run("archive", "get", "0" * 64, check=False).returncode == 1


@pytest.mark.parametrize(
    ("name", "way"), [("out", ("ingest",)), ("out.tar", ("archive", "import"))]
)
def test_what_is_taken_out_makes_the_same_events_elsewhere(
    system: System, tmp_path: Path, name: str, way: tuple[str, ...]
) -> None:
    system.run("archive", "export", tmp_path / name)
    with running(tmp_path / "home", environment=OWN) as second:
        second.json(*way, tmp_path / name, "--wait")
        again = second.json(*way, tmp_path / name, "--wait")
        states, copies = second.state(), by_topic(second)
        second.run("verify")

    assert states == system.state()
    assert {row["outcome"] for row in again if row["event"]} == {"known already"}
    for topic, came in by_topic(system).items():
        assert copies[topic][len(came) :] == came
        assert all(copy["is_repeat"] for copy in copies[topic][: len(came)])


def test_an_archive_that_was_tampered_with_is_refused_before_anything_is_sent(
    system: System, tmp_path: Path
) -> None:
    system.run("archive", "export", tmp_path / "out")
    raw = tmp_path / "out" / "raw" / hashlib.sha256(STREAM["letter.txt"]).hexdigest()
    raw.write_bytes(b"Dear LLAMA, !!!")
    before = told(system)

    done = system.run("archive", "import", tmp_path / "out", check=False)

    assert done.returncode == 1
    assert b"do not hash to its name" in done.stderr
    assert told(system) == before
    refused = system.run("archive", "export", tmp_path / "out", check=False)
    assert b"exists, and is not written over" in refused.stderr


def test_that_there_is_no_copy_about_an_event_is_said(system: System, tmp_path: Path) -> None:
    listed = system.run("archive", "ls", "--event", "S999999")
    done = system.run("archive", "export", tmp_path / "x", "--event", "S999999", check=False)

    words = b"no copy of a notice is about S999999"
    assert words in listed.stderr
    assert (done.returncode, words in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_letter_that_is_refused_again_is_open_again_and_knows_the_former(system: System) -> None:
    [old] = [one for one in system.json("dlq", "ls") if one["name"] == "letter.txt"]

    [done] = system.json("dlq", "redrive", old["id"][:12], "--by", "ada", "--request", "try-1")
    [again] = system.json("dlq", "redrive", old["id"], "--request", "try-1")

    [new] = [one for one in system.json("dlq", "ls") if one["name"] == "letter.txt"]
    assert (done["outcome"], again["outcome"]) == ("applied", "known already")
    assert (new["after"], done["became"]["dead_letter"]) == (old["id"], new["id"])
    shown = system.json("dlq", "show", old["id"])
    assert (shown["state"], shown["closed"]["by"]) == ("redriven", "ada")
    assert old["id"] in system.run("dlq", "show", new["id"]).stdout.decode()


def test_a_letter_that_can_be_read_by_now_becomes_what_it_is(
    system: System, tmp_path: Path
) -> None:
    [raw] = written(tmp_path, {"new-format.json": a_notice(superevent_id="MS230914c")})
    system.ingest(raw)
    refuse_of_old(system, raw, "letter-of-old")

    [done] = system.json("dlq", "redrive", "letter-of-old")

    assert (done["outcome"], done["became"]["event"]) == ("applied", "MS230914c")
    assert "letter-of-old" not in {one["id"] for one in system.json("dlq", "ls")}
    text = system.run("dlq", "show", "letter-of-old").stdout.decode()
    assert "about MS230914c" in text


def test_a_dropped_letter_is_listed_for_who_asks_and_keeps_its_bytes(system: System) -> None:
    [letter] = [one["id"] for one in system.json("dlq", "ls", "--reason", "bad_time")]

    system.run("dlq", "drop", letter, "--reason", "a drill", "--by", "ada")

    assert letter not in {one["id"] for one in system.json("dlq", "ls")}
    [shown] = [one for one in system.json("dlq", "ls", "--all") if one["id"] == letter]
    assert (shown["state"], shown["closed"]["reason"]) == ("dropped", "a drill")
    assert system.run("dlq", "show", letter, "--raw").stdout == STREAM["time.json"]
    assert system.run("dlq", "drop", letter, "--reason", "again", check=False).returncode == 1
    system.run("verify")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dlq", "redrive"), "say which"),
        (("dlq", "redrive", "x", "--all"), "one of the three only"),
        (("dlq", "redrive", "x"), "there is no dead letter x"),
        (("dlq", "drop", "x", "--reason", "r", "--request", "a b"), "--request a b"),
        (("dlq", "drop", "x"), "Missing option"),
        (("archive", "ls", "--after", "abc"), "is no cursor"),
        (("archive", "ls", "--since", "soon"), "is no moment"),
        (("archive", "import", "absent"), "is no archive"),
        (("archive", "import", "absent.tar"), "name a folder or a .tar file"),
    ],
)
def test_errors_say_what_to_do(system: System, arguments: tuple[str, ...], words: str) -> None:
    done = system.run(*arguments, check=False)

    assert done.returncode != 0
    assert words in " ".join(done.stderr.decode().split())
