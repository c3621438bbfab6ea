"""The lives and deaths of handler processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.processes.pool import Wear
from llama.adapters.processes.runner import ProcessRunner
from llama.domain.errors import Misconfigured, PipelineError, Unavailable
from llama.domain.work import Task
from llama.ports.runner import Made, NotMade
from tests.contract.runner.scene import (
    MAP,
    PIPELINE,
    a_notice,
    a_store,
    a_task,
    is_gone,
    until,
)
from tests.support import handlers_for_runner as handlers

LARGE = "tests.support.handlers_that_are_large"


async def a_runner(
    work: Path, *contents: bytes, processes: int = 2, wear: Wear | None = None
) -> ProcessRunner:
    artifacts = await a_store(*contents)
    return ProcessRunner(PIPELINE, artifacts=artifacts, work=work, processes=processes, wear=wear)


def a_sleeper(work: Path, name: str, *, timeout_s: float = 60.0) -> tuple[Task, Path, bytes]:
    """Return a task that never ends, the file in which it says who it is, and its input."""
    target = work / name
    content = str(target).encode()
    return a_task(handlers.Sleeper, a_notice(content), timeout_s=timeout_s), target, content


def pids_in(target: Path) -> list[int]:
    return [int(pid) for pid in target.read_text().split()]


def run_folders(work: Path) -> list[Path]:
    return list(work.glob("runner-*/child-*/run-*"))


async def test_a_run_that_takes_too_long_is_killed_with_all_that_it_started(
    tmp_path: Path,
) -> None:
    task, target, content = a_sleeper(tmp_path, "pids", timeout_s=2.0)
    async with await a_runner(tmp_path / "work", content) as runner:
        outcome = await runner.run(task)

        assert isinstance(outcome, NotMade)
        assert (outcome.error, 2.0 <= outcome.wall_s < 20) == ("timeout", True)
        assert outcome.message == "killed after 2 s; it last printed: still counting"
        await until(lambda: all(is_gone(pid) for pid in pids_in(target)))
        assert run_folders(tmp_path / "work") == []
        assert isinstance(await runner.run(a_task(handlers.Upper, a_notice())), Made)


async def test_cancelling_a_run_kills_that_run_only(tmp_path: Path) -> None:
    first, its_target, one = a_sleeper(tmp_path, "first")
    second, other_target, other = a_sleeper(tmp_path, "second")
    async with await a_runner(tmp_path / "work", one, other) as runner, asyncio.TaskGroup() as runs:
        cancelled = runs.create_task(runner.run(first))
        going_on = runs.create_task(runner.run(second))
        await until(lambda: its_target.exists() and other_target.exists())

        cancelled.cancel()
        await until(lambda: cancelled.done() and all(map(is_gone, pids_in(its_target))))

        assert not any(map(is_gone, pids_in(other_target)))
        assert len(run_folders(tmp_path / "work")) == 1
        assert isinstance(await runner.run(a_task(handlers.Upper, a_notice())), Made)
        going_on.cancel()


async def test_many_runs_share_two_children(tmp_path: Path) -> None:
    async with await a_runner(tmp_path / "work") as runner:
        outcomes = await asyncio.gather(*(runner.run(a_task(handlers.Plain)) for _ in range(60)))

        made = [outcome for outcome in outcomes if isinstance(outcome, Made)]
        pids = {made.files[0].content.split()[0] for made in made}
        assert (len(made), len(pids)) == (60, 2)
        assert len(runner.pids) == 2


async def test_a_mixture_of_good_and_bad_runs_keeps_apart(tmp_path: Path) -> None:
    mixture = [handlers.Upper, handlers.Crasher, handlers.Faulty, handlers.Leaver] * 5
    async with await a_runner(tmp_path / "work") as runner:
        tasks = [a_task(handler, a_notice()) for handler in mixture]
        outcomes = await asyncio.gather(*(runner.run(task) for task in tasks))

    told = [outcome.error if isinstance(outcome, NotMade) else "made" for outcome in outcomes]
    assert told == ["made", "crash", "exception", "crash"] * 5


async def test_a_child_killed_between_runs_is_replaced(tmp_path: Path) -> None:
    async with await a_runner(tmp_path / "work", processes=1) as runner:
        (pid,) = runner.pids
        os.kill(pid, signal.SIGKILL)
        await until(lambda: is_gone(pid))

        outcome = await runner.run(a_task(handlers.Upper, a_notice()))

        assert isinstance(outcome, Made) or outcome.error == "crash"
        assert isinstance(await runner.run(a_task(handlers.Upper, a_notice())), Made)


@pytest.mark.parametrize("wear", [Wear(runs=1), Wear(resident_bytes=1)], ids=["runs", "memory"])
async def test_a_worn_child_is_replaced(tmp_path: Path, wear: Wear) -> None:
    pids: set[bytes] = set()
    async with await a_runner(tmp_path / "work", processes=1, wear=wear) as runner:
        for _ in range(3):
            outcome = await runner.run(a_task(handlers.Plain))
            assert isinstance(outcome, Made)
            pids.add(outcome.files[0].content.split()[0])

    assert len(pids) == 3


async def test_idle_children_leave_but_for_one(tmp_path: Path) -> None:
    async with await a_runner(tmp_path / "work", processes=3, wear=Wear(idle_s=0.2)) as runner:
        await runner.warm("json")
        await until(lambda: len(runner.pids) == 1)

        assert isinstance(await runner.run(a_task(handlers.Upper, a_notice())), Made)


async def test_warming_starts_all_children(tmp_path: Path) -> None:
    async with await a_runner(tmp_path / "work", processes=3) as runner:
        await runner.warm("json")

        assert len(set(runner.pids)) == 3


async def test_a_module_that_cannot_be_warmed_is_no_obstacle(tmp_path: Path) -> None:
    async with await a_runner(tmp_path / "work") as runner:
        await runner.warm("no.such.module")

        assert isinstance(await runner.run(a_task(handlers.Upper, a_notice())), Made)


async def test_leaving_ends_all_children_and_removes_the_folder(tmp_path: Path) -> None:
    async with await a_runner(tmp_path / "work", processes=3) as runner:
        await runner.warm()
        pids = runner.pids

    assert len(pids) == 3
    assert all(is_gone(pid) for pid in pids)
    assert list((tmp_path / "work").glob("runner-*")) == []


async def test_a_run_that_the_stop_interrupts_has_not_crashed(tmp_path: Path) -> None:
    task, target, content = a_sleeper(tmp_path, "pids")
    async with asyncio.TaskGroup() as runs:
        async with await a_runner(tmp_path / "work", content) as runner:
            interrupted = runs.create_task(asyncio.wait_for(_refused(runner, task), 60))
            await until(target.exists)

        assert "run the task again" in await interrupted
    await until(lambda: all(is_gone(pid) for pid in pids_in(target)))


async def _refused(runner: ProcessRunner, task: Task) -> str:
    with pytest.raises(Unavailable) as refused:
        await runner.run(task)
    return str(refused.value)


async def test_an_error_in_the_body_is_passed_on_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ours"):
        async with await a_runner(tmp_path / "work"):
            raise ValueError("ours")


@pytest.mark.parametrize("module", ["no.such.module", "json"])
async def test_a_pipeline_that_cannot_be_loaded_is_refused_at_once(
    tmp_path: Path, module: str
) -> None:
    with pytest.raises(PipelineError, match=module):
        async with ProcessRunner(module, artifacts=await a_store(), work=tmp_path / "work"):
            pytest.fail("it has started")

    assert list((tmp_path / "work").glob("runner-*")) == []


@pytest.mark.parametrize(("mebibytes", "pipeline"), [(0, PIPELINE), (1, PIPELINE), (256, LARGE)])
async def test_a_limit_that_is_too_low_to_start_with_is_told(
    tmp_path: Path, mebibytes: int, pipeline: str
) -> None:
    artifacts, limit = await a_store(), mebibytes * 2**20
    told = f"may allocate {mebibytes} MiB, too little .*: raise the memory limit"
    with pytest.raises(Misconfigured, match=told):
        async with ProcessRunner(pipeline, artifacts=artifacts, work=tmp_path, memory_bytes=limit):
            pytest.fail("it has started")


async def test_inputs_on_disk_are_linked_and_the_store_is_left_alone(tmp_path: Path) -> None:
    store = DiskArtifacts(tmp_path / "artifacts")
    notice = a_notice()
    for content in (b"a notice", MAP):
        await store.put(content)

    async with ProcessRunner(PIPELINE, artifacts=store, work=tmp_path / "work") as runner:
        outcome = await runner.run(a_task(handlers.Attached, notice))

    assert isinstance(outcome, Made)
    assert await store.get(notice.digest) == b"a notice"


RUN_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from llama.adapters.processes import ProcessRunner
from tests.contract.runner.scene import PIPELINE, a_notice, a_store, a_task
from tests.support.handlers_for_runner import Sleeper

async def main():
    work, target = Path(sys.argv[1]), sys.argv[2].encode()
    async with ProcessRunner(PIPELINE, artifacts=await a_store(target), work=work) as runner:
        await runner.warm("json")
        print(*runner.pids, flush=True)
        await runner.run(a_task(Sleeper, a_notice(target)))

asyncio.run(main())
"""


@pytest.fixture
def orphans(tmp_path: Path, repository_root: Path) -> Iterator[list[int]]:
    """Give the children of a runner that was killed, one of them in the middle of a run."""
    command = [sys.executable, "-c", RUN_FOR_EVER, str(tmp_path / "work"), str(tmp_path / "pids")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=repository_root) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        while not (tmp_path / "pids").exists():
            assert parent.poll() is None
        parent.send_signal(signal.SIGKILL)
    yield pids
    for pid in pids_in(tmp_path / "pids"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def test_no_child_survives_a_killed_parent(orphans: list[int]) -> None:
    assert len(orphans) == 2
    await until(lambda: all(is_gone(pid) for pid in orphans))


@pytest.mark.usefixtures("orphans")
async def test_what_a_killed_runner_left_is_swept_but_not_what_is_in_use(tmp_path: Path) -> None:
    assert len(list((tmp_path / "work").glob("runner-*"))) == 1
    async with await a_runner(tmp_path / "work") as first, await a_runner(tmp_path / "work"):
        assert len(list((tmp_path / "work").glob("runner-*"))) == 2

        assert isinstance(await first.run(a_task(handlers.Upper, a_notice())), Made)
