"""What waits for a pause of publication says so: since when, by whom, and how it goes on."""

from datetime import timedelta

import pytest

from llama.domain.held import Held
from llama.domain.outlet import Pause
from llama.domain.status import status_of
from llama.domain.why_text import text_of
from tests.support.told import a_settled_world, why_of
from tests.support.world import START, World

PAUSE = Pause("Erika", "the receiver moves", START - timedelta(minutes=5))
TOLD = ("publication is paused by Erika since", "`llama publish --resume --reason TEXT`")


@pytest.fixture
def wanting() -> World:
    """Make an event whose skymap is to be made again."""
    world = a_settled_world()
    world.notice("UPDATE", minute=2, skymap="b")
    return world


def test_a_run_that_waits_for_a_pause_does_not_start_now(wanting: World) -> None:
    why = Held(PAUSE, {"skymap"}).why(why_of(wanting, "skymap"))

    lines = text_of(why)
    assert "may start now" not in lines
    assert all(words in lines for words in TOLD)
    assert why.needs is not None
    assert (why.needs.due, why.needs.paused) == (False, str(PAUSE))


def test_a_run_that_publishes_nothing_starts(wanting: World) -> None:
    why = Held(PAUSE, {"plot"}).why(why_of(wanting, "skymap"))

    assert why == why_of(wanting, "skymap")


def test_an_event_that_waits_for_a_pause_says_so(wanting: World) -> None:
    status = status_of(wanting.state, leased=[], now=wanting.now)

    held = Held(PAUSE, {"skymap"}).status(status, wanting.state, wanting.now)
    others = Held(PAUSE, {"plot"}).status(status, wanting.state, wanting.now)

    assert held.paused == str(PAUSE)
    assert others == status


def test_of_an_event_that_needs_nothing_nothing_waits() -> None:
    world = a_settled_world()
    status = status_of(world.state, leased=[], now=world.now)

    assert Held(PAUSE, {"skymap"}).status(status, world.state, world.now) == status
