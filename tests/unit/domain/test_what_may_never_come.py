"""What waits for something from outside that may never come holds up nobody who can do without."""

from itertools import permutations

from llama.domain.states import EventState
from schemas.files import DependencySpec, HandlerSpec, Manifest
from tests.support.world import ALERT, World, a_trigger

LETTER = HandlerSpec(name="letter", kind="triggered", files=("letter",), code="1")


def made_from(name: str, *files: str) -> HandlerSpec:
    """Build a handler; `?` ends the name of what may be absent, `#` stands before an aspect."""
    needs = [
        DependencySpec(
            file=file.rstrip("?").partition("#")[0],
            aspects=(file.rstrip("?").partition("#")[2] or "whole",),
            optional=file.endswith("?"),
        )
        for file in files
    ]
    return HandlerSpec(name=name, files=(name,), dependencies=tuple(needs), code="1")


def a_world(*specs: HandlerSpec) -> World:
    world = World()
    world.state = EventState("MS1")
    manifest = Manifest(digest="0" * 64, handlers=(ALERT, LETTER, *specs))
    world.fold(world.adopted(epoch=1).model_copy(update={"manifest": manifest}))
    return world


def test_an_optional_file_from_outside_is_not_waited_for() -> None:
    world = a_world(made_from("page", "alert", "letter?"))

    world.notice("INITIAL", minute=1)

    assert world.settle() == ["page"]


def test_an_optional_file_that_waits_for_one_from_outside_is_not_waited_for() -> None:
    world = a_world(
        made_from("answer", "letter"), made_from("copy", "answer"), made_from("page", "copy?")
    )

    world.notice("INITIAL", minute=1)

    assert world.settle() == ["page"]
    assert world.statuses()["copy"] == "waiting"


def test_what_is_shown_of_it_does_not_depend_on_the_order_of_notices() -> None:
    notices = [
        a_trigger("PRELIMINARY", minute=1, event="one"),
        a_trigger("UPDATE", minute=2, event="two", skymap="a map"),
    ]

    shown: list[object] = []
    for order in permutations(notices):
        world = a_world(
            made_from("answer", "letter", "alert#skymap"),
            made_from("report", "alert", "answer"),
            made_from("page", "report?", "alert#event"),
        )
        for notice in order:
            world.fold(notice)
            world.settle()
        shown.append(world.shown())

    assert shown[0] == shown[1]
