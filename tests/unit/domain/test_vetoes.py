"""Vetoes as data: judged from flags, notices and digests, without reading a file."""

from datetime import timedelta

import pytest

from llama.domain.digests import digest_json
from llama.domain.kinds import TriggeredHandler
from llama.domain.states import EventState
from llama.domain.vetoes import (
    NoticeProperty,
    Veto,
    is_met,
    told,
    unless,
    veto_flag,
    veto_input,
    veto_notice,
)
from schemas.facts import FileDeleted, FlagsChanged
from schemas.flags import FlagName, FlagValue
from tests.support.world import START, World, a_trigger

TEST = veto_flag("ROLE", is_="test", reason="a rehearsal")


class Alert(TriggeredHandler):
    FILENAME = "alert"
    ASPECTS = ("event", "skymap")


def a_world(*vetoes: Veto, rule: str = "plot <- alert#event", below: str = "") -> World:
    """Return a world in which the first handler has vetoes."""
    world = World(rule, *([below] if below else []))
    adopted = world.adopted(epoch=2)
    alert, first, *rest = adopted.manifest.handlers
    vetoed = first.model_copy(update={"vetoes": tuple(veto.spec for veto in vetoes)})
    manifest = adopted.manifest.model_copy(
        update={"handlers": (alert, vetoed, *rest), "digest": digest_json("vetoed")}
    )
    world.fold(adopted.model_copy(update={"manifest": manifest}))
    return world


def set_flag(world: World, name: FlagName, value: FlagValue) -> None:
    number = f"act-{world.state.sequence}"
    world.fold(FlagsChanged(id=number, occurred_at=world.now, event="MS1", changes={name: value}))


def a_state(**told_by_notice: object) -> EventState:
    """Return the state after a notice with these properties."""
    world = World()
    notice = a_trigger("INITIAL", minute=1, skymap="a", event="what is said")
    world.fold(notice.model_copy(update=told_by_notice))
    return world.state


@pytest.mark.parametrize(
    ("name", "is_", "met"),
    [("ROLE", "observation", True), ("ROLE", "test", False), (FlagName.UPLOAD, True, True)],
)
def test_a_flag_vetoes_while_it_has_the_value(name: str, is_: FlagValue, met: bool) -> None:  # noqa: FBT001
    assert is_met(veto_flag(name, is_=is_).spec, a_state()) is met
    assert is_met(unless(veto_flag(name, is_=is_)).spec, a_state()) is not met


@pytest.mark.parametrize(
    ("name", "is_"), [("NOTHING", True), ("ROLE", True), ("UPLOAD", "test"), ("ROLE", "tset")]
)
def test_a_flag_that_never_has_the_value_is_refused(name: str, is_: FlagValue) -> None:
    told_what = rf"^veto_flag\('{name}', is_=.*\) is never met: a flag is one of ROLE, .*; ROLE is"
    with pytest.raises(ValueError, match=told_what):
        veto_flag(name, is_=is_)


def test_a_look_at_what_is_no_handler_is_refused() -> None:
    with pytest.raises(TypeError, match=r"veto_input\('Alert', ...\) looks at no file: name"):
        veto_input("Alert", "event", is_=0)  # type: ignore[arg-type]  # the mistake tested


@pytest.mark.parametrize(
    ("name", "is_", "met"),
    [
        ("alert_type", "INITIAL", True),
        ("alert_type", "UPDATE", False),
        ("significant", False, True),
        ("significant", None, False),
        ("is_test", True, True),
        ("is_test", False, False),
    ],
)
def test_a_property_of_the_newest_notice_vetoes(
    name: NoticeProperty,
    is_: bool | str | None,  # noqa: FBT001
    met: bool,  # noqa: FBT001
) -> None:
    state = a_state(significant=False, is_test=True)

    assert is_met(veto_notice(name, is_=is_).spec, state) is met
    assert is_met(unless(veto_notice(name, is_=is_)).spec, state) is not met


def test_what_a_notice_does_not_tell_is_none() -> None:
    untold = veto_notice("significant", is_=None).spec

    assert is_met(untold, a_state(significant=None))
    assert not is_met(untold, a_state(significant=True))


@pytest.mark.parametrize("name", ["alert_type", "significant", "is_test"])
def test_before_the_first_notice_nothing_is_told(name: NoticeProperty) -> None:
    assert is_met(veto_notice(name, is_=None).spec, EventState("MS1"))


@pytest.mark.parametrize(
    ("name", "is_"),
    [("alert_type", "NEWS"), ("significant", "yes"), ("is_test", "no"), ("far", True)],
)
def test_a_notice_that_never_is_so_is_refused(
    name: NoticeProperty,
    is_: bool | str,  # noqa: FBT001
) -> None:
    with pytest.raises(ValueError, match="notice"):
        veto_notice(name, is_=is_)


def test_an_aspect_of_an_input_vetoes_by_its_value() -> None:
    state = a_state()

    assert is_met(veto_input(Alert, "skymap", is_="a").spec, state)
    assert not is_met(veto_input(Alert, "skymap", is_="b").spec, state)
    assert is_met(unless(veto_input(Alert, "skymap", is_="b")).spec, state)


@pytest.mark.parametrize("value", [None, True, 1.5, {"a": [1]}, "text"])
def test_a_value_is_compared_by_its_digest(value: object) -> None:
    spec = veto_input(Alert, "skymap", is_=value).spec

    assert spec.equals == (None if value is None else digest_json(value))
    assert (spec.subject, spec.name) == ("input", "alert#skymap")


