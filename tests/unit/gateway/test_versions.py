"""Old versions of files over HTTP, by number and by revision."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from llama.adapters.memory.history import MemoryHistory
from llama.client.histories import Histories
from llama.domain.revisions import blob_id
from schemas.base import zulu
from services.gateway.files import POLICY
from services.gateway.refusals import refuse_well
from services.gateway.versions import Versions
from tests.support.revisions import NOON, FactsOfRevisions, a_history
from tests.unit.gateway.scene import SetClock

MAP, PAGE = "skymap.fits", "page.html"
REVISIONS = a_history("S1", {MAP: b"one"}, {PAGE: b"<p>"}, {MAP: b"two"}, {MAP: None})
FILES = "/events/S1/files"


def at(second: int, microsecond: int) -> str:
    return zulu(NOON + timedelta(seconds=second, microseconds=microsecond))


async def _newest(_request: Request) -> Response:
    return PlainTextResponse("the newest")


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    history = MemoryHistory()
    await history.commit(REVISIONS)
    newest = Route("/events/{event}/files/{file}", _newest)
    app = Starlette(
        routes=[
            *Versions(Histories(history, FactsOfRevisions(REVISIONS), SetClock())).routes,
            newest,
        ]
    )
    refuse_well(app)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest.mark.parametrize(
    ("query", "content", "number", "commit"),
    [
        ("version=0", b"one", 0, 0),
        ("version=1", b"two", 1, 2),
        (f"commit={REVISIONS[1].commit}", b"one", 0, 0),
        (f"commit={REVISIONS[2].commit[:8]}", b"two", 1, 2),
        ("commit=0", b"one", 0, 0),
        (f"commit={at(2, 699_999)}", b"one", 0, 0),
        (f"commit={at(2, 700_000)}", b"two", 1, 2),
        ("commit=HEAD~1", b"two", 1, 2),
    ],
)
async def test_a_version_is_saved_under_a_name_that_tells_which(
    client: AsyncClient, query: str, content: bytes, number: int, commit: int
) -> None:
    answer = await client.get(f"{FILES}/{MAP}?{query}")

    name = f"S1-v{number}-{REVISIONS[commit].commit[:7]}-{MAP}"
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["ETag"] == f'"{blob_id(content)}"'
    assert answer.headers["Llama-Commit"] == REVISIONS[commit].commit


async def test_a_page_of_old_runs_nothing(client: AsyncClient) -> None:
    answer = await client.get(f"{FILES}/{PAGE}?version=0")

    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_what_is_known_is_not_sent_again(client: AsyncClient) -> None:
    known = {"If-None-Match": f'"{blob_id(b"one")}"'}

    answer = await client.get(f"{FILES}/{MAP}?version=0", headers=known)

    assert (answer.status_code, answer.content) == (304, b"")


async def test_without_a_version_the_newest_is_meant(client: AsyncClient) -> None:
    assert (await client.get(f"{FILES}/{MAP}")).text == "the newest"


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        (f"{FILES}/{MAP}?version=2", 404, "unknown_version"),
        (f"{FILES}/{MAP}?version=-1", 400, "bad_version"),
        (f"{FILES}/{MAP}?version=%C2%B2", 400, "bad_version"),
        (f"{FILES}/{MAP}?version=99999999999", 400, "bad_version"),
        (f"{FILES}/{MAP}?version=0&commit=0", 400, "bad_version"),
        (f"{FILES}/{MAP}?commit={REVISIONS[3].commit}", 404, "unknown_version"),
        (f"{FILES}/{MAP}?commit=refs/heads/main", 404, "unknown_version"),
        (f"{FILES}/{MAP}?commit={'0' * 40}", 404, "unknown_version"),
        (f"{FILES}/{MAP}?commit=2019-08-14T11:00Z", 404, "unknown_version"),
        (f"{FILES}/{MAP}?commit=2019-08-14T12:00", 400, "bad_moment"),
        (f"{FILES}/{MAP}?commit=2199-08-14", 400, "bad_moment"),
        (f"{FILES}/absent.txt?version=0", 404, "unknown_version"),
        (f"{FILES}/..%00?version=0", 400, "bad_file_name"),
        (f"/events/S9/files/{MAP}?version=0", 404, "unknown_version"),
        (f"/events/-S1/files/{MAP}?version=0", 400, "bad_event_name"),
    ],
)
async def test_other_versions_are_refused_with_a_reason(
    client: AsyncClient, path: str, status: int, error: str
) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["hint"]
