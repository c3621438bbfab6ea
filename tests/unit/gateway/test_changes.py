"""The stream of changes: server-sent events that can be followed on after any break."""

import json
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from llama.adapters.memory.following import MemoryFollowing
from services.gateway.changes import Changes
from services.gateway.refusals import refuse_well
from tests.unit.gateway.following import following
from tests.unit.gateway.scene import EVENT, START, Scene, a_made_scene, a_scene


def stream_of(scene: Scene, *, heartbeat_s: float = 60, slow_s: float = 60) -> Starlette:
    shown = MemoryFollowing(scene.store)
    changes = Changes(shown, scene.clock, heartbeat_s=heartbeat_s, slow_s=slow_s)
    return Starlette(routes=[Route("/changes", changes.stream)])


async def test_a_follower_is_told_at_once_where_it_stands_and_then_what_changes() -> None:
    async with a_scene() as scene, following(scene.app) as follower:
        first = await follower.block()
        await scene.notice("PRELIMINARY", minute=1, skymap="a", event="a")
        change = await follower.block()

    assert (follower.status, first) == (200, {"retry": "2000", "": "alive", "id": "0:0"})
    assert (change["event"], change["id"]) == ("change", "0:1")
    told = json.loads(change["data"])
    assert (told["event"], told["kind"], told["alert_type"]) == (
        EVENT,
        "TriggerReceived",
        "PRELIMINARY",
    )


async def test_who_connects_again_gets_what_came_meanwhile() -> None:
    async with a_made_scene() as scene:
        async with following(scene.app, "from=0:0") as follower:
            await follower.block()
            seen = [await follower.block() for _ in range(3)]
        async with following(scene.app, last_event_id=seen[-1]["id"]) as follower:
            await follower.block()
            rest = [await follower.block() for _ in range(3)]

    numbers = [json.loads(block["data"])["sequence"] for block in seen + rest]
    assert numbers == [1, 2, 3, 4, 5, 6]


async def test_the_criteria_of_lists_choose_what_is_told() -> None:
    async with a_made_scene() as scene:
        query = "from=0:0&fileexists=skymap_info.json&eventid_filter=MS*"
        async with following(scene.app, query) as follower:
            await follower.block()
            told = json.loads((await follower.block())["data"])

    assert told["sequence"] == 4


async def test_what_happened_since_a_moment_is_told_first() -> None:
    async with a_scene() as scene:
        await scene.notice("PRELIMINARY", minute=1, skymap="a", event="a")
        scene.clock.moment = START + timedelta(hours=1)
        await scene.notice("UPDATE", minute=9, skymap="b", event="a")
        async with following(scene.app, "since=10min") as follower:
            at = (await follower.block())["id"]
            told = json.loads((await follower.block())["data"])

    assert (at, told["alert_type"]) == ("0:1", "UPDATE")


async def test_in_silence_a_comment_keeps_the_connection_and_moves_the_id() -> None:
    async with a_made_scene() as scene:
        app = stream_of(scene, heartbeat_s=0.02)
        async with following(app, "eventid_filter=OTHER&from=0:0") as follower:
            first, beat = await follower.block(), await follower.block()

    assert (first["id"], beat) == ("0:0", {"": "alive", "id": "0:6"})


async def test_who_takes_nothing_is_cut_off_with_a_last_word() -> None:
    async with (
        a_made_scene() as scene,
        following(stream_of(scene, slow_s=0.3), "from=0:6") as follower,
    ):
        await follower.block()
        follower.takes.clear()
        await scene.notice("UPDATE", minute=9, skymap="b", event="b")
        await follower.tried.wait()
        follower.takes.set()
        last = await follower.block()

    assert last == {
        "event": "end",
        "data": "nothing was taken for 0.3 s: follow on from the last id",
    }


async def test_one_who_takes_nothing_holds_up_nobody() -> None:
    async with (
        a_made_scene() as scene,
        following(scene.app, "from=0:6") as stuck,
        following(scene.app, "from=0:6") as other,
    ):
        for follower in (stuck, other):
            await follower.block()
        stuck.takes.clear()
        ids: list[str] = []
        for minute in range(10, 30):
            await scene.notice("UPDATE", minute=minute, skymap=str(minute), event="b")
            ids.append((await other.block())["id"])
        stuck.takes.set()

        assert [(await stuck.block())["id"] for _ in ids] == ids


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("from=here", "bad_position"),
        ("from=0:99", "bad_position"),
        ("from=0:1&since=2h", "bad_position"),
        ("since=soon", "bad_moment"),
        ("since=2099-01-01", "bad_moment"),
        ("since=", "empty_parameter"),
        ("vetoed=", "bad_criteria"),
        ("limit=3", "bad_criteria"),
        ("colour=red", "bad_criteria"),
        ("sec_since_v0_lt=60", "bad_criteria"),
    ],
)
async def test_what_cannot_be_followed_is_refused(query: str, error: str) -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"/changes?{query}")

    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_too_many_followers_are_sent_away_until_one_leaves() -> None:
    async with a_scene() as scene:
        changes = Changes(MemoryFollowing(scene.store), scene.clock, most=1)
        app = Starlette(routes=[Route("/changes", changes.stream)])
        refuse_well(app)
        async with following(app) as first:
            await first.block()
            async with following(app) as second:
                refused = await second.answer()
        async with following(app) as third:
            await third.block()

    assert (refused["error"], second.status, third.status) == ("too_many_followers", 503, 200)
