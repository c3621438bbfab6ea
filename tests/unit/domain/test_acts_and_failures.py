"""What operators do, and what failures lead to, each as a promise."""

from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from llama.domain.needs import Assessor
from llama.domain.states import EventState
from schemas.facts import (
    FileDeleted,
    FileFrozen,
    FileRequested,
    FileVetoed,
    FlagsChanged,
)
from schemas.flags import FlagName
from tests.support.world import START, World

Operation = FileDeleted | FileVetoed | FileFrozen | FileRequested
ActType = TypeVar("ActType", bound=Operation)
RULES = ("skymap <- alert#skymap", "info <- alert#event skymap?", "plot <- skymap")


def a_settled_world() -> World:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    world.settle()
    return world


def test_a_deleted_file_is_made_again_and_an_equal_one_re_runs_nothing_below() -> None:
    world = a_settled_world()

    world.fold(_act(FileDeleted, "skymap", number=1))

    assert world.statuses()["skymap"] == "missing"
    assert world.settle() == ["skymap"]
    assert world.announced == []


def test_delete_make_delete_are_three_facts_and_two_runs() -> None:
    world = a_settled_world()

    ran = [
        (world.fold(_act(FileDeleted, "plot", number=number)), world.settle()) for number in (1, 2)
    ]

    assert ran == [("applied", ["plot"]), ("applied", ["plot"])]


def test_an_act_that_comes_twice_is_done_once() -> None:
    world = a_settled_world()
    world.fold(_act(FileDeleted, "plot", number=1))
    world.settle()

    assert world.fold(_act(FileDeleted, "plot", number=1)) == "redundant"
    assert world.settle() == []


def test_a_requested_file_is_made_again_once() -> None:
    world = a_settled_world()

    world.fold(_act(FileRequested, "plot", number=1))

    assert world.settle() == ["plot"]
    assert world.settle() == []


def test_a_veto_blocks_descendants_until_it_is_lifted() -> None:
    world = World(*RULES)
    world.fold(_act(FileVetoed, "skymap", number=1))
    world.notice("INITIAL", minute=1, skymap="a")
    world.settle()
    vetoed = world.statuses()

    world.fold(_act(FileVetoed, "skymap", number=2).model_copy(update={"vetoed": False}))

    assert vetoed == {"skymap": "vetoed", "info": "current", "plot": "blocked"}
    assert world.settle() == ["skymap", "info", "plot"]


def test_a_frozen_file_stays_and_feeds_its_consumers() -> None:
    world = a_settled_world()
    world.fold(_act(FileFrozen, "skymap", number=1))

    world.notice("INITIAL", minute=2, skymap="b")

    assert world.settle() == ["info"]
    assert world.statuses()["skymap"] == "frozen"


def test_the_vetoed_flag_stops_the_event_and_no_notice_touches_it() -> None:
    world = World(*RULES)
    world.fold(
        FlagsChanged(id="f1", occurred_at=START, event="MS1", changes={FlagName.VETOED: True})
    )

    world.notice("INITIAL", minute=1, skymap="a")

    assert world.settle() == []
    assert world.state.flags.VETOED


def test_a_file_that_another_handler_made_is_made_again() -> None:
    world = a_settled_world()
    world.rules = ("skymap2 <- alert#skymap",)
    adopted = world.adopted(epoch=2)
    (renamed,) = adopted.manifest.handlers[1:]
    manifest = adopted.manifest.model_copy(
        update={
            "handlers": (
                adopted.manifest.handlers[0],
                renamed.model_copy(update={"files": ("skymap",)}),
            )
        }
    )

    world.fold(adopted.model_copy(update={"manifest": manifest}))

    assert world.statuses() == {"skymap2": "obsolete"}
    assert [need.handler.name for need in world.needs()] == ["skymap2"]


