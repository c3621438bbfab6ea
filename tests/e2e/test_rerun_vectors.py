"""The oracle vectors through the whole system: put by facts, run by workers, read from the log."""

import json
import os
from pathlib import Path

import pytest

from tests.support.rerun_pipeline import write_module
from tests.support.rerun_system import a_stage, prefix_of
from tests.support.rerun_vectors import ABSENT, Case, shared_cases
from tests.support.system import running_on

pytestmark = [pytest.mark.timeout(600)]
AT_ONCE = 20
"""Cases in one pipeline: every event carries the handlers of all of them."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the cases some at a time, or skip once."""
    cases = list(shared_cases().values())
    batches = [cases[start : start + AT_ONCE] for start in range(0, len(cases), AT_ONCE)]
    absent = pytest.param([], id="none", marks=pytest.mark.skip(reason=ABSENT))
    metafunc.parametrize("cases", batches or [absent])


@pytest.fixture
def module_folder(
    cases: list[Case],
    tmp_path: Path,
    repository_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Make the cases the pipeline of whatever is started from here on."""
    folder = tmp_path / "pipeline"
    folder.mkdir()
    module = write_module(folder, {prefix_of(number): case for number, case in enumerate(cases)})
    monkeypatch.setenv("LLAMA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LLAMA_PIPELINE", module)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(repository_root)]))
    return folder


async def test_exactly_the_nodes_of_the_vectors_run(
    cases: list[Case], module_folder: Path, tmp_path: Path
) -> None:
    # What runs does not depend on the broker, of which other modules judge both.
    with running_on("apache", tmp_path / "home") as system:
        async with a_stage(system, module_folder, cases) as stage:
            await stage.play()

            ran = await stage.ran()
            for one in stage.playing:
                assert one.case.differences(ran[one.number]) == [], one.event
                assert await stage.values(one) == one.case.final, one.event

            listed = json.loads(system.run("status", "--json").stdout)
            assert {row["event"] for row in listed} == {one.event for one in stage.playing}
        system.run("verify")
