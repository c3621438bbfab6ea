"""What failed with some inputs has failed with these, whatever was tried with others since."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from llama.domain.attempts import MOST_NEEDS
from llama.domain.resolve import decide
from llama.domain.states import EventState
from llama.domain.why import explanation_of
from schemas.facts import FileRequested, RunCancelled
from tests.support.world import START, World

RULES = ("skymap <- alert#skymap", "plot <- skymap")


def a_world(skymap: str = "a") -> World:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap=skymap)
    return world


def fail(world: World, *, retry_in_s: float | None) -> str:
    return world.fold(world.failure(world.need("skymap"), retry_in_s=retry_in_s))


def cancel(world: World, handler: str, *, number: int = 1) -> str:
    about = {"id": f"cancel-{number}", "occurred_at": START, "event": "MS1", "handler": handler}
    return world.fold(RunCancelled.model_validate(about))


def request(world: World, handler: str, *, number: int = 1) -> str:
    about = {"id": f"request-{number}", "occurred_at": START, "event": "MS1", "handler": handler}
    return world.fold(FileRequested.model_validate(about))


def test_inputs_that_come_back_find_their_cool_down_as_it_was() -> None:
    world = a_world("a")
    fail(world, retry_in_s=60)
    world.notice("INITIAL", minute=2, skymap="b")
    fail(world, retry_in_s=5)

    world.notice("UPDATE", minute=3, skymap="a")

    (run,) = decide(world.state, world.now).runs
    assert (run.not_before, run.need.failures) == (START + timedelta(seconds=60), 1)
    assert world.statuses()["skymap"] == "cooling"


def test_inputs_that_come_back_have_failed_for_good_still() -> None:
    world = a_world("a")
    fail(world, retry_in_s=None)
    world.notice("INITIAL", minute=2, skymap="b")
    fail(world, retry_in_s=5)

    world.notice("UPDATE", minute=3, skymap="a")

    assert world.statuses() == {"skymap": "failed", "plot": "blocked"}
    assert world.settle() == []


def test_a_cancelled_run_stays_unwanted_when_its_inputs_come_back() -> None:
    world = a_world("a")
    late = world.result(world.need("skymap"))
    cancel(world, "skymap")
    world.notice("INITIAL", minute=2, skymap="b")
    fail(world, retry_in_s=5)
    world.notice("UPDATE", minute=3, skymap="a")

    assert world.fold(late) == "superseded"
    assert world.statuses()["skymap"] == "failed"


def test_the_failure_that_is_told_is_that_of_the_inputs_there_are() -> None:
    world = a_world("a")
    fail(world, retry_in_s=60)
    world.notice("INITIAL", minute=2, skymap="b")
    fail(world, retry_in_s=5)
    world.notice("UPDATE", minute=3, skymap="a")

    why = explanation_of(world.state, "skymap", now=START)

    assert why is not None
    assert why.failure is not None
    assert why.failure.retry_at == START + timedelta(seconds=60)
    assert f"{why.failure.retry_at:%H:%M:%S}" in why.reason


def test_a_result_that_is_accepted_clears_what_failed_before() -> None:
    world = a_world("a")
    fail(world, retry_in_s=60)
    world.notice("INITIAL", minute=2, skymap="b")

    world.settle()

    assert not world.state.failures
    assert not world.state.attempts


def test_states_with_failures_of_several_needs_survive_being_written() -> None:
    world = a_world("a")
    fail(world, retry_in_s=60)
    world.notice("INITIAL", minute=2, skymap="b")
    fail(world, retry_in_s=None)
    states = TypeAdapter(EventState)

    assert len(world.state.failures["skymap"]) == 2
    assert states.validate_json(states.dump_json(world.state)) == world.state


def test_inputs_that_change_for_ever_do_not_let_the_state_grow_for_ever() -> None:
    world = a_world("0")
    for minute in range(2, 3 * MOST_NEEDS):
        fail(world, retry_in_s=60)
        world.notice("UPDATE", minute=minute, skymap=str(minute))
    fail(world, retry_in_s=60)

    assert len(world.state.failures["skymap"]) == MOST_NEEDS
    assert len(world.state.attempts["skymap"]) <= MOST_NEEDS + 1
    assert world.statuses()["skymap"] == "cooling"


@pytest.mark.parametrize("others", [1, MOST_NEEDS, 2 * MOST_NEEDS + 1])
def test_a_failure_that_is_repeated_much_later_is_not_counted_again(others: int) -> None:
    """Whatever was forgotten: a need that comes back has runs of its own."""
    world = a_world("a")
    failure = world.failure(world.need("skymap"), retry_in_s=0)
    world.fold(failure)
    for minute in range(2, others + 2):
        world.notice("UPDATE", minute=minute, skymap=str(minute))
        fail(world, retry_in_s=0)

    world.notice("UPDATE", minute=others + 2, skymap="a")

    assert world.fold(failure) == "redundant"
    assert world.need("skymap").id == failure.need
    assert world.need("skymap").attempt > failure.attempt


def test_what_was_cancelled_is_never_forgotten() -> None:
    world = a_world("a")
    cancel(world, "skymap")
    for minute in range(2, 3 * MOST_NEEDS):
        world.notice("UPDATE", minute=minute, skymap=str(minute))
        fail(world, retry_in_s=60)

    world.notice("UPDATE", minute=3 * MOST_NEEDS, skymap="a")

    assert world.statuses()["skymap"] == "failed"


def test_cancelling_what_was_only_asked_for_drops_the_request() -> None:
    world = a_world()
    world.settle()
    request(world, "plot")
    asked = world.result(world.need("plot"))

    assert cancel(world, "plot") == "applied"

    assert world.statuses() == {"skymap": "current", "plot": "current"}
    assert world.fold(asked) == "superseded"
    assert world.settle() == []


def test_cancelling_what_was_only_asked_for_and_failed_drops_the_request() -> None:
    world = a_world()
    world.settle()
    request(world, "skymap")
    fail(world, retry_in_s=None)

    assert cancel(world, "skymap") == "applied"

    assert world.statuses() == {"skymap": "current", "plot": "current"}


def test_a_file_can_be_asked_for_again_after_a_request_was_dropped() -> None:
    world = a_world()
    world.settle()
    request(world, "plot", number=1)
    cancel(world, "plot")

    request(world, "plot", number=2)

    assert world.settle() == ["plot"]


def test_cancelling_what_changed_inputs_want_too_lets_it_fail() -> None:
    world = a_world()
    world.settle()
    world.notice("INITIAL", minute=2, skymap="b")
    request(world, "skymap")

    cancel(world, "skymap")

    assert world.statuses()["skymap"] == "failed"
    assert world.settle() == []
