"""Alerts come from a Kafka of others and from a folder, with everything real."""

import asyncio
import json
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.topics import ensure_topics
from llama.handlers.mock import mock_notice
from schemas.topics import ALERTS_TOPIC
from tests.support.http_server import serving
from tests.support.kafka import embedded_broker
from tests.support.system import System, running, wait_until

TOKEN = "swordfish"
MERGED = datetime(2023, 4, 16, 5, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """An observatory's broker, a folder, and a system that reads both."""

    broker: str
    folder: Path
    system: System

    def publish(self, *notices: bytes) -> None:
        asyncio.run(self._publish(notices))

    async def _publish(self, notices: tuple[bytes, ...]) -> None:
        async with KafkaLog(self.broker, client_id="observatory") as log:
            for raw in notices:
                await log.append_raw(ALERTS_TOPIC, raw, headers={})

    def drop(self, name: str, raw: bytes) -> None:
        (self.folder / f".{name}").write_bytes(raw)
        (self.folder / f".{name}").rename(self.folder / name)

    def triggers(self, event: str) -> list[dict[str, object]]:
        facts = self.system.json("log", event)
        return [fact for fact in facts if fact["fact"]["kind"] == "TriggerReceived"]

    def has(self, *events: str) -> bool:
        return {row["event"] for row in self.system.json("status")} >= set(events)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    home = tmp_path_factory.mktemp("world")
    folder = home / "alerts"
    folder.mkdir()
    (home / "observatory").mkdir()
    with embedded_broker(home / "observatory") as broker:
        asyncio.run(ensure_topics(broker, [ALERTS_TOPIC]))
        sources = f"kafka://{broker}/igwn.gwalert file://{folder}?follow=true&name=folder"
        (home / "token").write_text(TOKEN)
        (home / "token").chmod(0o600)
        own = {
            "LLAMA_SOURCES": sources,
            "LLAMA_PIPELINE": "tests.support.handlers_of_the_alert",
            "LLAMA_PUSH_TOKEN_FILE": str(home / "token"),
        }
        with running(home / "home", environment=own) as system:
            yield World(broker, folder, system)


def a_mock(days: int) -> tuple[str, bytes]:
    raw = mock_notice(MERGED + timedelta(days=days), rounds=0)
    return str(json.loads(raw)["superevent_id"]), raw


def test_notices_come_from_all_sources_and_one_of_two_is_one(world: World) -> None:
    (first, raw), (second, other) = a_mock(0), a_mock(1)

    world.publish(raw)
    world.drop("a.json", other)
    wait_until(lambda: world.has(first, second), "both have come")
    world.drop("b.json", raw)
    wait_until(lambda: len(world.triggers(first)) == 2, "the copy has come")

    outcomes = [fact["outcome"] for fact in world.triggers(first)]
    assert outcomes == ["applied", "redundant"]


def test_a_service_that_is_killed_goes_on_where_it_was(world: World) -> None:
    names, notices = zip(*(a_mock(days) for days in range(2, 8)), strict=True)

    world.publish(*notices[:3])
    world.system.kill("services")
    world.publish(*notices[3:])

    wait_until(lambda: world.has(*names), "all have come")
    wait_until(lambda: closed(world.system.json("sources")), "the gap is closed")
    told = world.system.json("sources")
    assert {one["state"] for one in told["sources"]} == {"connected"}
    assert {gap["source"] for gap in told["gaps"]} == {f"kafka://{world.broker}", "folder"}
    assert "restart" in world.system.run("sources").stdout.decode()
    world.system.run("verify")


def test_a_notice_may_be_pushed_by_whoever_has_the_token(world: World) -> None:
    name, raw = a_mock(9)
    address = (world.system.home / "run" / "gateway.address").read_text()

    answers = [
        httpx.post(
            f"http://{address}/notices",
            content=raw,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        for token in ("wrong", TOKEN)
    ]

    assert [one.status_code for one in answers] == [401, 202]
    wait_until(lambda: world.has(name), "it has come")
    assert TOKEN not in world.system.logs()


def test_a_superevent_is_fetched_and_sent_in(world: World) -> None:
    name = "S190814bv"
    told = {"superevent_id": name, "created": "2019-08-14 21:11:18 UTC", "t_0": 1249852257.0}
    with serving() as server:
        server.bodies[f"/api/superevents/{name}/"] = json.dumps(told).encode()
        server.bodies[f"/api/superevents/{name}/voevents/"] = b'{"voevents": []}'
        server.bodies[f"/api/superevents/{name}/files/"] = b"{}"

        [row] = world.system.json(
            "ingest", f"gracedb://{server.address}/{name}?tls=false", "--wait"
        )

    assert (row["event"], row["outcome"]) == (name, "it counts")


def closed(told: dict[str, list[dict[str, object]]]) -> bool:
    return len(told["gaps"]) == 2 and all(gap["caught_up_at"] for gap in told["gaps"])