def test_a_frozen_file_is_not_deleted_until_it_is_let_go() -> None:
    world = a_settled_world()
    world.fold(_act(FileFrozen, "skymap", number=1))
    before = world.shown()
    deletion = world.fold(_act(FileDeleted, "skymap", number=2))
    kept = world.shown()
    world.fold(_act(FileFrozen, "skymap", number=3).model_copy(update={"frozen": False}))

    assert (deletion, kept) == ("ignored", before)
    assert world.settle() == []
    assert world.fold(_act(FileDeleted, "skymap", number=4)) == "applied"


def test_a_deleted_file_that_is_frozen_feeds_nobody() -> None:
    world = a_settled_world()
    world.fold(_act(FileDeleted, "skymap", number=1))
    world.fold(_act(FileFrozen, "skymap", number=2))

    assert world.settle() == ["info"]
    assert world.statuses() == {"skymap": "frozen", "info": "current", "plot": "masked"}


@pytest.mark.parametrize("kind", [FileDeleted, FileVetoed, FileFrozen, FileRequested])
def test_acts_on_what_comes_with_a_notice_are_ignored(kind: type[Operation]) -> None:
    world = a_settled_world()
    before = world.shown()

    assert world.fold(_act(kind, "alert", number=1)) == "ignored"
    assert world.shown() == before


def test_runs_that_were_overtaken_do_not_eat_the_retries() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    for number in range(5):
        overtaken = world.result(world.need("skymap"))
        world.fold(_act(FileFrozen, "skymap", number=2 * number))
        world.fold(overtaken)
        thaw = _act(FileFrozen, "skymap", number=2 * number + 1)
        world.fold(thaw.model_copy(update={"frozen": False}))

    assert world.need("skymap").attempt == 6
    assert world.need("skymap").failures == 0


def test_failures_of_one_need_are_counted() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")

    for number in range(3):
        assert world.need("skymap").failures == number
        world.fold(world.failure(world.need("skymap"), retry_in_s=0))


def test_what_has_failed_for_good_on_new_inputs_hides_what_old_ones_gave() -> None:
    """Otherwise what is shown would depend on whether the old notice came first."""
    world = a_settled_world()
    world.notice("INITIAL", minute=2, skymap="b")
    world.fold(world.failure(world.need("skymap"), retry_in_s=None))
    world.settle()

    assert world.shown()["skymap"] == ("failed", None)
    assert world.shown()["plot"] == ("blocked", None)
    assert world.statuses()["info"] == "current"


def test_a_veto_that_takes_an_optional_input_away_is_announced() -> None:
    world = a_settled_world()

    world.fold(_act(FileVetoed, "skymap", number=1))

    assert {fact.file: fact.because[0].now for fact in world.announced} == {"info": None}


def test_a_chain_longer_than_the_stack_of_python_is_assessed() -> None:
    length = 3000
    rules = ["n0 <- alert#skymap", *(f"n{i} <- n{i - 1}" for i in range(1, length))]
    world = World(*rules)
    world.notice("INITIAL", minute=1, skymap="a")

    last = Assessor(world.state).named(f"n{length - 1}")

    assert last is not None
    assert last.status == "waiting"


@pytest.mark.parametrize("changes", [{"ROLE": True}, {"VETOED": "test"}, {"UNKNOWN": True}])
def test_flags_take_only_what_fits_them(changes: dict[str, object]) -> None:
    body = {"id": "f", "event": "S1", "occurred_at": START, "changes": changes}

    with pytest.raises(ValidationError):
        FlagsChanged.model_validate(body)


@given(st.dictionaries(st.sampled_from(FlagName), st.one_of(st.booleans(), st.just("test"))))
def test_flags_that_a_fact_may_change_survive_being_written(
    changes: dict[FlagName, bool | str],
) -> None:
    try:
        fact = FlagsChanged.model_validate(
            {"id": "f", "event": "MS1", "occurred_at": START, "changes": changes}
        )
    except ValidationError:
        return
    world = World(*RULES)
    world.fold(fact)
    states = TypeAdapter(EventState)

    assert states.validate_json(states.dump_json(world.state)) == world.state


def _act(kind: type[ActType], handler: str, *, number: int) -> ActType:
    return kind(id=f"act-{number}", occurred_at=START, event="MS1", handler=handler)
