"""What the gateway answers as JSON."""

from datetime import UTC, datetime, timedelta

from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.tasks import MemoryTaskQueue
from llama.domain.assessment import Status
from llama.domain.letters import ShownLetter, listed
from llama.domain.status import status_of
from llama.domain.work import Task
from schemas.facts import FileRequested
from schemas.reports import DeadLetter, RefusalReason, RevisionCommitted
from schemas.status import EventStatus
from tests.unit.gateway.scene import EVENT, START, Scene, a_made_scene, a_scene


async def test_an_empty_system_has_an_empty_list_of_events() -> None:
    async with a_scene() as scene:
        answer = await scene.get("/events")

    assert answer.status_code == 200
    assert answer.json() == {"events": [], "next": None, "as_of": None}


async def test_lists_an_event_with_how_many_files_are_how() -> None:
    async with a_made_scene() as scene:
        (row,) = (await scene.get("/events?limit=5")).json()["events"]

    assert row["event"] == EVENT
    assert row["alert_type"] == "PRELIMINARY"
    assert row["files"] == {"current": 5}
    assert (row["is_test"], row["retracted"], row["settled"]) == (True, False, True)


async def test_the_status_of_an_event_is_what_the_command_line_prints() -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(f"/events/{EVENT}")
        expected = status_of(scene.state, leased=[], now=scene.clock.now())

    assert answer.headers["Content-Type"] == "application/json"
    assert EventStatus.model_validate_json(answer.content) == expected
    assert answer.json() == expected.model_dump(mode="json")


async def test_an_event_is_not_settled_while_a_worker_runs_a_handler() -> None:
    async with a_made_scene() as scene:
        before = (await scene.get(f"/events/{EVENT}")).json()
        await _lease(scene, "Summary")
        during = (await scene.get(f"/events/{EVENT}")).json()

    assert (before["settled"], before["running"]) == (True, [])
    assert (during["settled"], during["running"]) == (False, ["Summary"])


async def test_says_why_a_file_is_obsolete() -> None:
    async with a_made_scene() as scene:
        await scene.notice("UPDATE", minute=9, skymap="b", event="a")
        why = (await scene.get(f"/events/{EVENT}/why/skymap.fits")).json()

    changed = [row["input"] for row in why["inputs"] if row["changed"]]
    assert why["status"] == Status.OBSOLETE
    assert changed == ["alert.json#skymap"]
    assert why["needs"]["due"]
    assert sorted(why["waiting"]) == ["skymap.png", "skymap_info.json", "summary.html"]


async def test_tells_the_facts_of_an_event_in_order_as_they_were_written() -> None:
    async with a_made_scene() as scene:
        rows = (await scene.get(f"/events/{EVENT}/facts")).json()["facts"]

    assert [row["sequence"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[2]["fact"]["files"][0]["file"] == "skymap.fits"
    assert {row["outcome"] for row in rows} == {"applied"}


async def test_lists_the_revisions_of_an_event() -> None:
    revision = RevisionCommitted(id="r", occurred_at=START, event=EVENT, commit="ab" * 20, number=0)
    async with a_made_scene() as scene:
        scene.store.revisions[EVENT, 0] = revision
        answer = await scene.get(f"/events/{EVENT}/revisions")

    assert answer.json()["revisions"] == [revision.model_dump(mode="json")]


async def test_lists_refused_inputs() -> None:
    letter = DeadLetter(
        id="d", occurred_at=START, reason=RefusalReason.NOT_JSON, source=None, raw=None, size=3
    )
    async with a_scene() as scene:
        scene.store.dead_letters["d"] = letter
        answer = await scene.get("/dead-letters")

    expected = listed(ShownLetter(letter)).model_dump(mode="json")
    assert answer.json() == {"dead_letters": [expected]}
    assert expected["state"] == "open"


async def test_shows_when_a_cooled_down_handler_runs_again() -> None:
    later = START + timedelta(minutes=5)
    async with a_made_scene() as scene:
        await scene.fold(
            FileRequested(id="again", occurred_at=START, event=EVENT, handler="Summary")
        )
        await scene.fail("Summary", retry_at=later)
        status = (await scene.get(f"/events/{EVENT}")).json()

    assert [datetime.fromisoformat(timer) for timer in status["timers"]] == [later.astimezone(UTC)]
    assert status["settled"]


async def test_is_alive_and_ready() -> None:
    async with a_scene() as scene:
        alive, ready = await scene.get("/livez"), await scene.get("/readyz")

    assert (alive.status_code, ready.status_code) == (200, 200)


async def _lease(scene: Scene, handler: str) -> None:
    """Let a worker run a handler."""
    specs = scene.state.manifest.handlers if scene.state.manifest else ()
    spec = next(spec for spec in specs if spec.name == handler)
    task = Task(EVENT, "need", 1, spec, inputs={}, contents=(), cause="")
    async with MemoryLedger(scene.store).transaction("resolver") as transaction:
        await transaction.tasks.want({EVENT: [task]})
    pairs = [(spec.name, spec.code)]
    queue = MemoryTaskQueue(scene.store)
    (lease,) = await queue.claim("w", handlers=pairs, limit=1, lease=timedelta(minutes=1))
    assert lease.task == task
