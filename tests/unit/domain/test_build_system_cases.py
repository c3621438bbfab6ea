"""What people who know build systems will ask of one more: edits, failures, outputs, rules."""

from datetime import timedelta

import pytest

from llama.domain.errors import PipelineError
from llama.domain.handler import FileHandler, uses
from llama.domain.kinds import JSONHandler
from llama.domain.pipeline import pipeline_of
from tests.support.project import CHAIN, Project, a_settled


def test_what_nothing_changed_is_not_made_again() -> None:
    project = a_settled(*CHAIN)

    assert project.settle() == []
    assert set(project.statuses().values()) == {"current"}


def test_a_source_that_is_put_again_as_it_was_re_runs_nothing() -> None:
    project = a_settled(*CHAIN)

    assert project.put("alert", "first") == "applied"

    assert project.settle() == []


def test_an_edit_that_is_undone_before_anybody_ran_re_runs_nothing() -> None:
    project = a_settled(*CHAIN)
    project.put("alert", "second")
    project.put("alert", "first")

    assert project.settle() == []


def test_an_edit_that_is_undone_after_the_run_runs_again() -> None:
    project = a_settled(*CHAIN)
    first = project.digest("page")

    ran = [(project.put("alert", text), project.settle()) for text in ("second", "first")]

    assert ran == [("applied", ["sky", "plot", "page"])] * 2
    assert project.digest("page") == first


def test_an_input_that_changes_while_its_consumer_runs_makes_it_run_again() -> None:
    project = Project(*CHAIN)
    project.put("alert", "first")
    running = project.need("sky")
    project.put("alert", "second")

    assert project.finish(running) == "superseded"

    assert project.digest("sky") is None
    assert project.settle() == ["sky", "plot", "page"]
    assert project.finish(running) == "superseded"
    assert project.settle() == []


def test_a_join_runs_once_after_both_sides_of_a_diamond() -> None:
    project = a_settled("left: alert", "right: alert", "join: left right")
    project.put("alert", "second")

    project.finish(project.need("left"))

    assert [need.handler.name for need in project.needs()] == ["right"]
    assert project.settle() == ["right", "join"]


def test_a_failure_is_tried_again_and_then_all_below_runs_once() -> None:
    project = Project(*CHAIN)
    project.put("alert", "first")
    project.fail(project.need("sky"), retry_in_s=4)
    cooling = project.statuses()
    project.now += timedelta(seconds=4)

    assert project.settle() == ["sky", "plot", "page"]
    assert cooling == {"sky": "cooling", "plot": "waiting", "page": "waiting"}
    assert set(project.statuses().values()) == {"current"}


def test_a_failure_for_good_ends_with_another_input() -> None:
    project = Project(*CHAIN)
    project.put("alert", "first")
    project.fail(project.need("sky"), retry_in_s=None)
    failed = project.settle()
    project.put("alert", "second")

    assert project.settle() == ["sky", "plot", "page"]
    assert failed == []


def test_a_failed_branch_leaves_the_others_running() -> None:
    project = Project("left: alert", "right: alert", "join: left right")
    project.put("alert", "first")
    project.fail(project.need("left"), retry_in_s=None)

    assert project.settle() == ["right"]
    assert project.statuses() == {"left": "failed", "right": "current", "join": "blocked"}


def test_all_outputs_of_a_handler_are_one_run_and_one_fact() -> None:
    project = Project("chart table: alert", "page: table", "poster: chart")
    project.put("alert", "first")
    before = project.state.sequence

    project.finish(project.need("chart"))

    assert project.state.sequence == before + 1
    assert {"chart", "table"} <= project.state.tree.keys()


def test_a_consumer_of_one_output_is_left_alone_when_only_another_changed() -> None:
    project = Project("chart table: alert", "page: table", "poster: chart")
    project.holds["table"] = "always the same"
    project.put("alert", "first")
    project.settle()
    project.put("alert", "second")

    assert project.settle() == ["chart", "poster"]


def test_a_report_that_lacks_one_of_the_outputs_is_not_adopted() -> None:
    project = Project("chart table: alert")
    project.put("alert", "first")
    whole = project.result(project.need("chart"))

    outcome = project.tell(whole.model_copy(update={"files": whole.files[:1]}))

    assert outcome == "superseded"
    assert project.digest("chart") is None


def test_a_circle_is_refused_also_one_through_a_second_output() -> None:
    class Table(JSONHandler):
        FILENAME = "table.json"

    class Chart(JSONHandler):
        FILENAME = "chart.json"
        MANIFEST_TYPES = (Table,)

    class Page(JSONHandler):
        FILENAME = "page.json"
        DEPENDENCIES = (uses(Table),)

    Chart.DEPENDENCIES = (uses(Page),)
    for handler in (Table, Chart, Page):
        handler.generate = _says_nothing

    with pytest.raises(PipelineError, match=r"in a circle: .*Table"):
        pipeline_of([Table, Chart, Page])


def _says_nothing(self: FileHandler, inputs: object) -> object:
    return {}


def test_an_input_that_is_made_again_with_equal_content_stops_there() -> None:
    project = Project(*CHAIN)
    project.holds["sky"] = "always the same"
    project.put("alert", "first")
    project.settle()
    project.put("alert", "second")

    assert project.settle() == ["sky"]
    assert set(project.statuses().values()) == {"current"}


def test_new_code_with_equal_results_runs_alone() -> None:
    project = Project(*CHAIN)
    project.holds["sky"] = "always the same"
    project.put("alert", "first")
    project.settle()

    project.adopt(*CHAIN, sky={"code": "2"})

    assert project.settle() == ["sky"]


def test_an_edit_of_an_unused_part_re_runs_nothing() -> None:
    project = Project("plot: alert#sky", "table: alert#times")
    project.put("alert", "first", sky="a", times="1")
    project.settle()

    project.put("alert", "second", sky="a", times="2")

    assert project.settle() == ["table"]


def test_a_handler_that_is_added_runs_and_nothing_else() -> None:
    project = a_settled(*CHAIN)

    project.adopt(*CHAIN, "table: sky")

    assert project.settle() == ["table"]


def test_a_handler_that_is_removed_re_runs_only_what_did_use_it() -> None:
    project = a_settled("sky: alert", "table: alert", "plot: sky table")

    project.adopt("sky: alert", "plot: sky")

    assert project.settle() == ["plot"]


def test_another_list_of_inputs_re_runs_without_new_code() -> None:
    project = a_settled("sky: alert", "plot: sky", "page: plot")

    project.adopt("sky: alert", "plot: sky alert", "page: plot")

    assert project.settle() == ["plot", "page"]


def test_another_order_of_the_same_rules_re_runs_nothing() -> None:
    project = a_settled("left: alert", "right: alert", "join: left right")

    project.adopt("right: alert", "left: alert", "join: right left")

    assert project.settle() == []
