"""`llama.subscribe` on each server: what was announced, from where one stopped."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import llama
from llama import Change
from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_topics
from llama.domain.errors import Misconfigured, Unavailable
from schemas.examples_of_announcements import FILE_BECAME_OBSOLETE, FILE_MADE, FILE_REMOVED
from schemas.public import FileBecameObsolete, FileMade, FileRemoved
from schemas.topics import PUBLIC, PUBLIC_FILES_TOPIC
from tests.support.kafka import embedded_broker

ANNOUNCED = [
    one.model_copy(update={"id": f"subscribe-{number}"})
    for number, one in enumerate((FILE_MADE, FILE_BECAME_OBSOLETE, FILE_REMOVED))
]


async def caught_up(offset: str) -> list[Change]:
    return [change async for change in llama.subscribe(offset=offset, timeout=0)]


async def test_what_was_announced_is_told_from_anywhere(
    public_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_KAFKA", public_server)
    before = await caught_up("earliest")
    async with KafkaLog(public_server, client_id="tests") as log:
        await log.append(PUBLIC_FILES_TOPIC, ANNOUNCED)

    everything = await caught_up("earliest")
    rest = await caught_up(everything[-3].offset)

    assert [one.message for one in everything[len(before) :]] == ANNOUNCED
    assert rest == everything[-2:]


async def test_whoever_has_enough_just_stops(
    public_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_KAFKA", public_server)
    async with KafkaLog(public_server, client_id="tests") as log:
        await log.append(PUBLIC_FILES_TOPIC, ANNOUNCED)

    async for change in llama.subscribe(offset="earliest"):
        assert change.kind.startswith("File")
        break

    # What is left open warns when the loop has ended, and warnings are errors here.
    async with llama.subscribe(offset="earliest") as changes:
        assert (await anext(changes)).kind.startswith("File")
    assert [change async for change in changes] == []


async def test_a_server_that_is_away_is_told(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded_broker(tmp_path_factory.mktemp("gone")) as address:
        monkeypatch.setenv("LLAMA_KAFKA", address)

    with pytest.raises(Unavailable, match="no Kafka at"):
        await caught_up("earliest")


async def test_without_an_address_it_is_said_what_to_set(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_HOME", str(tmp_path_factory.mktemp("nothing")))

    with pytest.raises(Misconfigured, match="set LLAMA_KAFKA"):
        await caught_up("earliest")


async def test_a_server_that_comes_back_at_another_address_is_found_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with llama.subscribe(offset="earliest") as changes:
        with embedded_broker(tmp_path) as first:
            monkeypatch.setenv("LLAMA_KAFKA", first)
            await announce(first, ANNOUNCED[:1])
            assert (await anext(changes)).message == ANNOUNCED[0]
        with embedded_broker(tmp_path) as second:
            monkeypatch.setenv("LLAMA_KAFKA", second)
            await announce(second, ANNOUNCED[1:])

            assert [(await anext(changes)).message for _ in range(2)] == ANNOUNCED[1:]

    assert first != second
    lines = [record for record in caplog.records if record.name.startswith("aiokafka")]
    assert 0 < len(lines) < 20


async def announce(
    server: str, messages: Sequence[FileMade | FileBecameObsolete | FileRemoved]
) -> None:
    await ensure_topics(server, PUBLIC)
    async with KafkaLog(server, client_id="tests") as log:
        await log.append(PUBLIC_FILES_TOPIC, messages)
