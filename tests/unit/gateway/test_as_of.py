"""`?as_of=`: every address answers as it would have then."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from llama.adapters.memory.past import MemoryPast
from llama.adapters.memory.store import MemoryStore
from llama.domain.errors import Misconfigured
from llama.domain.selection.paging import Question
from llama.ports.past import Then
from schemas.base import zulu
from tests.unit.gateway.scene import EVENT, START, Scene, SetClock, a_scene

BEFORE = zulu(START + timedelta(minutes=2))


async def made_then_retracted(scene: Scene) -> None:
    """Let an event be made within a minute, and be retracted five minutes later."""
    scene.clock.moment = START + timedelta(minutes=1)
    await scene.notice("PRELIMINARY", minute=1, skymap="a", event="a")
    await scene.adopt()
    await scene.make("Skymap", b"map", pixels="a", localisation="a", distance="a")
    scene.clock.moment = START + timedelta(minutes=6)
    await scene.notice("RETRACTION", minute=6)


async def test_the_status_is_that_of_the_moment() -> None:
    async with a_scene() as scene:
        await made_then_retracted(scene)

        now = (await scene.get(f"/events/{EVENT}")).json()
        then = (await scene.get(f"/events/{EVENT}?as_of={BEFORE}")).json()

    assert (now["retracted"], then["retracted"]) == (True, False)
    assert (now["as_of"], then["as_of"]) == (None, BEFORE)
    files = {file["name"]: file["status"] for file in then["files"]}
    assert (files["skymap.fits"], files["skymap.png"]) == ("current", "missing")


async def test_a_file_has_the_bytes_of_the_moment() -> None:
    async with a_scene() as scene:
        await made_then_retracted(scene)

        now = await scene.get(f"/events/{EVENT}/files/skymap.fits")
        then = await scene.get(f"/events/{EVENT}/files/skymap.fits?as_of={BEFORE}")

    assert (now.status_code, then.content) == (410, b"map")


async def test_facts_reasons_pictures_and_pages_are_of_the_moment() -> None:
    async with a_scene() as scene:
        await made_then_retracted(scene)
        asked = f"?as_of={BEFORE}"

        facts = (await scene.get(f"/events/{EVENT}/facts{asked}")).json()["facts"]
        why = (await scene.get(f"/events/{EVENT}/why/skymap.fits{asked}")).json()
        graph = await scene.get(f"/events/{EVENT}/graph.svg{asked}")
        page = await scene.get(f"/events/{EVENT}/page{asked}")

    assert [fact["sequence"] for fact in facts] == [1, 2, 3]
    assert why["status"] == "current"
    assert "masked" not in graph.text.lower().replace("masked</text>", "", 1)
    assert "retracted" not in page.text


async def test_before_its_first_fact_there_was_no_event() -> None:
    async with a_scene() as scene:
        await made_then_retracted(scene)

        answer = await scene.get(f"/events/{EVENT}?as_of=2026-11-21")

    assert (answer.status_code, answer.json()["detail"]) == (404, f"there was no {EVENT} then")


@pytest.mark.parametrize("text", ["2099-01-01", "2026-11-20T12:00", "soon"])
async def test_what_is_no_earlier_moment_is_refused(text: str) -> None:
    async with a_scene() as scene:
        await made_then_retracted(scene)

        answer = await scene.get(f"/events/{EVENT}?as_of={text}")

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_moment")


async def test_a_list_of_the_past_has_pages_that_keep_its_moment() -> None:
    async with a_scene() as scene:
        await made_then_retracted(scene)
        (known,) = scene.store.profiles.values()
        for number in range(2):
            name = f"MS{number}x"
            row = replace(scene.store.events[EVENT], event=name, changed_at=START)
            scene.store.profiles[name] = replace(known, eventid=name)
            scene.store.events[name] = row
        first = await scene.get(f"/events?as_of={BEFORE}&limit=2")
        second = await scene.get(first.links["next"]["url"])
        same = await scene.get(f"/events?limit=2&after={first.json()['next']}")

    rows = [row for page in (first, second) for row in page.json()["events"]]
    assert {row["event"]: row["retracted"] for row in rows} == {
        **dict.fromkeys(("MS0x", "MS1x"), True),
        EVENT: False,
    }
    assert (same.json(), second.json()["next"]) == (second.json(), None)


async def test_the_past_is_not_gone_on_with_from_a_page_of_now() -> None:
    async with a_scene() as scene:
        await made_then_retracted(scene)
        (known,) = scene.store.profiles.values()
        scene.store.profiles["MS0x"] = replace(known, eventid="MS0x")
        scene.store.events["MS0x"] = replace(scene.store.events[EVENT], event="MS0x")
        now = (await scene.get("/events?limit=1")).json()["next"]
        answer = await scene.get(f"/events?limit=1&as_of={BEFORE}&after={now}")

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_cursor")
    assert "a list of now" in answer.json()["detail"]


@dataclass(frozen=True, slots=True)
class HalfPast(MemoryPast):
    """Knows what single events were, but not all of them: its tables are from before."""

    async def then(self, question: Question) -> Then:
        raise Misconfigured(f"what was at {question.now} is not kept: run `llama rebuild`")


async def test_a_past_that_does_not_reach_back_says_so() -> None:
    async with a_scene(past=HalfPast(MemoryStore(SetClock()))) as scene:
        answer = await scene.get(f"/events?as_of={zulu(START)}")

    assert (answer.status_code, answer.json()["error"]) == (503, "no_past")
    assert "run `llama rebuild`" in answer.json()["detail"]
