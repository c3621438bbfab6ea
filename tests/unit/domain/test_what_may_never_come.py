"""What waits for something from outside that may never come holds up nobody who can do without."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.states import EventState
from schemas.facts import TriggerReceived
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
    adopt(world, *specs, epoch=1)
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


@st.composite
def pipelines(draw: st.DrawFn) -> list[HandlerSpec]:
    """Draw handlers of which the first needs the letter, and others may need what it makes."""
    specs = [made_from("h0", "letter", *draw(st.sampled_from([(), ("alert#skymap",)])))]
    for number in range(1, draw(st.integers(2, 5))):
        inputs = ["alert#event", "alert#skymap", *(one.name for one in specs)]
        used = draw(st.lists(st.sampled_from(inputs), min_size=1, max_size=2, unique=True))
        ends = [draw(st.sampled_from(["", "?"])) for _ in used]
        specs.append(made_from(f"h{number}", *map("".join, zip(used, ends, strict=True))))
    return specs


NOTICES = [
    a_trigger("PRELIMINARY", minute=1, skymap="a map"),
    a_trigger("INITIAL", minute=2),
    a_trigger("UPDATE", minute=3, skymap="another"),
    a_trigger("RETRACTION", minute=4),
    a_trigger("UPDATE", minute=5, skymap="a map"),
]


def adopt(world: World, *specs: HandlerSpec, epoch: int) -> None:
    manifest = Manifest(digest=f"{epoch:064}", handlers=(ALERT, LETTER, *specs))
    world.fold(world.adopted(epoch=epoch).model_copy(update={"manifest": manifest}))


@settings(max_examples=40, deadline=None)
@given(pipelines(), st.lists(st.sampled_from(NOTICES), min_size=1, max_size=3, unique_by=id))
def test_no_order_of_notices_shows_other_contents_below_what_may_never_come(
    specs: list[HandlerSpec], notices: list[TriggerReceived]
) -> None:
    """The pipeline comes to need the letter anywhere between them: what it made then is hidden."""
    shown: list[object] = []
    for order in permutations([*notices, None]):
        world = a_world(made_from("h0", "alert#event"), *specs[1:])
        for notice in order:
            if notice is None:
                adopt(world, *specs, epoch=2)
            else:
                world.fold(notice)
            world.settle()
        shown.append({name: digest for name, (_, digest) in world.shown().items()})

    assert all(one == shown[0] for one in shown)
