"""What became of a wish to have files made."""

from collections.abc import Sequence
from typing import Literal

import pytest

from llama.cli.carrying import Report
from llama.cli.made import Made, tell
from llama.cli.ordering import ActOptions
from llama.client.acting.acts import Done, Effect
from llama.client.acting.orders import Order
from llama.client.acting.plans import Wish, plan_of
from schemas.flags import FlagName
from tests.support.facts import EVENT, START, Story


def made(story: Story, wish: Wish, *, late: bool = False) -> Made:
    """Return what becomes of a wish where nothing happens any more."""
    order = Order(EVENT, "r1", START, by="ada")
    plan = plan_of(story.state, wish, order)
    done = [Done(fact, Effect.SENT) for fact in plan.facts]
    return Made(Report("make", order, done, story.state), plan, (), late)


def a_story(act: Literal["veto", "freeze"] | None = None) -> Story:
    story = Story("alert -> skymap -> plot")
    story.notice()
    story.settle()
    if act:
        story.operate(act, "plot")
    return story


def files_of(left: Sequence[object]) -> list[str]:
    return [file for one in left for file in getattr(one, "files", ())]


@pytest.mark.parametrize("act", ["veto", "freeze"])
def test_what_was_named_and_is_held_is_refused_without_waiting(
    act: Literal["veto", "freeze"],
) -> None:
    assert files_of(made(a_story(act), Wish(("plot",), force=True)).refused) == ["plot.json"]
    assert files_of(made(a_story(act), Wish(("plot",))).refused) == ["plot.json"]
    assert files_of(made(a_story(act), Wish(("skymap",), force=True)).refused) == []


def test_what_is_asked_for_is_not_refused() -> None:
    story = a_story()
    story.operate("request", "plot")
    story.fail("plot", retry_in=None)

    assert files_of(made(story, Wish(("plot",))).refused) == []


def test_what_is_held_and_not_named_is_left_and_not_undone() -> None:
    told = made(a_story("veto"), Wish())

    assert files_of(told.left) == ["plot.json"]
    assert files_of(told.undone) == []


@pytest.mark.parametrize("wish", [Wish(), Wish(force=True)], ids=["make", "make --force"])
def test_of_a_vetoed_event_all_is_refused_though_nothing_was_named(wish: Wish) -> None:
    story = a_story()
    story.flag(FlagName.VETOED, on=True)

    told = made(story, wish)

    assert files_of(told.refused) == ["skymap.json", "plot.json"]
    assert files_of(told.undone) == files_of(told.refused)


def test_of_a_vetoed_event_it_is_said_what_allows_it_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    story = a_story()
    story.flag(FlagName.VETOED, on=True)

    tell(made(story, Wish()), ActOptions())

    told = " ".join(capsys.readouterr().out.split())
    assert "nothing ran skymap.json and plot.json are vetoed: by the event's flag" in told
    assert f"`llama unveto {EVENT} --reason TEXT`" in told


def test_what_is_alike_of_several_files_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    story = a_story()
    story.flag(FlagName.VETOED, on=True)

    tell(made(story, Wish(("skymap", "plot"), force=True)), ActOptions())

    told = " ".join(capsys.readouterr().out.split())
    assert "skymap.json and plot.json are vetoed: by the event's flag VETOED. `llama unveto" in told
    assert told.count("llama unveto") == 1


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(("skymap",), force=True), "not waited for: `llama status"),
        (Wish(("skymap",)), "nothing had to be asked for"),
        (Wish(("plot",)), f"`llama unveto {EVENT} plot.json --reason TEXT` allows it again."),
    ],
)
def test_without_waiting_it_is_said_what_was_asked_and_never_that_nothing_ran(
    wish: Wish, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(made(a_story("veto"), wish), ActOptions(wait=False))

    told = " ".join(capsys.readouterr().out.split())
    assert words in told
    assert "nothing ran" not in told


def test_who_stopped_waiting_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    tell(made(a_story(), Wish(), late=True), ActOptions(timeout=5.0))

    assert "stopped waiting after 5 s: what is under way goes on" in capsys.readouterr().out
