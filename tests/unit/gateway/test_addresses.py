"""The addresses: what is asked of them in vain is refused, and all of them are listed."""

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette

from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.serving import GitRepositories
from llama.adapters.memory.boards import MemoryBoards
from llama.adapters.memory.selections import MemorySelections
from llama.client.histories import Histories
from services.gateway.addresses import addresses_among
from services.gateway.board import serve_board
from services.gateway.documents import serve_documents
from services.gateway.health import serve_health
from services.gateway.histories import serve_histories
from services.gateway.pushing import serve_push
from services.gateway.selections import serve_selections
from tests.support.probing import a_well_process
from tests.support.revisions import FactsOfRevisions
from tests.unit.gateway.scene import EVENT, Scene, SetClock, a_made_scene, a_scene

ROW = re.compile(r"^\| `(?P<method>GET|POST) (?P<path>/[^`]*)` \| (?P<takes>[^|]*) \| [^|]+ \|$")
PER_EVENT = (
    *("", "/page", "/facts", "/revisions", "/graph.svg"),
    *("/files/alert.json", "/why/alert.json"),
)
ADDRESSES = ("/", "/dead-letters", "/livez", "/readyz", *(f"/events/{EVENT}{p}" for p in PER_EVENT))


def whole(scene: Scene, folder: Path) -> Starlette:
    """Return the application of a scene with the addresses of the histories."""
    reader = GitHistoryReader(folder)
    histories = Histories(reader, FactsOfRevisions(()), SetClock())
    repositories = GitRepositories(folder, reader)
    serve_health(scene.app, a_well_process())
    serve_push(scene.app, None)
    serve_histories(scene.app, histories=histories, repositories=repositories)
    serve_documents(scene.app)
    serve_selections(scene.app, MemorySelections(scene.store))
    serve_board(scene.app, MemoryBoards())
    return scene.app


@pytest.mark.parametrize("address", ADDRESSES)
async def test_no_address_takes_a_parameter_that_it_does_not_know(address: str) -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"{address}?asof=2h")

    assert (answer.status_code, answer.json()["error"]) == (400, "unknown_parameter")
    assert "'asof'" in answer.json()["detail"]


async def test_the_nearest_parameter_is_named() -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"/events/{EVENT}?asof=2h")

    assert answer.json()["detail"].endswith("did you mean 'as_of'?")


@pytest.mark.parametrize("address", [f"/events/{EVENT}{path}" for path in PER_EVENT])
async def test_a_moment_that_is_empty_is_not_now(address: str) -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"{address}?as_of=")

    assert (answer.status_code, answer.json()["error"]) == (400, "empty_parameter")


async def test_a_version_of_a_file_is_of_no_other_moment(tmp_path: Path) -> None:
    async with a_made_scene() as scene:
        whole(scene, tmp_path)
        answer = await scene.get(f"/events/{EVENT}/files/alert.json?version=0&as_of=2h")

    assert (answer.status_code, answer.json()["error"]) == (400, "unknown_parameter")


async def test_the_table_of_addresses_agrees_with_what_is_served(
    tmp_path: Path, repository_root: Path
) -> None:
    async with a_scene() as scene:
        addresses = addresses_among(whole(scene, tmp_path).routes)
    served: dict[str, set[str]] = {}
    for one in addresses:
        path = one.path.replace("{event}", "EVENT").replace("{file}", "FILE")
        path = path.replace("{sha256}", "SHA256")
        for method in {"GET", "POST"} & set(one.methods or ()):
            taken = served.setdefault(f"{method} {path}", set())
            taken |= {*one.parameters, *(["criteria"] if one.takes_criteria else [])}

    page = (repository_root / "docs" / "operating.md").read_text().splitlines()
    rows = [row for line in page if (row := ROW.match(line))]

    told = {f"{row['method']} {row['path']}": set(words(row["takes"])) for row in rows}
    assert told == served


async def test_everything_that_is_served_is_an_address(tmp_path: Path) -> None:
    async with a_scene() as scene:
        routes = whole(scene, tmp_path).routes

        assert len(addresses_among(routes)) == len(routes)


async def test_the_first_page_lists_the_addresses(tmp_path: Path) -> None:
    async with a_scene() as scene:
        app = whole(scene, tmp_path)
        page = (await scene.get("/")).text

    assert [one.path for one in addresses_among(app.routes) if one.path not in page] == []
    assert "criteria, limit, after, as_of" in page


def words(text: str) -> list[str]:
    """Return the parameters that a row names: in backquotes, but for `criteria`."""
    return [] if text == "none" else [word.strip("` ") for word in text.split(",")]
