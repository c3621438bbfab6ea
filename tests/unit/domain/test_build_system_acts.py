"""What people who know build systems will ask of one more: what persons and clocks do to files."""

import pytest

from schemas.facts import FileDeleted, FileRequested, FileVetoed, RunCancelled
from schemas.flags import FlagName
from tests.support.project import CHAIN, Project, a_settled


def test_a_deleted_file_is_made_again_and_equal_content_re_runs_nothing_below() -> None:
    project = a_settled(*CHAIN)

    project.do(FileDeleted, "plot")

    assert project.digest("plot") is None
    assert project.settle() == ["plot"]
    assert set(project.statuses().values()) == {"current"}


def test_a_deleted_file_that_comes_back_otherwise_re_runs_what_uses_it() -> None:
    project = a_settled(*CHAIN)
    project.do(FileDeleted, "plot")

    project.holds["plot"] = "another picture"

    assert project.settle() == ["plot", "page"]


def test_delete_make_delete_are_three_facts_with_three_effects() -> None:
    project = a_settled(*CHAIN)

    told = [(project.do(FileDeleted, "plot"), project.settle()) for _ in range(3)]

    assert told == [("applied", ["plot"])] * 3


@pytest.mark.parametrize("kind", [FileDeleted, FileRequested])
def test_what_a_person_does_while_a_run_is_on_takes_another_run(
    kind: type[FileDeleted | FileRequested],
) -> None:
    project = a_settled(*CHAIN)
    project.do(kind, "plot")
    running = project.need("plot")
    project.do(kind, "plot")

    assert project.finish(running) == "superseded"

    assert project.settle() == ["plot"]


def test_veto_unveto_veto_are_three_facts_with_three_effects() -> None:
    project = a_settled(*CHAIN)
    seen: list[tuple[str, list[str], str]] = []

    for number, vetoed in enumerate((True, False, True)):
        project.do(FileVetoed, "plot", vetoed=vetoed)
        project.put("alert", f"edit {number}")
        ran = project.settle()
        seen.append((project.statuses()["plot"], ran, project.statuses()["page"]))

    assert seen == [
        ("vetoed", ["sky"], "blocked"),
        ("current", ["sky", "plot", "page"], "current"),
        ("vetoed", ["sky"], "blocked"),
    ]


def test_a_file_put_by_hand_counts_until_its_input_changes() -> None:
    project = a_settled(*CHAIN)
    project.put("plot", "drawn by hand")
    after_hand = project.settle()

    project.put("alert", "second")

    assert project.settle() == ["sky", "plot", "page"]
    assert after_hand == ["page"]


def test_a_file_put_by_hand_into_a_changing_tree_is_made_again() -> None:
    project = a_settled(*CHAIN)
    project.put("alert", "second")
    project.put("plot", "drawn by hand from the old sky")

    assert project.settle() == ["sky", "plot", "page"]


def test_a_cancelled_run_is_not_adopted_however_late_it_ends() -> None:
    project = a_settled(*CHAIN)
    project.put("alert", "second")
    running, before = project.need("sky"), project.digest("sky")

    project.do(RunCancelled, "sky")

    assert project.settle() == []
    assert project.finish(running) == "superseded"
    assert project.digest("sky") == before
    assert project.settle() == []


def test_new_inputs_run_after_a_cancelled_run() -> None:
    project = a_settled(*CHAIN)
    project.put("alert", "second")
    project.do(RunCancelled, "sky")

    project.put("alert", "third")

    assert project.settle() == ["sky", "plot", "page"]


def test_a_request_runs_what_was_cancelled() -> None:
    project = a_settled(*CHAIN)
    project.put("alert", "second")
    project.do(RunCancelled, "sky")

    project.do(FileRequested, "sky")

    assert project.settle() == ["sky", "plot", "page"]


def test_a_flag_that_changes_re_runs_exactly_its_users() -> None:
    project = a_settled("sky: alert", "plot: sky", plot={"flags": ("ROLE",)})

    project.flag(FlagName.ROLE, "test")

    assert project.settle() == ["plot"]


def test_a_flag_that_is_set_to_what_it_is_or_that_nobody_uses_re_runs_nothing() -> None:
    project = a_settled("sky: alert", "plot: sky", plot={"flags": ("ROLE",)})

    project.flag(FlagName.ROLE, "observation")
    project.flag(FlagName.ONLINE, value=False)

    assert project.settle() == []


def test_what_is_made_once_never_runs_again_by_itself() -> None:
    project = a_settled(*CHAIN, plot={"once": True})
    project.put("alert", "second")
    after_edit = project.settle()

    project.adopt(*CHAIN, plot={"once": True, "code": "2"})

    assert project.settle() == []
    assert after_edit == ["sky"]
    assert set(project.statuses().values()) == {"current"}


def test_what_is_made_once_is_made_again_when_a_person_wants_it() -> None:
    project = a_settled(*CHAIN, plot={"once": True})

    told = [(project.do(kind, "plot"), project.settle()) for kind in (FileDeleted, FileRequested)]

    assert told == [("applied", ["plot"])] * 2


def test_an_expired_file_is_made_again_and_nothing_else() -> None:
    project = a_settled(*CHAIN)

    outcomes = [project.expire("plot"), project.expire("plot")]

    assert outcomes == ["applied", "redundant"]
    assert project.settle() == ["plot"]
    assert set(project.statuses().values()) == {"current"}


def test_the_end_of_a_generation_that_was_replaced_changes_nothing() -> None:
    project = a_settled(*CHAIN)
    old = project.state.made["plot"].fact
    project.put("alert", "second")
    project.settle()

    assert project.expire("plot", generation=old) == "redundant"
    assert project.settle() == []


def test_a_request_runs_one_handler_once_and_nothing_below_if_equal() -> None:
    project = a_settled(*CHAIN)

    project.do(FileRequested, "sky")

    assert project.settle() == ["sky"]
    assert project.settle() == []


def test_an_optional_input_that_comes_later_re_runs_what_can_use_it() -> None:
    project = Project("sky: alert", "notes: alert", "plot: sky notes?")
    project.do(FileVetoed, "notes")
    project.put("alert", "first")
    without_notes = project.settle()

    project.do(FileVetoed, "notes", vetoed=False)

    assert project.settle() == ["notes", "plot"]
    assert without_notes == ["sky", "plot"]
