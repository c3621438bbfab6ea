"""What is published is sent once, taken back when it must be, and in doubt rather than twice."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from llama.adapters.kafka.reader import KafkaReader
from llama.handlers.mock import mock_notice
from schemas.topics import Topic
from tests.support.handlers_that_publish import TOPIC
from tests.support.system import System, running, wait_until

MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)
WHY = ("--reason", "it is time")
SETTINGS = {"LLAMA_PIPELINE": "tests.support.handlers_that_publish", "LLAMA_LEASE_S": "1.5"}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    with running(tmp_path_factory.mktemp("publications") / "home", environment=SETTINGS) as system:
        yield system


def told(
    system: System, folder: Path, *, seed: int, kind: str = "PRELIMINARY", minutes: int
) -> str:
    """Send a notice in, wait until all has settled, and return the event."""
    notice = folder / f"{kind}-{minutes}.json"
    late = timedelta(minutes=minutes)
    notice.write_bytes(mock_notice(MERGED, seed=seed, alert_type=kind, latency=late, rounds=0))
    return system.ingest(notice)[0]["event"]


def sent(system: System, event: str) -> list[dict[str, Any]]:
    """Return what came to be in the outbox, oldest first."""
    paths = (system.home / "outbox" / TOPIC).glob(f"{event}-*.json")
    numbered = sorted(paths, key=lambda path: int(path.name.split("-")[1]))
    return [orjson.loads(path.read_bytes()) for path in numbered]


def kinds(system: System, event: str) -> list[str]:
    return [content["kind"] for content in sent(system, event)]


def publication(system: System, event: str) -> dict[str, Any]:
    files = system.json("status", event)["files"]
    return next(one for one in files if one["name"] == "publication.json")


def test_a_retraction_is_told_once_and_a_newer_notice_updates_it(
    system: System, tmp_path: Path
) -> None:
    event = told(system, tmp_path, seed=0, minutes=5)
    before = sent(system, event)
    system.run("flags", event, "UPLOAD=true", *WHY)
    wait_until(lambda: kinds(system, event) == ["initial"], "it is published")

    told(system, tmp_path, seed=0, kind="RETRACTION", minutes=10)
    wait_until(lambda: len(sent(system, event)) == 2, "it is taken back")
    retracted = publication(system, event)
    told(system, tmp_path, seed=0, kind="UPDATE", minutes=15)
    wait_until(lambda: len(sent(system, event)) == 3, "it is said again")
    wait_until(lambda: system.json("status", event)["settled"], "all is settled")

    assert before == []
    assert kinds(system, event) == ["initial", "retraction", "update"]
    assert (retracted["status"], publication(system, event)["status"]) == ("current", "current")
    assert [entry["state"] for entry in system.json("publish", "ls")] == ["sent"] * 3
    system.run("verify")


def test_a_veto_of_the_event_takes_back_what_was_told(system: System, tmp_path: Path) -> None:
    event = told(system, tmp_path, seed=1, minutes=5)
    system.run("flags", event, "UPLOAD=true", *WHY)
    wait_until(lambda: kinds(system, event) == ["initial"], "it is published")

    system.run("veto", event, *WHY)
    wait_until(lambda: len(sent(system, event)) == 2, "it is taken back")
    wait_until(lambda: system.json("status", event)["settled"], "all is settled")

    assert kinds(system, event) == ["initial", "retraction"]
    system.run("verify")


def test_what_waits_for_a_pause_says_so_and_goes_on_when_it_is_over(
    system: System, tmp_path: Path
) -> None:
    event = told(system, tmp_path, seed=3, minutes=5)
    system.run("publish", "--pause", *WHY, "--by", "Erika")
    system.run("flags", event, "UPLOAD=true", *WHY)
    wait_until(lambda: system.json("status", event)["paused"], "it waits for the pause")
    lines = [system.run("status", event), system.run("why", event, "publication.json")]

    system.run("publish", "--resume", *WHY)
    wait_until(lambda: kinds(system, event) == ["initial"], "it is published")

    for told_then in (" ".join(one.stdout.decode().split()) for one in lines):
        assert "publication is paused by Erika since" in told_then
        assert "`llama publish --resume --reason TEXT`" in told_then
    assert system.json("status", event)["paused"] == ""


@contextmanager
def nobody_writes(folder: Path) -> Generator[None]:
    """Hold the lock of an outbox: whoever wants to write there waits."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def test_a_publication_that_was_cut_short_is_in_doubt_until_somebody_says(
    system: System, tmp_path: Path
) -> None:
    event = told(system, tmp_path, seed=2, minutes=5)
    with nobody_writes(system.home / "outbox"):
        system.run("flags", event, "UPLOAD=true", *WHY)
        wait_until(lambda: len(system.json("publish", "ls", "--in-doubt")) == 1, "it is begun")
        system.kill("handler_worker")
    wait_until(lambda: publication(system, event)["status"] == "failed", "it has failed for good")
    [doubt] = system.json("publish", "ls", "--in-doubt")
    why = " ".join(system.run("why", event, "publication.json").stdout.decode().split())
    nothing = sent(system, event)

    settle = ("publish", "confirm", event, "publication.json", "1")
    system.run(*settle, "--not-sent", "--reason", "the topic has no such record")
    system.run("retry", event, "publication.json", *WHY)
    wait_until(lambda: publication(system, event)["status"] == "current", "it is published")

    assert (doubt["event"], doubt["state"], nothing) == (event, "in_doubt", [])
    assert "was sent or not" in why
    assert kinds(system, event) == ["initial"]
    assert system.run(*settle, "--sent", *WHY, check=False).returncode == 1


async def test_on_kafka_a_publication_is_a_record_of_its_topic(tmp_path: Path) -> None:
    with running(tmp_path / "home", environment={**SETTINGS, "LLAMA_OUTLET": "kafka"}) as system:
        event = told(system, tmp_path, seed=0, minutes=5)
        system.run("flags", event, "UPLOAD=true", *WHY)
        wait_until(lambda: len(system.json("publish", "ls")) == 1, "it is begun")
        wait_until(lambda: publication(system, event)["status"] == "current", "it is published")
        [entry] = system.json("publish", "ls")
        kafka = orjson.loads((system.home / "run" / "addresses.json").read_bytes())["kafka"]
        async with KafkaReader(kafka) as reader:
            read = reader.read(Topic(TOPIC, "event", 1, {}))
            [record] = [record async for batch in read for record in batch.records]

    assert (record.key, record.value) == (event.encode(), entry["content"].encode())
    assert entry["answer"]["offset"] == record.offset
    assert dict(record.headers)["_test"] == b"true"
    assert not (system.home / "outbox").exists()
