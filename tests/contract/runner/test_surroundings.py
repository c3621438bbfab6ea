"""What a run is told of the world around it: the time, and the settings that are for handlers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from llama.adapters.processes import ProcessRunner
from llama.adapters.processes.forked import ForkingRunner
from llama.adapters.system_clock import SystemClock
from llama.domain.handler import FileHandler
from llama.ports.runner import Made, Runner
from tests.contract.runner.scene import PIPELINE, a_notice, a_store, a_task
from tests.support import handlers_for_runner as handlers
from tests.support.memory_system import SetClock


@pytest_asyncio.fixture(params=["pool", "forking"])
async def runner(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Runner]:
    monkeypatch.setenv("LLAMA_NEUTRINOS", "simulated:ic40?seed=3")
    monkeypatch.setenv("LLAMA_HTTP", "127.0.0.1:4711")
    monkeypatch.delenv("LLAMA_HOME", raising=False)
    monkeypatch.setenv("LLAMA_DATABASE_URL", "postgresql://me:secret@host/llama")
    store = await a_store()
    if request.param == "pool":
        async with ProcessRunner(PIPELINE, artifacts=store, work=tmp_path, processes=1) as one:
            yield one
    else:
        classes = {handler.__name__: handler for handler in handlers.PIPELINE}
        yield ForkingRunner(classes, artifacts=store, work=tmp_path / "forks")


async def _said(runner: Runner, handler: type[FileHandler], *, notice: str = "") -> str:
    outcome = await runner.run(replace(a_task(handler, a_notice()), notice=notice))
    assert isinstance(outcome, Made), outcome
    return outcome.files[0].content.decode()


async def test_a_run_is_told_the_present_time_in_utc(runner: Runner) -> None:
    before = SystemClock().now()
    told = datetime.fromisoformat(await _said(runner, handlers.Timed))
    assert before <= told <= SystemClock().now()
    assert told.utcoffset() == UTC.utcoffset(None)


async def test_a_run_is_told_the_name_of_the_newest_notice(runner: Runner) -> None:
    name = "S230914ak-2-Preliminary"

    assert await _said(runner, handlers.Named, notice=name) == name


async def test_handlers_see_where_neutrinos_come_from_and_the_gateway_and_no_other_setting(
    runner: Runner,
) -> None:
    seen = await _said(runner, handlers.Configured)
    assert seen == "LLAMA_HTTP=127.0.0.1:4711,LLAMA_NEUTRINOS=simulated:ic40?seed=3"


async def test_whoever_replays_has_a_clock_of_their_own(tmp_path: Path) -> None:
    then = datetime(2019, 8, 14, 21, 10, 39, tzinfo=UTC)
    classes = {handlers.Timed.__name__: handlers.Timed}
    store = await a_store()
    runner = ForkingRunner(classes, artifacts=store, work=tmp_path / "w", clock=SetClock(then))
    assert await _said(runner, handlers.Timed) == then.isoformat()
