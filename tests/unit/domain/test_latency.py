"""How long after its alert a file was there: the first result since the notice, and no other."""

from dataclasses import replace
from datetime import timedelta

from llama.domain.latency import seconds_after_alert
from schemas.facts import Fact
from tests.support.world import World

LATER = timedelta(seconds=42)


def seconds(world: World, fact: Fact) -> float | None:
    """Fold a fact, and return how long after the alert it was."""
    before = world.state
    world.fold(fact)
    return seconds_after_alert(before, fact, world.state)


def a_world() -> World:
    world = World("skymap <- alert#skymap", "plot <- skymap")
    world.notice("INITIAL", minute=1, skymap="a")
    world.now += LATER
    return world


def test_a_first_result_counts_from_when_the_notice_came_in() -> None:
    world = a_world()

    assert seconds(world, world.result(world.need("skymap"))) == LATER.total_seconds()


def test_a_result_made_again_without_a_new_notice_does_not_count() -> None:
    world = a_world()
    world.settle()
    world.adopt(epoch=2, codes={"skymap": "2"})

    assert seconds(world, world.result(world.need("skymap"), salt="2")) is None


def test_a_result_that_is_not_accepted_does_not_count() -> None:
    world = a_world()
    result = world.result(world.need("skymap"))
    world.fold(result)

    assert seconds(world, result) is None


def test_a_failure_does_not_count() -> None:
    world = a_world()

    assert seconds(world, world.failure(world.need("skymap"), retry_in_s=1)) is None


def test_a_clock_that_is_behind_gives_no_negative_time() -> None:
    world = a_world()
    world.now -= 2 * LATER

    assert seconds(world, world.result(world.need("skymap"))) == 0


def test_a_result_without_any_notice_does_not_count() -> None:
    world = a_world()
    result = world.result(world.need("skymap"))
    before = world.state
    world.fold(result)

    unheard = replace(before, current_notice="")

    assert seconds_after_alert(unheard, result, world.state) is None
