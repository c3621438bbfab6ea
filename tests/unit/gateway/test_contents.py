"""The bytes of a file by their digest: at once, for ever, whatever the file is by now."""

import pytest

from llama.domain.digests import digest_bytes
from tests.unit.gateway.scene import EVENT, a_made_scene, a_scene

OLD = digest_bytes(b"map")


def address(digest: str, file: str = "skymap.fits") -> str:
    return f"/events/{EVENT}/files/{file}?digest={digest}"


async def test_a_content_is_there_after_it_was_replaced_and_after_a_retraction() -> None:
    async with a_made_scene() as scene:
        await scene.notice("UPDATE", minute=2, skymap="b", event="a")
        await scene.make("Skymap", b"another map", pixels="b", localisation="b", distance="b")
        await scene.notice("RETRACTION", minute=3)

        answer = await scene.get(address(OLD))

    assert (answer.content, answer.headers["ETag"]) == (b"map", f'"{OLD}"')
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"] == "application/fits"


async def test_a_content_is_there_before_the_tables_know_of_its_event() -> None:
    async with a_scene() as scene:
        digest = await scene.artifacts.put(b"early")

        assert (await scene.get(address(digest))).content == b"early"


async def test_who_has_it_already_is_told_so() -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(address(OLD), **{"If-None-Match": f'"{OLD}"'})

    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    ("digest", "code", "error"),
    [
        ("0" * 64, 404, "unknown_digest"),
        ("skymap", 400, "bad_digest"),
        ("", 400, "empty_parameter"),
    ],
)
async def test_what_is_no_content_is_refused(digest: str, code: int, error: str) -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(address(digest))

    assert (answer.status_code, answer.json()["error"]) == (code, error)
