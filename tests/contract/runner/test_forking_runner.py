"""What forks of this process can do beyond the workers' children, and how they end."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from llama.adapters.processes.forked import ForkingRunner
from llama.domain.handler import FileHandler, Inputs, uses
from llama.domain.work import Task
from llama.ports.runner import Made, NotMade, RunOutcome
from tests.contract.runner.scene import a_notice, a_store, a_task, is_gone, until
from tests.support import handlers_for_runner as handlers


class Looping(FileHandler):
    FILENAME = "looping.txt"

    def generate(self, inputs: Inputs) -> str:
        async def said() -> str:
            return "from a loop of its own"

        return asyncio.run(said())


class Doubling(FileHandler):
    """Comes back twice."""

    FILENAME = "doubling.txt"

    def generate(self, inputs: Inputs) -> str:
        os.fork()
        return "one of two"


class Deserter(FileHandler):
    """Leaves a child behind that keeps all descriptors, and ends without a word."""

    FILENAME = "deserter.txt"
    DEPENDENCIES = (uses(handlers.Notice),)

    def generate(self, inputs: Inputs) -> str:
        target = Path(inputs[handlers.Notice].content.decode())
        if not os.fork():
            new = target.with_suffix(".new")
            new.write_text(str(os.getpid()))
            new.rename(target)
            while True:
                os.read(os.pipe()[0], 1)
        while not target.exists():
            os.sched_yield()
        os._exit(3)


class Babbler(FileHandler):
    FILENAME = "babbler.txt"

    def generate(self, inputs: Inputs) -> str:
        while True:
            os.write(1, b"on and on " * 1000)


class Questioner(FileHandler):
    FILENAME = "questioner.txt"

    def generate(self, inputs: Inputs) -> str:
        return sys.stdin.read() or "nobody answers"


class Descriptors(FileHandler):
    """Lists what its descriptors lead to."""

    FILENAME = "descriptors.txt"

    def generate(self, inputs: Inputs) -> str:
        links = {str(link.resolve()) for link in Path("/proc/self/fd").iterdir()}
        return " ".join(sorted(links))


OWN: tuple[type[FileHandler], ...] = (
    *(Looping, Doubling, Deserter, Babbler, Questioner, Descriptors),
    *(handlers.Sleeper, handlers.Upper),
)


async def a_runner(work: Path, *contents: bytes) -> ForkingRunner:
    classes = {handler.__name__: handler for handler in OWN}
    return ForkingRunner(classes, artifacts=await a_store(*contents), work=work)


async def outcome_of(handler: type[FileHandler], work: Path, timeout_s: float = 60.0) -> RunOutcome:
    return await (await a_runner(work)).run(a_task(handler, timeout_s=timeout_s))


@pytest.mark.parametrize(
    ("handler", "content"),
    [
        (Looping, b"from a loop of its own"),
        (Doubling, b"one of two"),
        (Questioner, b"nobody answers"),
    ],
)
async def test_a_handler_may_use_asyncio_fork_or_ask(
    tmp_path: Path, handler: type[FileHandler], content: bytes
) -> None:
    made = await outcome_of(handler, tmp_path / "work")

    assert isinstance(made, Made), made
    assert made.files[0].content == content


async def test_a_handler_that_dies_with_children_left_is_a_crash_at_once(tmp_path: Path) -> None:
    target = tmp_path / "pid"
    content = str(target).encode()
    runner = await a_runner(tmp_path / "work", content)

    outcome = await runner.run(a_task(Deserter, a_notice(content)))

    assert isinstance(outcome, NotMade)
    assert (outcome.error, "with exit status 3" in outcome.message) == ("crash", True)
    await until(lambda: is_gone(int(target.read_text())))


async def test_one_who_prints_without_end_is_killed_in_time(tmp_path: Path) -> None:
    outcome = await outcome_of(Babbler, tmp_path / "work", timeout_s=1.0)

    assert isinstance(outcome, NotMade)
    assert outcome.error == "timeout"
    assert len(outcome.message) < 2000
    assert outcome.wall_s < 20


async def test_a_fork_lets_go_of_what_this_process_has_open(tmp_path: Path) -> None:
    secret = tmp_path / "lock"
    with secret.open("w"):
        made = await outcome_of(Descriptors, tmp_path / "work")

    assert isinstance(made, Made)
    assert str(secret) not in made.files[0].content.decode()


async def test_cancelling_a_run_kills_that_run_only(tmp_path: Path) -> None:
    targets = [tmp_path / "first", tmp_path / "second"]
    contents = [str(target).encode() for target in targets]
    runner = await a_runner(tmp_path / "work", *contents)
    tasks: list[Task] = [a_task(handlers.Sleeper, a_notice(one)) for one in contents]
    first, second = [asyncio.create_task(runner.run(task)) for task in tasks]
    await until(lambda: all(target.exists() for target in targets))

    first.cancel()
    await asyncio.wait([first])

    gone = [[is_gone(int(pid)) for pid in target.read_text().split()] for target in targets]
    assert gone[1] == [False, False]
    await until(lambda: all(is_gone(int(pid)) for pid in targets[0].read_text().split()))
    assert len(list((tmp_path / "work").iterdir())) == 1
    second.cancel()
    await asyncio.wait([second])


async def test_a_run_that_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    target = tmp_path / "pids"
    content = str(target).encode()
    runner = await a_runner(tmp_path / "work", content)

    outcome = await runner.run(a_task(handlers.Sleeper, a_notice(content), timeout_s=2.0))

    assert isinstance(outcome, NotMade)
    assert outcome.message == "killed after 2 s; it last printed: still counting"
    await until(lambda: all(is_gone(int(pid)) for pid in target.read_text().split()))
    assert list((tmp_path / "work").iterdir()) == []


def test_runs_begin_from_any_thread(tmp_path: Path) -> None:
    outcomes: list[RunOutcome] = []

    def work() -> None:
        outcomes.append(asyncio.run(outcome_of(Looping, tmp_path / "work")))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert [type(outcome) for outcome in outcomes] == [Made]


RUN_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from tests.contract.runner.scene import a_notice, a_task
from tests.contract.runner.test_forking_runner import a_runner
from tests.support.handlers_for_runner import Sleeper

async def main():
    content = sys.argv[2].encode()
    runner = await a_runner(Path(sys.argv[1]), content)
    await runner.run(a_task(Sleeper, a_notice(content)))

asyncio.run(main())
"""


@pytest.fixture
def target_of_a_killed_original(tmp_path: Path, repository_root: Path) -> Path:
    target = tmp_path / "pids"
    command = [sys.executable, "-c", RUN_FOR_EVER, str(tmp_path / "work"), str(target)]
    with subprocess.Popen(command, cwd=repository_root) as parent:
        while not target.exists():
            assert parent.poll() is None
        parent.kill()
    return target


async def test_no_fork_survives_its_killed_original(
    tmp_path: Path, target_of_a_killed_original: Path
) -> None:
    target = target_of_a_killed_original
    fork, left = (int(pid) for pid in target.read_text().split())

    await until(lambda: is_gone(fork))

    os.kill(left, 9)  # what a handler starts outlives a killed original: nobody is there to end it
    await a_runner(tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []
