"""GET /archive, GET /archive/SHA256 and GET /dead-letters?state=."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from llama.domain.copies import Received, copy_of
from llama.domain.digests import digest_bytes
from schemas.archive import ArchivePage, ListedLetter
from schemas.facts import Source
from schemas.reports import DeadLetter, DeadLetterClosed, RefusalReason
from tests.support.neutrino_notices import CAME, a_neutrino
from tests.unit.gateway.scene import Scene, a_scene

EVIL = b"<html><script>alert(1)</script>"


async def show(scene: Scene, *received: Received) -> None:
    async with MemoryLedger(scene.store).transaction("projection") as transaction:
        copies = (copy_of(one, 0, number) for number, one in enumerate(received))
        await transaction.views.record_copies([copy for copy in copies if copy])
        letters = [one for one in received if isinstance(one, DeadLetter)]
        await transaction.views.record_dead_letters(letters)


async def close(scene: Scene, letter: str, state: str) -> None:
    said = {"id": f"request-a.{letter}", "occurred_at": CAME, "letter": letter, "state": state}
    async with MemoryLedger(scene.store).transaction("projection") as transaction:
        await transaction.views.record_closings([DeadLetterClosed.model_validate(said)])


def a_letter(number: int, raw: bytes = EVIL) -> DeadLetter:
    return DeadLetter(
        id=f"letter-{number}",
        occurred_at=CAME + timedelta(seconds=number),
        reason=RefusalReason.UNSUPPORTED_FORMAT,
        source=Source(topic="igwn.gwalert", partition=0, offset=number),
        raw=digest_bytes(raw),
        size=len(raw),
    )


async def test_the_pages_of_the_archive_lead_through_all_copies() -> None:
    found: list[int] = []
    async with a_scene() as scene:
        await show(scene, *(a_letter(number) for number in range(5)))
        address = "/archive?limit=2&reason=unsupported_format"
        while address:
            answer = await scene.get(address)
            page = ArchivePage.model_validate_json(answer.content)
            found += [copy.offset for copy in page.copies]
            link = answer.headers.get("Link", "")
            address = link.partition("<")[2].partition(">")[0]

    assert urlsplit(address).path == ""
    assert found == [4, 3, 2, 1, 0]


async def test_a_copy_tells_where_it_came_from_and_what_it_became() -> None:
    async with a_scene() as scene:
        await show(scene, a_neutrino(), a_letter(1), a_letter(2))
        copies = (await scene.get("/archive")).json()["copies"]

    told = [(one["became"], one["reason"], one["is_repeat"]) for one in copies]
    refused = ("refused", "unsupported_format")
    assert told == [(*refused, True), (*refused, False), ("neutrino", None, False)]


async def test_the_bytes_of_a_notice_are_for_saving_and_for_ever() -> None:
    async with a_scene() as scene:
        await show(scene, a_letter(1))
        await scene.artifacts.put(EVIL)
        answer = await scene.get(f"/archive/{digest_bytes(EVIL)}")
        known = await scene.get(
            f"/archive/{digest_bytes(EVIL)}", **{"If-None-Match": answer.headers["ETag"]}
        )
        head = await scene.client.head(f"/archive/{digest_bytes(EVIL)}")

    assert answer.content == EVIL
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "immutable" in answer.headers["Cache-Control"]
    assert (known.status_code, known.content) == (304, b"")
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(EVIL)))


async def test_what_never_came_in_is_no_notice_though_it_is_in_the_store() -> None:
    async with a_scene() as scene:
        digest = await scene.artifacts.put(b"a product of an event")
        answer = await scene.get(f"/archive/{digest}")

    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_notice")


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("/archive/abc", "bad_digest"),
        ("/archive/" + "A" * 64, "bad_digest"),
        ("/archive/" + "%25" * 64, "bad_digest"),
        ("/archive?event=%00", "bad_event_name"),
        ("/archive?event=../x", "bad_event_name"),
        ("/archive?since=soon", "bad_moment"),
        ("/archive?until=9999-01-01T00:00Z", "bad_moment"),
        ("/archive?reason=boredom", "bad_reason"),
        ("/archive?after=abc", "bad_cursor"),
        ("/archive?limit=0", "bad_limit"),
        ("/archive?newest=1", "unknown_parameter"),
        ("/dead-letters?state=gone", "bad_parameter"),
    ],
)
async def test_what_cannot_be_asked_is_refused(address: str, error: str) -> None:
    async with a_scene() as scene:
        answer = await scene.get(address)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["letter-3"]),
        ("?state=open", ["letter-3"]),
        ("?state=redriven", ["letter-2"]),
        ("?state=dropped", ["letter-1"]),
        ("?state=all", ["letter-3", "letter-2", "letter-1"]),
    ],
)
async def test_dead_letters_are_told_by_their_state(query: str, expected: list[str]) -> None:
    async with a_scene() as scene:
        await show(scene, a_letter(1), a_letter(2), a_letter(3))
        await close(scene, "letter-1", "dropped")
        await close(scene, "letter-2", "redriven")
        told = (await scene.get(f"/dead-letters{query}")).json()["dead_letters"]

    assert [ListedLetter.model_validate(one).id for one in told] == expected


async def test_copies_of_one_refused_content_are_one_with_their_number() -> None:
    async with a_scene() as scene:
        await show(scene, a_letter(1), a_letter(2), a_letter(3, b"another"))

        told = (await scene.get("/dead-letters")).json()["dead_letters"]

    assert [(one["id"], one["copies"]) for one in told] == [("letter-3", 1), ("letter-2", 2)]
