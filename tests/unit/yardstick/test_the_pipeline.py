from pathlib import Path

import pytest

from benchmarks.yardstick import dag, handlers
from benchmarks.yardstick.run_log import WHERE, runs_in
from llama import try_handler
from llama.domain.handler import FileHandler, dependencies_of
from llama.domain.pipeline import pipeline_of

MADE = {one.FILENAME: one for one in handlers.PIPELINE if one not in handlers.OUTSIDE}


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(WHERE, str(tmp_path / "runs.log"))
    return tmp_path / "runs.log"


def outside(number: int = 7, **changes: int) -> dict[str, bytes]:
    return {
        "trigger.json": dag.trigger(number),
        "nu_raw.json": dag.side_input(number, **changes),
    }


def test_the_handlers_are_the_pipeline_that_other_engines_are_given() -> None:
    declared = {
        name: tuple(one.handler.FILENAME for one in dependencies_of(handler))
        for name, handler in MADE.items()
    }

    pipeline_of(handlers.PIPELINE)

    assert declared == dict(dag.INPUTS)


@pytest.mark.parametrize("handler", MADE.values(), ids=list(MADE))
def test_a_handler_makes_what_every_engine_has_to_make(handler: type[FileHandler]) -> None:
    files = dag.all_made(outside())
    given = {one.handler: files[one.handler.FILENAME] for one in dependencies_of(handler)}

    made = try_handler(handler, given)

    assert made[handler].content == files[handler.FILENAME]


def test_a_run_is_told_with_its_event_its_file_and_its_cpu_time(runs: Path) -> None:
    try_handler(handlers.Skymap, {handlers.Trigger: b"{}"})

    [run] = runs_in(runs)

    assert run.file == "skymap.dat"
    assert run.begun < run.ended
    assert run.cpu_s > 0


def test_a_comment_in_the_side_input_changes_no_file_that_is_made() -> None:
    one, other = dag.all_made(outside()), dag.all_made(outside(comment=1))

    assert {name for name in one if one[name] != other[name]} == {"nu_raw.json"}


def test_another_list_changes_all_that_is_below_the_side_input() -> None:
    one, other = dag.all_made(outside()), dag.all_made(outside(revision=1))

    differ = {name for name in one if one[name] != other[name]}

    assert differ == {"nu_raw.json", *dag.BELOW_THE_SIDE_INPUT}