def test_an_aspect_or_a_file_that_is_not_there_is_none() -> None:
    absent = veto_input(Alert, "neutrino", is_=None).spec

    assert is_met(absent, a_state())
    assert is_met(absent, EventState("MS1"))
    assert not is_met(veto_input(Alert, "skymap", is_=None).spec, a_state())
    assert is_met(unless(veto_input(Alert, "neutrino", is_="a")).spec, a_state())


def test_a_deleted_file_has_no_aspects() -> None:
    world = a_world()
    world.notice("INITIAL", minute=1)
    world.settle()
    spec = veto_input(type("Plot", (Alert,), {"FILENAME": "plot"}), "whole", is_=None).spec
    assert not is_met(spec, world.state)

    world.fold(FileDeleted(id="d", occurred_at=START, event="MS1", handler="plot"))

    assert is_met(spec, world.state)


def test_an_input_that_is_hidden_counts_as_absent() -> None:
    absent, bad = veto_input(Alert, "skymap", is_=None).spec, veto_input(Alert, "skymap", is_="a")
    hidden = {"other"}

    assert is_met(absent, a_state(), hidden)
    assert not is_met(bad.spec, a_state(), hidden)
    assert is_met(unless(bad).spec, a_state(), hidden)
    assert is_met(bad.spec, a_state(), {"alert"})


def test_turned_round_twice_it_is_as_before() -> None:
    assert unless(unless(TEST)) == TEST
    assert unless(TEST).handler is TEST.handler
    assert unless(TEST).spec.reason == "a rehearsal"


@pytest.mark.parametrize(
    ("veto", "words"),
    [
        (TEST, "a rehearsal (ROLE is test)"),
        (unless(veto_flag("UPLOAD", is_=True)), "UPLOAD is not True"),
        (veto_notice("significant", is_=None), "significant is unknown"),
        (veto_input(Alert, "skymap", is_="a"), f"alert#skymap is {digest_json('a')[:8]}"),
        (
            veto_input(Alert, "event", is_=False, reason="too soon"),
            "too soon (alert#event is false)",
        ),
    ],
)
def test_a_veto_is_told_in_words(veto: Veto, words: str) -> None:
    assert told(veto.spec) == words


def test_a_vetoed_file_is_not_made_and_says_why() -> None:
    world = a_world(veto_notice("alert_type", is_="INITIAL", reason="too early"))
    world.notice("INITIAL", minute=1)

    assert world.settle() == []
    assert world.statuses() == {"plot": "vetoed"}


def test_one_veto_of_several_is_enough() -> None:
    world = a_world(TEST, veto_notice("alert_type", is_="INITIAL"))
    world.notice("INITIAL", minute=1)

    assert world.statuses() == {"plot": "vetoed"}


def test_what_is_made_from_a_vetoed_file_is_blocked() -> None:
    world = a_world(veto_notice("alert_type", is_="INITIAL"), below="page <- plot")
    world.notice("INITIAL", minute=1)

    assert world.settle() == []
    assert world.statuses() == {"plot": "vetoed", "page": "blocked"}


def test_a_veto_comes_and_goes_with_the_notices() -> None:
    world = a_world(veto_notice("alert_type", is_="UPDATE"))
    seen: list[tuple[list[str], str]] = []
    for minute, alert_type in enumerate(("UPDATE", "INITIAL", "UPDATE", "INITIAL"), start=1):
        world.notice(alert_type, minute=minute)
        seen.append((world.settle(), world.statuses()["plot"]))

    assert seen == [([], "vetoed"), (["plot"], "current"), ([], "vetoed"), (["plot"], "current")]


def test_a_veto_comes_and_goes_with_a_flag() -> None:
    world = a_world(TEST)
    world.notice("INITIAL", minute=1)
    assert world.settle() == ["plot"]

    set_flag(world, FlagName.ROLE, "test")
    assert world.statuses() == {"plot": "vetoed"}

    set_flag(world, FlagName.ROLE, "observation")
    assert (world.settle(), world.statuses()) == ([], {"plot": "current"})


def test_a_veto_comes_and_goes_with_the_data() -> None:
    world = a_world(veto_input(Alert, "skymap", is_="bad"), rule="plot <- alert#skymap")
    seen: list[tuple[list[str], str]] = []
    for minute, sky_map in enumerate(("bad", "good", "bad", "good", "better"), start=1):
        world.notice("UPDATE", minute=minute, skymap=sky_map)
        seen.append((world.settle(), world.statuses()["plot"]))

    assert seen == [
        ([], "vetoed"),
        (["plot"], "current"),
        ([], "vetoed"),
        ([], "current"),
        (["plot"], "current"),
    ]


def test_what_an_older_notice_allowed_is_not_shown_while_a_veto_holds() -> None:
    world = a_world(veto_input(Alert, "skymap", is_="bad"), rule="plot <- alert#skymap")
    world.notice("INITIAL", minute=1, skymap="good")
    world.settle()
    assert world.shown()["plot"][1] is not None

    world.notice("UPDATE", minute=2, skymap="bad")

    assert world.shown()["plot"] == ("vetoed", None)


def test_vetoes_do_not_depend_on_the_order_of_arrival() -> None:
    veto = veto_input(Alert, "skymap", is_="bad")
    ends: list[dict[str, tuple[str, str | None]]] = []
    for order in ((1, 2), (2, 1)):
        world = a_world(veto, rule="plot <- alert#skymap", below="page <- plot")
        for minute in order:
            world.notice("UPDATE", minute=minute, skymap={1: "good", 2: "bad"}[minute])
            world.settle()
            world.now += timedelta(minutes=1)
        ends.append(world.shown())

    assert ends[0] == ends[1]
    assert ends[0]["plot"][0] == "vetoed"
