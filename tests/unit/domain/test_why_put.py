"""What is told of files that somebody put in place, and of those that nobody put."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from llama.domain.states import EventState
from llama.domain.why_text import text_of
from schemas.facts import FilePut
from schemas.files import FileContent
from tests.support.told import a_settled_world, file_of, why_of
from tests.support.world import START, World, a_trigger


def put(world: World, handler: str, *, by: str = "ada", reason: str = "a better map") -> None:
    content = FileContent(file=handler, digest="0" * 64, size=1, aspects={"whole": "0" * 64})
    world.fold(
        FilePut(
            id=f"put-{handler}",
            occurred_at=START + timedelta(hours=10),
            event="MS1",
            handler=handler,
            by=by,
            reason=reason,
            files=(content,),
        )
    )


@pytest.mark.parametrize("handler", ["skymap", "alert"])
def test_of_a_file_that_was_put_by_hand_it_is_told_who_did_it_when_and_why(handler: str) -> None:
    world = a_settled_world()

    put(world, handler)

    why = why_of(world, handler)
    assert file_of(world, handler).reason == "put by ada at 2026-11-22 10:00:00 UTC: a better map"
    assert why.made is not None
    assert (why.made.fact, why.made.put) == (f"put-{handler}", True)
    assert (why.made.by, why.made.reason) == ("ada", "a better map")
    assert text_of(why).splitlines()[1] == (
        "ada put it there at 2026-11-22 10:00:00 UTC (a better map); it is version 1."
    )


def test_a_file_that_nobody_said_why_they_put_is_told_as_put_by_hand() -> None:
    world = a_settled_world()

    put(world, "skymap", by="", reason="")

    assert file_of(world, "skymap").reason == "put by hand at 2026-11-22 10:00:00 UTC"
    assert "Somebody put it there at 2026-11-22 10:00:00 UTC;" in text_of(why_of(world, "skymap"))


def test_a_run_after_a_file_was_put_is_told_as_a_run() -> None:
    world = a_settled_world()
    put(world, "skymap")
    world.notice("UPDATE", minute=2, skymap="b")
    world.settle()

    made = why_of(world, "skymap").made

    assert made is not None
    assert (made.put, made.by) == (False, "")
    assert file_of(world, "skymap").reason == "made from the latest inputs"


def test_what_was_put_before_a_pipeline_is_told_as_put() -> None:
    world = World()
    world.state = EventState("MS1")

    put(world, "letter")

    assert file_of(world, "letter").reason == (
        "put by ada at 2026-11-22 10:00:00 UTC: a better map; no pipeline is adopted yet"
    )


def test_a_file_of_an_earlier_notice_is_not_told_as_put() -> None:
    world = a_settled_world()

    world.fold(a_trigger("UPDATE", minute=2).model_copy(update={"files": ()}))

    assert file_of(world, "alert").reason == "it came with an earlier notice"
    assert why_of(world, "alert").made is None


def test_what_was_put_survives_being_written() -> None:
    world = a_settled_world()
    put(world, "skymap")
    states = TypeAdapter(EventState)

    assert states.validate_json(states.dump_json(world.state)) == world.state
