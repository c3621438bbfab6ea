"""POST /notices: with the token a notice is on its topic once it is answered; without, nothing."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from llama.client.ingestion import MAX_NOTICE_BYTES
from llama.ports.message_log import Record
from schemas.topics import ALERTS_TOPIC, NEUTRINO_ALERTS_TOPIC, Topic
from services.gateway.pushing import Push, serve_push
from services.gateway.refusals import refuse_well
from tests.support.memory_system import MemorySystem
from tests.support.neutrino_notices import a_neutrino_notice
from tests.support.notices import a_notice
from tests.unit.services.failing import FailingLog

TOKEN = "swordfish"


@dataclass(frozen=True, slots=True)
class Gateway:
    system: MemorySystem
    client: AsyncClient

    async def push(self, raw: bytes | AsyncIterator[bytes], **headers: str) -> Response:
        given = {"Authorization": f"Bearer {TOKEN}", **headers}
        return await self.client.post("/notices", content=raw, headers=given)

    def written(self, topic: Topic = ALERTS_TOPIC) -> list[Record]:
        return self.system.records.partition(topic.name, 0)


@asynccontextmanager
async def a_gateway(*, is_open: bool = True, is_away: bool = False) -> AsyncGenerator[Gateway]:
    system, app = MemorySystem.of("alert -> skymap"), Starlette()
    log = AwayLog(system.records) if is_away else system.records
    serve_push(app, Push(log, TOKEN) if is_open else None)
    refuse_well(app)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield Gateway(system, client)


class AwayLog(FailingLog):
    async def append_raw(self, topic: Topic, value: bytes, **more: object) -> Record:
        await self.append(topic, [])
        raise AssertionError("it should have been away")


@pytest.mark.parametrize(
    ("raw", "topic"),
    [(a_notice(), ALERTS_TOPIC), (a_neutrino_notice(), NEUTRINO_ALERTS_TOPIC)],
)
async def test_a_notice_is_on_the_topic_of_its_kind(raw: bytes, topic: Topic) -> None:
    async with a_gateway() as gateway:
        answer = await gateway.push(raw, **{"Llama-Name": "alert.json"})
        [record] = gateway.written(topic)

    assert answer.status_code == 202
    assert answer.json() == {"topic": topic.name, "partition": 0, "offset": 0}
    assert (record.value, dict(record.headers)["llama_name"]) == (raw, b"alert.json")


@pytest.mark.parametrize(
    "said",
    ["", "Bearer", "Bearer ", "Bearer swordfis", "Bearer swordfishes", "Basic swordfish", TOKEN],
)
async def test_without_the_token_nothing_is_taken_and_nothing_told(said: str) -> None:
    async with a_gateway() as gateway:
        answer = await gateway.push(a_notice(), Authorization=said)

        assert gateway.written() == []
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert TOKEN not in answer.text


async def test_the_scheme_may_be_in_any_case() -> None:
    async with a_gateway() as gateway:
        assert (await gateway.push(b"{}", Authorization=f"bearer {TOKEN}")).status_code == 202


async def test_without_a_token_of_its_own_the_gateway_takes_nothing() -> None:
    async with a_gateway(is_open=False) as gateway:
        answers = [await gateway.push(a_notice(), Authorization=said) for said in ("", "Bearer ")]

        assert gateway.written() == []
    assert [one.status_code for one in answers] == [403, 403]


async def test_what_is_larger_than_any_notice_is_refused_whether_or_not_it_says_so() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 2**20

    async with a_gateway() as gateway:
        answers = [
            await gateway.push(b"x" * (MAX_NOTICE_BYTES + 1)),
            await gateway.push(endless()),
        ]

        assert gateway.written() == []
    assert [one.json()["error"] for one in answers] == ["too_large", "too_large"]


async def test_nothing_is_no_notice() -> None:
    async with a_gateway() as gateway:
        answer = await gateway.push(b"")

    assert (answer.status_code, answer.json()["error"]) == (400, "empty")


async def test_what_was_not_acknowledged_is_not_said_to_be_taken() -> None:
    async with a_gateway(is_away=True) as gateway:
        answer = await gateway.push(a_notice())

    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


async def test_the_token_is_in_no_text_about_the_gateway() -> None:
    system = MemorySystem.of("alert -> skymap")

    assert TOKEN not in repr(Push(system.records, TOKEN))


async def test_whoever_looks_instead_of_pushing_is_told_how_to_push() -> None:
    async with a_gateway() as gateway:
        answer = await gateway.client.get("/notices")

    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
    assert answer.json()["hint"].startswith("this address takes POST; ")
