"""The bytes of files over HTTP: what a browser may do with them, and what is hidden."""

import pytest

from llama.domain.digests import digest_bytes
from schemas.facts import FileDeleted
from services.gateway.files import POLICY
from tests.unit.gateway.scene import EVENT, START, Scene, a_made_scene

FILES = f"/events/{EVENT}/files"


async def test_serves_the_bytes_under_their_digest() -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"{FILES}/skymap.png")

    assert answer.content == b"\x89PNG"
    assert answer.headers["ETag"] == f'"{digest_bytes(answer.content)}"'
    assert answer.headers["Content-Type"] == "image/png"
    assert (answer.headers["Llama-Status"], answer.headers["Llama-Version"]) == ("current", "0")


@pytest.mark.parametrize("tag", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
async def test_sends_nothing_that_the_browser_has_already(tag: str) -> None:
    known = tag.format(digest_bytes(b"\x89PNG"))
    async with a_made_scene() as scene:
        answer = await scene.get(f"{FILES}/skymap.png", **{"If-None-Match": known})

    assert (answer.status_code, answer.content) == (304, b"")


async def test_sends_anew_what_has_changed() -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"{FILES}/skymap.png", **{"If-None-Match": '"other"'})

    assert (answer.status_code, answer.content) == (200, b"\x89PNG")


async def test_a_page_among_the_files_runs_nothing_and_is_of_no_origin() -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"{FILES}/summary.html")

    assert answer.headers["Content-Security-Policy"] == POLICY
    assert POLICY.startswith("sandbox; default-src 'none'")
    assert "allow-" not in POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{EVENT}-summary.html"'


async def test_a_file_that_browsers_cannot_show_is_saved_under_a_name_with_the_event() -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"{FILES}/skymap.fits")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="{EVENT}-skymap.fits"'
    assert answer.headers["Content-Type"] == "application/fits"


async def test_head_tells_the_size_without_reading_the_bytes() -> None:
    async with a_made_scene() as scene:
        scene.artifacts.contents.clear()
        answer = await scene.client.head(f"{FILES}/skymap.png")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "4"


async def test_an_obsolete_file_is_served_and_says_that_it_is() -> None:
    async with a_made_scene() as scene:
        await scene.notice("UPDATE", minute=9, skymap="b", event="a")
        answer = await scene.get(f"{FILES}/skymap.fits")

    assert (answer.content, answer.headers["Llama-Status"]) == (b"map", "obsolete")


async def test_a_retraction_hides_what_was_made() -> None:
    async with a_made_scene() as scene:
        await scene.notice("RETRACTION", minute=9)
        answer = await scene.get(f"{FILES}/skymap.fits")
        alert = await scene.get(f"{FILES}/alert.json")

    assert (answer.status_code, answer.json()["error"]) == (410, "masked_file")
    assert "retracted" in answer.json()["detail"]
    assert alert.status_code == 200


async def test_a_file_without_its_inputs_in_the_newest_notice_is_in_conflict() -> None:
    async with a_made_scene() as scene:
        await scene.notice("UPDATE", minute=9, event="a")
        answer = await scene.get(f"{FILES}/skymap.png")

    assert (answer.status_code, answer.json()["error"]) == (409, "masked_file")


async def test_a_deleted_file_is_missing_and_the_answer_says_so() -> None:
    async with a_made_scene() as scene:
        deleted = FileDeleted(id="x", occurred_at=START, event=EVENT, handler="Summary")
        await scene.fold(deleted)
        answer = await scene.get(f"{FILES}/summary.html")

    assert (answer.status_code, answer.json()["error"]) == (404, "missing_file")
    assert "it was deleted" in answer.json()["detail"]
    assert "/why/summary.html" in answer.json()["hint"]


async def test_lost_bytes_are_an_error_of_the_server() -> None:
    async with a_made_scene() as scene:
        _lose_everything(scene)
        answer = await scene.get(f"{FILES}/skymap.fits")

    assert (answer.status_code, answer.json()["error"]) == (500, "artifact_unreadable")


def _lose_everything(scene: Scene) -> None:
    scene.artifacts.contents.clear()
