"""What the gateway does not answer, and how it says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.views import MemoryReadModels
from llama.domain.errors import Unavailable
from llama.domain.selection.paging import Page, Question
from llama.domain.states import EventState
from llama.ports.projections import EventRow
from services.gateway.safety import NOTHING_ALLOWED
from tests.unit.gateway.scene import EVENT, PROJECTION, SetClock, a_made_scene, a_scene

PER_EVENT = ["", "/page", "/facts", "/revisions", "/graph.svg", "/files/alert.json", "/why/a.json"]


@dataclass(frozen=True, slots=True)
class FailingModels(MemoryReadModels):
    """Read models behind a server that is not there, or that have a bug."""

    error: Exception = field(default_factory=Unavailable)

    async def state(self, event: str) -> EventState | None:
        raise self.error

    async def events(self, *, limit: int) -> Sequence[EventRow]:
        raise self.error

    async def select(self, question: Question) -> Page[EventRow]:
        raise self.error


def models_that_raise(error: Exception) -> FailingModels:
    return FailingModels(MemoryStore(SetClock()), PROJECTION, error=error)


@pytest.mark.parametrize("path", PER_EVENT)
async def test_an_event_that_nobody_has_heard_of_is_not_found(path: str) -> None:
    async with a_scene() as scene:
        answer = await scene.get(f"/events/S190814bv{path}")

    assert answer.status_code == 404
    assert answer.json()["error"] == "unknown_event"
    assert "S190814bv" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["-x", "a b", "%00", "a.b", "%3Cscript%3E", "x" * 65, "é"])
async def test_what_cannot_be_the_name_of_an_event_is_not_looked_up(name: str) -> None:
    async with a_scene() as scene:
        answer = await scene.get(f"/events/{name}")

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_event_name")


@pytest.mark.parametrize("name", [".git", "-rf", "a%00b", "a%0d%0ab", "a%22b", "x" * 129])
async def test_what_cannot_be_the_name_of_a_file_is_not_looked_up(name: str) -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"/events/{EVENT}/files/{name}")

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_file_name")


@pytest.mark.parametrize("kind", ["files", "why"])
async def test_a_file_that_the_pipeline_does_not_have_is_not_found(kind: str) -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"/events/{EVENT}/{kind}/nothing.txt")

    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_file")


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "ten", "1e3", "٣", "9" * 5000])
async def test_a_limit_is_a_number_of_rows(limit: str) -> None:
    async with a_scene() as scene:
        answer = await scene.client.get("/events", params={"limit": limit})

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_limit")


@pytest.mark.parametrize("path", ["/", "/events", f"/events/{EVENT}", "/readyz"])
async def test_a_database_that_does_not_answer_is_tried_again_later(path: str) -> None:
    models = models_that_raise(Unavailable("the database does not answer"))
    async with a_scene(models=models) as scene:
        answer, alive = await scene.get(path), await scene.get("/livez")

    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert alive.status_code == 200


async def test_a_bug_is_answered_without_its_details() -> None:
    async with a_scene(models=models_that_raise(RuntimeError("password=secret"))) as scene:
        answer = await scene.get(f"/events/{EVENT}")

    assert (answer.status_code, answer.json()["error"]) == (500, "internal")
    assert "secret" not in answer.text


async def test_the_log_of_a_bug_names_the_event_that_was_asked_for() -> None:
    async with a_scene(models=models_that_raise(RuntimeError("broken"))) as scene:
        with capture_logs() as logged:
            await scene.get(f"/events/{EVENT}/facts")

    told = {"path": f"/events/{EVENT}/facts", "event_id": EVENT, "error": "RuntimeError"}
    assert [line for line in logged if told.items() <= line.items()]


async def test_another_address_is_not_found_and_another_method_not_allowed() -> None:
    async with a_scene() as scene:
        lost, posted = await scene.get("/nowhere"), await scene.client.post("/events")

    assert (lost.status_code, lost.json()["error"]) == (404, "not_found")
    assert (posted.status_code, posted.json()["error"]) == (405, "method_not_allowed")
    assert posted.headers["Allow"]
    assert posted.json()["hint"].startswith(f"this address takes {posted.headers['Allow']}; GET /")
    assert lost.json()["hint"].startswith("GET /")


async def test_every_refusal_says_what_happened_and_what_to_do_and_runs_nothing() -> None:
    async with a_scene() as scene:
        answer = await scene.get("/events/S1")

    assert answer.json().keys() == {"error", "detail", "hint"}
    assert all(answer.json().values())
    assert answer.headers["Content-Security-Policy"] == NOTHING_ALLOWED
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/events", f"/events/{EVENT}", f"/events/{EVENT}/page"])
async def test_head_is_answered_like_get_without_the_body(path: str) -> None:
    async with a_made_scene() as scene:
        asked, told = await scene.client.head(path), await scene.get(path)

    assert (asked.status_code, asked.content) == (told.status_code, b"")
    assert asked.headers == told.headers
