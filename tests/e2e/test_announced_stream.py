"""A subscriber that was away for the whole stream of 2023-04-25 catches up and misses nothing."""

import asyncio
import hashlib
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

import llama
from llama import Change
from llama.adapters.kafka.reader import KafkaReader
from llama.domain.position import Position
from schemas.topics import FACTS_TOPIC, HEARTBEAT_TOPIC, PUBLIC_EVENTS_TOPIC, PUBLIC_FILES_TOPIC
from tests.support.announced import Told, told_on
from tests.support.system import System, notices_of, running_on

WITHIN_S = 60.0
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Caught:
    """What a subscriber finds who comes when everything is over."""

    system: System
    addresses: Mapping[str, str]
    files: list[Told]
    events: list[Told]
    facts: Mapping[str, Told]
    """By id, in the order of their partitions."""


@pytest.fixture(scope="module", params=["embedded", "apache"])
def caught(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Caught]:
    """Run the whole stream through a system, to its end; then somebody comes and reads."""
    home = tmp_path_factory.mktemp(request.param) / "home"
    stream = notices_of(shared_data / "gw" / "alerts" / "stream-2023-04-25")
    first = [path for path in stream if path.stem.endswith("-preliminary")]
    with running_on(request.param, home) as system:
        system.ingest(*first)
        system.ingest(*(path for path in stream if path not in first))
        addresses = json.loads((home / "run" / "addresses.json").read_text())
        yield asyncio.run(catch_up(system, addresses))


async def catch_up(system: System, addresses: Mapping[str, Any]) -> Caught:
    async with KafkaReader(addresses["kafka"]) as reader, asyncio.timeout(WITHIN_S):
        while not await is_announced(reader):
            await asyncio.sleep(LOOK_EVERY_S)
        facts = {one["id"]: one for one in await told_on(reader, FACTS_TOPIC)}
        files = await told_on(reader, PUBLIC_FILES_TOPIC)
        events = await told_on(reader, PUBLIC_EVENTS_TOPIC)
    return Caught(system, addresses, files, events, facts)


async def is_announced(reader: KafkaReader) -> bool:
    """Tell whether the last heartbeat is of when everything had been announced."""
    beats = await told_on(reader, HEARTBEAT_TOPIC)
    end = Position(await reader.ends(FACTS_TOPIC))
    return bool(beats) and not end.is_ahead_of(Position.of(beats[-1]["position"]))


async def subscribed(offset: str) -> list[Change]:
    return [one async for one in llama.subscribe(offset=offset, timeout=0)]


def by_event(told: list[Told]) -> dict[str, list[Told]]:
    ordered = sorted(told, key=lambda one: one["event"])  # stable: each event keeps its order
    return {event: list(own) for event, own in groupby(ordered, key=lambda one: one["event"])}


def test_each_obsolescence_is_told_once_with_what_the_log_says_of_it(caught: Caught) -> None:
    obsolete = [one for one in caught.files if one["kind"] == "FileBecameObsolete"]
    said = {id_: one for id_, one in caught.facts.items() if one["kind"] == "FileObsoleted"}

    of_inputs = {one["id"]: one["because"] for one in obsolete if one["because"]}
    assert of_inputs == {id_: one["because"] for id_, one in said.items()}
    assert len({one["id"] for one in obsolete}) == len(obsolete)
    assert len(of_inputs) > 10


def test_each_obsolescence_names_the_fact_that_caused_it(caught: Caught) -> None:
    for one in caught.files:
        if one["kind"] == "FileBecameObsolete":
            cause = caught.facts[one["cause"]]
            assert (cause["event"], cause["kind"]) == (one["event"], one["cause_kind"])
            assert all(change["was"] != change["now"] for change in one["because"])


def test_the_messages_of_an_event_are_in_the_order_of_its_facts(caught: Caught) -> None:
    for topic in (caught.files, caught.events):
        events = by_event(topic)
        assert len(events) == 10
        for told in events.values():
            assert all(one["sequence"] <= then["sequence"] for one, then in pairwise(told))


def test_only_what_was_made_before_becomes_obsolete(caught: Caught) -> None:
    made: dict[tuple[str, str], tuple[int, str]] = {}
    for one in caught.files:
        place = one["event"], one["file"]
        if one["kind"] == "FileMade":
            assert one["version"] - made.get(place, (-1, ""))[0] in {0, 1}
            made[place] = one["version"], one["digest"]
        else:
            assert made[place] == (one["version"], one["digest"])


def test_what_was_told_last_of_each_file_is_what_it_is(caught: Caught) -> None:
    told = {(one["event"], one["file"]): one["digest"] for one in caught.files}

    shown = {
        (event, name): digest
        for event, state in caught.system.state().items()
        for name, (_, digest) in state["files"].items()
        if digest is not None
    }
    assert shown == {place: told[place] for place in shown}
    assert len(shown) > 50


def test_every_event_can_be_followed_to_how_it_stands(caught: Caught) -> None:
    retracted = {one["event"] for one in caught.events if one["kind"] == "EventRetracted"}

    states = caught.system.state()
    for event, told in by_event(caught.events).items():
        assert [one["kind"] for one in told[:2]] == ["EventBegan", "NoticeReceived"]
        last = [one for one in told if one["kind"] == "EventChanged"][-1]
        assert last["standing"] == ("retracted" if states[event]["retracted"] else "settled")
    # One of them was taken back, and then a later notice came.
    assert retracted == {"MS230425k"} | {name for name in states if states[name]["retracted"]}


def test_the_address_of_a_content_gives_just_these_bytes_also_of_what_is_obsolete(
    caught: Caught,
) -> None:
    made = {one["digest"]: one for one in caught.files if one["kind"] == "FileMade"}
    old = [one["digest"] for one in caught.files if one["kind"] == "FileBecameObsolete"]
    gateway = f"http://{caught.addresses['http']}"

    for digest in [*old[:5], *list(made)[-5:]]:
        answer = httpx.get(gateway + made[digest]["url"])
        assert hashlib.sha256(answer.content).hexdigest() == digest


async def test_the_same_is_told_in_python_from_where_somebody_stopped(
    caught: Caught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_KAFKA", caught.addresses["kafka"])

    everything = await subscribed("earliest")
    rest = await subscribed(everything[99].offset)

    # Between two topics there is no order: the second time they may be mixed otherwise.
    told = sorted(one["id"] for one in [*caught.files, *caught.events])
    assert sorted(one.message.id for one in everything) == told
    assert sorted(one.message.id for one in [*everything[:100], *rest]) == told


async def test_what_is_announced_can_be_waited_for_in_the_tables(
    caught: Caught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_KAFKA", caught.addresses["kafka"])
    monkeypatch.setenv("LLAMA_DATABASE_URL", caught.addresses["database_url"])
    last = caught.events[-1]["position"]
    partition, _, offset = last.partition(":")

    await llama.wait(last, timeout=WITHIN_S)
    with pytest.raises(TimeoutError):
        await llama.wait(f"{partition}:{int(offset) + 1000}", timeout=0.1)
