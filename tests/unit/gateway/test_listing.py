"""GET /events: criteria as parameters, pages by cursor, and clear refusals."""

from dataclasses import replace

import pytest

from tests.unit.gateway.scene import EVENT, a_made_scene, a_scene


async def test_events_are_filtered_by_parameters() -> None:
    async with a_made_scene() as scene:
        met = await scene.get("/events?vetoed=false&fhnameexists=SkymapInfo&label=preliminary")
        other = await scene.get("/events?fileexists=nothing.json")

    assert [row["event"] for row in met.json()["events"]] == [EVENT]
    assert other.json() == {"events": [], "next": None, "as_of": None}


async def test_a_row_tells_rate_class_and_labels() -> None:
    async with a_made_scene() as scene:
        (row,) = (await scene.get("/events")).json()["events"]

    assert (row["far"], row["classification"]) == (None, None)
    assert row["labels"] == ["preliminary", "test"]
    assert row["first_at"].endswith("Z")


@pytest.mark.parametrize(
    ("query", "error", "detail"),
    [
        ("vetod=true", "bad_criteria", "there is no criterion 'vetod': did you mean 'vetoed'?"),
        ("vetoed=perhaps", "bad_criteria", "vetoed='perhaps'"),
        ("sortkey=colour", "bad_criteria", "eventtime, eventid"),
        ("vetoed=", "bad_criteria", "vetoed has no value: it may be true or false"),
        ("vetoed=true&vetoed=false", "bad_criteria", "vetoed is given twice"),
        ("&".join(["fileexists=a"] * 101), "bad_criteria", "101 criteria are too many"),
        ("after=xyz", "bad_cursor", "is no cursor"),
        ("after=", "empty_parameter", "after is empty"),
        ("as_of=", "empty_parameter", "as_of is empty"),
        ("limit=1&limit=2", "repeated_parameter", "limit is given twice"),
        ("after=%00%F0%9F%98%80", "bad_cursor", "is no cursor"),
    ],
)
async def test_what_cannot_be_asked_is_refused(query: str, error: str, detail: str) -> None:
    async with a_scene() as scene:
        answer = await scene.get(f"/events?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert detail in answer.json()["detail"]


async def test_pages_are_linked() -> None:
    async with a_made_scene() as scene:
        (known,) = scene.store.profiles.values()
        for number in range(3):
            name = f"MS{number}x"
            scene.store.profiles[name] = replace(known, eventid=name)
            scene.store.events[name] = replace(scene.store.events[EVENT], event=name)
        seen: list[str] = []
        address = "/events?limit=3&vetoed=false"
        while address:
            answer = await scene.get(address)
            seen += [row["event"] for row in answer.json()["events"]]
            address = answer.links.get("next", {}).get("url", "")

    assert seen == ["MS0x", "MS1", "MS1x", "MS2x"]
