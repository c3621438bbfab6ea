"""The rules of acceptance, obsolescence and settling, each as a promise."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.domain.event_state import replay
from llama.domain.resolve import decide
from tests.support.world import START, World, a_trigger

RULES = ("skymap <- alert#skymap", "info <- alert#event skymap?", "plot <- skymap")


def a_settled_world() -> World:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    world.settle()
    return world


def test_makes_everything_after_the_first_notice() -> None:
    world = World(*RULES)

    world.notice("PRELIMINARY", minute=1, skymap="a")

    assert world.settle() == ["skymap", "info", "plot"]
    assert set(world.statuses().values()) == {"current"}


def test_an_event_without_a_pipeline_is_not_settled() -> None:
    state = replay("MS1", [a_trigger("INITIAL", minute=1)])

    assert not decide(state, START).is_settled


def test_an_equal_map_re_runs_only_what_uses_the_rest_of_the_notice() -> None:
    world = a_settled_world()

    world.notice("INITIAL", minute=2, skymap="a")

    assert world.settle() == ["info"]


def test_a_new_map_re_runs_all_its_descendants() -> None:
    world = a_settled_world()

    world.notice("INITIAL", minute=2, skymap="b")

    assert world.settle() == ["skymap", "info", "plot"]


def test_an_equal_result_stops_the_wave() -> None:
    world = World("a <- alert#skymap", "b <- a", "c <- b")
    world.notice("INITIAL", minute=1, skymap="1")
    world.settle()
    world.notice("UPDATE", minute=2, skymap="2")

    world.fold(_same_content(world, "a"))

    assert set(world.statuses().values()) == {"current"}


def _same_content(world: World, name: str):
    result = world.result(world.need(name))
    return result.model_copy(update={"files": (world.state.files[name].content,)})


def test_an_older_notice_that_comes_late_changes_nothing() -> None:
    world = a_settled_world()
    before = world.shown()

    outcome = world.notice("EARLYWARNING", minute=0, skymap="older")

    assert outcome == "ignored"
    assert world.shown() == before
    assert len(world.state.notices) == 2


def test_a_repeated_notice_is_redundant() -> None:
    world = a_settled_world()

    assert world.notice("PRELIMINARY", minute=1, skymap="a") == "redundant"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("EARLYWARNING", "PRELIMINARY"),
        ("PRELIMINARY", "INITIAL"),
        ("INITIAL", "UPDATE"),
        ("UPDATE", "RETRACTION"),
    ],
)
def test_of_two_notices_of_one_second_the_later_type_is_newer(earlier: str, later: str) -> None:
    forward, backward = World(*RULES), World(*RULES)

    for alert_type in (earlier, later):
        forward.notice(alert_type, minute=1)
    for alert_type in (later, earlier):
        backward.notice(alert_type, minute=1)

    assert forward.state.notice == backward.state.notice
    assert forward.state.notice is not None
    assert forward.state.notice.alert_type == later


def test_a_retraction_hides_results_and_stops_work() -> None:
    world = a_settled_world()

    world.notice("RETRACTION", minute=2)

    assert world.settle() == []
    assert set(world.shown().values()) - {world.shown()["alert"]} == {("masked", None)}


def test_a_newer_notice_lifts_a_retraction_and_reuses_what_is_still_right() -> None:
    world = a_settled_world()
    world.notice("RETRACTION", minute=2)

    world.notice("INITIAL", minute=3, skymap="a")

    assert world.settle() == ["info"]
    assert set(world.statuses().values()) == {"current"}


def test_a_notice_without_a_map_masks_what_is_made_from_it() -> None:
    world = a_settled_world()

    world.notice("UPDATE", minute=2)

    assert world.settle() == ["info"]
    assert world.statuses() == {"skymap": "masked", "info": "current", "plot": "masked"}


def test_a_result_of_old_inputs_is_superseded() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    late = world.result(world.need("skymap"))
    world.notice("INITIAL", minute=2, skymap="b")

    assert world.fold(late) == "superseded"
    assert "skymap" not in world.state.files


def test_a_second_different_result_of_one_need_is_redundant() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    need = world.need("skymap")
    world.fold(world.result(need))
    digest = world.state.files["skymap"].content.digest

    assert world.fold(world.result(need, salt="other")) == "redundant"
    assert world.state.files["skymap"].content.digest == digest


def test_a_need_that_comes_back_after_a_superseded_run_gets_a_run_of_its_own() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    first = world.need("skymap")
    world.notice("RETRACTION", minute=2)
    world.fold(world.result(first))

    world.notice("INITIAL", minute=3, skymap="a")

    assert world.need("skymap").id == first.id
    assert world.need("skymap").attempt == first.attempt + 1


def test_inputs_that_go_and_come_back_are_two_needs() -> None:
    world = a_settled_world()
    first = world.state.made["skymap"].need
    world.notice("INITIAL", minute=2, skymap="b")
    world.settle()
    world.notice("UPDATE", minute=3, skymap="a")

    assert world.need("skymap").id != first


def test_a_failure_cools_down_and_then_runs_again() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    world.fold(world.failure(world.need("skymap"), retry_in_s=5))

    assert world.statuses()["skymap"] == "cooling"
    assert [need.handler.name for need in world.needs()] == []
    world.now += timedelta(seconds=5)
    assert world.need("skymap").attempt == 2


def test_new_inputs_do_not_wait_for_the_cool_down_of_old_ones() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    world.fold(world.failure(world.need("skymap"), retry_in_s=1000))

    world.notice("INITIAL", minute=2, skymap="b")

    assert world.need("skymap").attempt == 1


def test_a_failure_for_good_blocks_what_depends_on_it_and_nothing_else() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")

    world.fold(world.failure(world.need("skymap"), retry_in_s=None))
    world.settle()

    assert world.statuses() == {"skymap": "failed", "info": "current", "plot": "blocked"}
    assert decide(world.state, world.now).is_settled


def test_a_repeated_failure_is_counted_once() -> None:
    world = World(*RULES)
    world.notice("PRELIMINARY", minute=1, skymap="a")
    failure = world.failure(world.need("skymap"), retry_in_s=0)
    world.fold(failure)

    assert world.fold(failure) == "redundant"
    assert world.need("skymap").attempt == 2


def test_new_code_re_runs_the_handler_and_only_changed_contents_below() -> None:
    world = a_settled_world()

    world.adopt(epoch=2, codes={"plot": "2"})

    assert world.settle() == ["plot"]


def test_a_lower_epoch_is_ignored() -> None:
    world = a_settled_world()
    world.adopt(epoch=3, codes={"plot": "2"})
    world.settle()

    assert world.adopt(epoch=2) == "ignored"
    assert world.settle() == []


def test_obsolescence_is_announced_with_its_cause() -> None:
    world = a_settled_world()

    world.notice("INITIAL", minute=2, skymap="b")

    by_file = {fact.file: [change.input for change in fact.because] for fact in world.announced}
    assert by_file == {"skymap": ["alert#skymap"], "info": ["alert#event"]}


def test_as_of_never_runs_backwards() -> None:
    late = a_trigger("INITIAL", minute=1).model_copy(
        update={"occurred_at": START - timedelta(days=1)}
    )

    state = replay("MS1", [a_trigger("PRELIMINARY", minute=0), late])

    assert state.as_of == START


NOTICES = [
    ("EARLYWARNING", 1, {"skymap": "a"}),
    ("PRELIMINARY", 2, {"skymap": "a"}),
    ("INITIAL", 3, {"skymap": "a"}),
    ("UPDATE", 3, {"skymap": "b"}),
    ("UPDATE", 3, {}),
    ("RETRACTION", 4, {}),
]


@given(st.permutations(NOTICES), st.integers(1, len(NOTICES)), st.data())
def test_any_order_and_timing_of_notices_and_runs_settles_to_the_same_state(
    order: list[tuple[str, int, dict[str, str]]], kept: int, data: st.DataObject
) -> None:
    """Runs may finish at any time between notices, late, twice, or never."""
    chosen = sorted(order[:kept], key=str)
    straight, shuffled = World(*RULES), World(*RULES)
    for alert_type, minute, aspects in chosen:
        straight.notice(alert_type, minute=minute, **aspects)
        straight.settle()

    pending = []
    for alert_type, minute, aspects in order[:kept]:
        shuffled.notice(alert_type, minute=minute, **aspects)
        pending += shuffled.needs()
        for need in data.draw(st.lists(st.sampled_from(pending), max_size=3)) if pending else []:
            shuffled.fold(shuffled.result(need))
    shuffled.settle()

    assert shuffled.shown() == straight.shown()


@given(st.permutations(NOTICES))
def test_replaying_the_facts_gives_the_same_state(
    order: list[tuple[str, int, dict[str, str]]],
) -> None:
    world = World(*RULES)
    for alert_type, minute, aspects in order:
        world.notice(alert_type, minute=minute, **aspects)
        world.settle()

    assert replay("MS1", world.facts) == world.state
