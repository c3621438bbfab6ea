"""An event's graph as dot text."""

import re

import pytest

from llama.domain.assessment import Status
from llama.domain.drawing.graph import LOOKS, dot_of
from llama.domain.states import EventState
from schemas.facts import FileFrozen
from schemas.files import HandlerSpec, Manifest
from tests.support.world import START, World

HOSTILE = 'x"];} evil [label="</TD><B>&amp;\\N\n\0\u202e'


def a_world(*rules: str) -> World:
    world = World(*rules)
    world.notice("INITIAL", minute=1, skymap="a")
    return world


def boxes_of(dot: str) -> list[str]:
    return re.findall(r"^  n\d+ \[label=<.*", dot, re.MULTILINE)


def edges_of(dot: str) -> list[str]:
    return re.findall(r"^  n\d+ -> n\d+ \[.*", dot, re.MULTILINE)


def test_a_box_says_file_version_status_and_handler() -> None:
    world = a_world("skymap <- alert#skymap")
    world.settle()

    box = boxes_of(dot_of(world.state, title="MS1"))[1]

    assert "<B>skymap</B>" in box
    assert ">v0<" in box
    assert "<B>current</B>" in box
    assert box.count("skymap") == 2


def test_an_arrow_goes_from_a_file_to_what_is_made_from_it_with_the_aspects_used() -> None:
    world = a_world("skymap <- alert#skymap", "plot <- skymap")

    edges = edges_of(dot_of(world.state, title="MS1"))

    assert [edge.split(" [")[0].strip() for edge in edges] == ["n0 -> n1", "n1 -> n2"]
    assert 'label=" skymap "' in edges[0]
    assert 'label=""' in edges[1]


def test_an_optional_input_is_dashed_and_says_so() -> None:
    world = a_world("skymap <- alert#skymap", "plot <- skymap?")

    needed, optional = edges_of(dot_of(world.state, title="MS1"))

    assert "dashed" not in needed
    assert "style=dashed" in optional
    assert "(optional)" in optional


def test_a_changed_input_is_heavy_and_says_so() -> None:
    world = a_world("skymap <- alert#skymap", "info <- alert#event")
    world.settle()
    world.notice("UPDATE", minute=2, skymap="a")

    same, changed = edges_of(dot_of(world.state, title="MS1"))

    assert "(changed)" not in same
    assert "(changed)" in changed
    assert "penwidth" in changed


def test_of_two_inputs_only_the_changed_one_is_heavy() -> None:
    world = a_world("skymap <- alert#skymap", "info <- alert#event skymap")
    world.settle()
    world.notice("UPDATE", minute=2, skymap="a")

    _, event, skymap = edges_of(dot_of(world.state, title="MS1"))

    assert "(changed)" in event
    assert "(changed)" not in skymap


def test_a_hidden_file_shows_no_version() -> None:
    world = a_world("skymap <- alert#skymap")
    world.settle()
    world.notice("RETRACTION", minute=2)

    box = boxes_of(dot_of(world.state, title="MS1"))[1]

    assert "masked" in box
    assert "v0" not in box


def test_the_legend_has_the_statuses_that_there_are() -> None:
    world = a_world("skymap <- alert#skymap", "plot <- skymap")

    dot = dot_of(world.state, title="MS1")

    legend = dot[: dot.index("node [")]
    assert [status for status in Status if f">{status}<" in legend] == [
        Status.CURRENT,
        Status.MISSING,
        Status.WAITING,
    ]


def test_every_status_has_a_look_of_its_own() -> None:
    assert LOOKS.keys() == set(Status)
    assert len(set(LOOKS.values())) == len(LOOKS)


def test_a_frozen_file_is_told_from_a_current_one() -> None:
    world = a_world("skymap <- alert#skymap")
    world.settle()
    before = dot_of(world.state, title="MS1")

    world.fold(FileFrozen(id="f", occurred_at=START, event="MS1", handler="skymap"))

    assert "<B>frozen</B>" not in before
    assert "<B>frozen</B>" in dot_of(world.state, title="MS1")


def test_the_same_state_gives_the_same_text() -> None:
    one, other = a_world("skymap <- alert#skymap"), a_world("skymap <- alert#skymap")

    assert dot_of(one.state, title="MS1") == dot_of(other.state, title="MS1")


def test_an_event_without_a_pipeline_has_a_graph_that_says_so() -> None:
    dot = dot_of(EventState("MS1"), title="MS1")

    assert "no pipeline is adopted yet" in dot
    assert not boxes_of(dot)


@pytest.mark.parametrize("colour", ["red; }", 'x"', "#12", "", "url(x)", "white\n"])
def test_a_background_is_a_colour(colour: str) -> None:
    with pytest.raises(ValueError, match="is no colour"):
        dot_of(EventState("MS1"), title="MS1", bgcolor=colour)


def test_no_name_can_write_dot() -> None:
    """Names are checked when messages are read; here they come past that check."""
    spec = HandlerSpec.model_construct(
        name=HOSTILE, kind="triggered", files=(HOSTILE,), dependencies=(), code="1"
    )
    manifest = Manifest.model_construct(digest="0" * 64, handlers=(spec,))

    dot = dot_of(EventState("MS1", manifest=manifest), title=HOSTILE)

    assert dot.count("evil") == 3
    assert "</TD><B>&amp;\\N" not in dot
    assert not re.search(r"(?<!\\)\"\];} evil", dot)
    assert "\0" not in dot
    assert "\u202e" not in dot
