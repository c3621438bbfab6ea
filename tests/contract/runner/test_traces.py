"""What a run leaves is not seen by the next, and is gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from llama.adapters.processes import ProcessRunner
from llama.adapters.processes.forked import ForkingRunner
from llama.adapters.processes.pool import Wear
from llama.adapters.processes.protocol import MAX_LINE_BYTES
from llama.domain.handler import FileHandler
from llama.ports.runner import Made, NotMade, Runner
from tests.contract.runner.scene import a_notice, a_store, a_task
from tests.support import handlers_that_leave as handlers

PIPELINE = "tests.support.handlers_that_leave"


@pytest_asyncio.fixture
async def pool(tmp_path: Path) -> AsyncIterator[ProcessRunner]:
    store = await a_store()
    async with ProcessRunner(PIPELINE, artifacts=store, work=tmp_path, processes=1) as runner:
        yield runner


@pytest_asyncio.fixture
async def forking(tmp_path: Path) -> ForkingRunner:
    classes = {handler.__name__: handler for handler in handlers.PIPELINE}
    return ForkingRunner(classes, artifacts=await a_store(), work=tmp_path / "forks")


@pytest.fixture(params=["pool", "forking"])
def runner(request: pytest.FixtureRequest, pool: ProcessRunner, forking: ForkingRunner) -> Runner:
    return pool if request.param == "pool" else forking


async def said(runner: Runner, handler: type[FileHandler]) -> str:
    outcome = await runner.run(a_task(handler))
    assert isinstance(outcome, Made), outcome
    return outcome.files[0].content.decode()


@pytest.mark.parametrize("before", [handlers.Untidy, handlers.Closer, handlers.Remover])
async def test_a_run_begins_in_an_empty_folder_whatever_was_left(
    runner: Runner, before: type[FileHandler]
) -> None:
    clean = await said(runner, handlers.Looker)
    outcome = await runner.run(a_task(before))

    seen = [await said(runner, handlers.Looker) for _ in range(2)]

    assert isinstance(outcome, Made) == (before is handlers.Closer)
    assert clean.split()[0] == "S1"
    assert seen == [clean, clean]


async def test_what_was_left_is_gone_from_the_disk(runner: Runner, tmp_path: Path) -> None:
    await runner.run(a_task(handlers.Untidy))

    left = [path for path in tmp_path.rglob("*.txt") if path.is_file()]

    assert left == []


async def test_a_child_that_has_left_many_files_open_is_replaced(tmp_path: Path) -> None:
    store = await a_store()
    wear = Wear(descriptors=200)
    async with ProcessRunner(
        PIPELINE, artifacts=store, work=tmp_path, processes=1, wear=wear
    ) as runner:
        pids = [await said(runner, handlers.Opener) for _ in range(2)]

    assert len(set(pids)) == 2


async def test_a_run_that_failed_leaves_its_child_as_it_was(pool: ProcessRunner) -> None:
    before = pool.pids
    failed = await pool.run(a_task(handlers.Untidy))

    assert isinstance(failed, NotMade)
    assert (failed.error, pool.pids) == ("permanent", before)


@pytest.mark.parametrize("unreadable", [b"no reply\n", b" " * 3 * MAX_LINE_BYTES])
async def test_a_child_that_says_what_is_no_reply_has_crashed(
    tmp_path: Path, unreadable: bytes
) -> None:
    store = await a_store(unreadable)
    async with ProcessRunner(PIPELINE, artifacts=store, work=tmp_path, processes=1) as runner:
        failed = await runner.run(a_task(handlers.Impostor, a_notice(unreadable)))
        after = await said(runner, handlers.Looker)

    assert isinstance(failed, NotMade)
    assert (failed.error, after) == ("crash", "S1 700")
