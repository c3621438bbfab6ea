"""What handlers send from where they run: through the worker, or into a folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from llama.adapters.memory.outbox import MemoryOutbox
from llama.adapters.memory.pauses import MemoryPauses
from llama.adapters.memory.store import MemoryStore
from llama.adapters.outlets.folder import FolderCarrier, FolderOutlet
from llama.adapters.processes import ProcessRunner
from llama.adapters.processes.forked import ForkingRunner
from llama.adapters.system_clock import SystemClock
from llama.domain.outlet import DRY_RUN, Parcel, Sender, Sent
from llama.domain.work import Task
from llama.ports.outlet import Wanted, always
from llama.ports.runner import Made, NotMade, Runner
from llama.runtime.dispatching import Dispatcher
from tests.contract.runner.scene import PIPELINE, a_notice, a_store, a_task, until
from tests.support import handlers_for_runner as handlers

SENDER = Sender("S1", "Herald")
FIRST = b"said: nothing; answer: folder"


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox(SystemClock())


def a_dispatcher(outbox: MemoryOutbox, folder: Path) -> Dispatcher:
    pauses = MemoryPauses(MemoryStore(outbox.clock))
    return Dispatcher(outbox, FolderCarrier(folder / "outbox"), pauses)


@pytest_asyncio.fixture
async def pool(tmp_path: Path, outbox: MemoryOutbox) -> AsyncIterator[ProcessRunner]:
    runner = ProcessRunner(PIPELINE, artifacts=await a_store(), work=tmp_path / "w", processes=1)
    async with runner.sends_by(a_dispatcher(outbox, tmp_path)):
        yield runner


@pytest_asyncio.fixture
async def forking(tmp_path: Path) -> ForkingRunner:
    return ForkingRunner(
        {handler.__name__: handler for handler in handlers.PIPELINE},
        artifacts=await a_store(),
        work=tmp_path / "f",
        outbox=tmp_path / "outbox",
    )


@pytest.fixture(params=["pool", "forking"])
def runner(request: pytest.FixtureRequest, pool: ProcessRunner, forking: ForkingRunner) -> Runner:
    return pool if request.param == "pool" else forking


def sent_into(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "outbox" / "news").glob("*.json"))]


async def made_by(runner: Runner) -> bytes:
    outcome = await runner.run(a_task(handlers.Herald, a_notice()))
    assert isinstance(outcome, Made), outcome
    return outcome.files[0].content


async def test_a_handler_sends_once_and_knows_what_it_sent(runner: Runner, tmp_path: Path) -> None:
    first, second = await made_by(runner), await made_by(runner)

    assert first == FIRST
    assert second == b"said: a notice; answer: folder"
    assert sent_into(tmp_path) == [b"a notice"]


async def test_what_cannot_be_sent_has_failed_for_good(runner: Runner, tmp_path: Path) -> None:
    failed = await runner.run(a_task(handlers.Babbler, a_notice()))

    assert isinstance(failed, NotMade)
    assert (failed.error, "is no topic" in failed.message) == ("permanent", True)
    assert sent_into(tmp_path) == []


async def test_what_is_in_doubt_fails_the_run_and_is_not_sent(
    pool: ProcessRunner, outbox: MemoryOutbox, tmp_path: Path
) -> None:
    await outbox.begin(SENDER, Parcel("news", f"{DRY_RUN}k1", b"a notice"))

    failed = await pool.run(a_task(handlers.Herald, a_notice()))

    assert isinstance(failed, NotMade)
    assert failed.error == "permanent"
    assert "llama publish confirm S1 Herald 1" in failed.message
    assert sent_into(tmp_path) == []


async def test_a_receiver_that_is_away_is_tried_again(pool: ProcessRunner, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")

    failed = await pool.run(a_task(handlers.Herald, a_notice()))
    (tmp_path / "outbox").unlink()

    assert isinstance(failed, NotMade)
    assert failed.error == "exception"
    assert await made_by(pool) == FIRST


async def test_a_run_that_was_replaced_sends_nothing(tmp_path: Path, outbox: MemoryOutbox) -> None:
    runner = ProcessRunner(PIPELINE, artifacts=await a_store(), work=tmp_path / "w", processes=1)
    dispatcher = a_dispatcher(outbox, tmp_path)
    asked: list[Task] = []

    async def wanted(task: Task) -> bool:
        asked.append(task)
        return False

    async with runner.sends_by(dispatcher, wanted):
        task = a_task(handlers.Herald, a_notice())
        failed = await runner.run(task)

    assert isinstance(failed, NotMade)
    assert ("another run replaced it" in failed.message, asked) == (True, [task])
    assert sent_into(tmp_path) == []


async def test_a_runner_without_an_outlet_says_so(tmp_path: Path) -> None:
    store = await a_store()
    classes = {handler.__name__: handler for handler in handlers.PIPELINE}
    async with ProcessRunner(PIPELINE, artifacts=store, work=tmp_path / "w") as pool:
        forking = ForkingRunner(classes, artifacts=store, work=tmp_path / "f")
        task = a_task(handlers.Herald, a_notice())

        failures = [await runner.run(task) for runner in (pool, forking)]

    for failed in failures:
        assert isinstance(failed, NotMade)
        assert "give the runner" in failed.message


class Stuck:
    """Keeps a handler waiting for its answer."""

    def __init__(self) -> None:
        self.asked: list[Sender] = []

    async def earlier(self, sender: Sender) -> tuple[Sent, ...]:
        self.asked.append(sender)
        await until(lambda: False)
        return ()

    async def send(
        self, sender: Sender, parcel: Parcel, *, wanted: Wanted = always
    ) -> dict[str, object]:
        raise NotImplementedError


async def test_a_run_that_waits_for_its_parent_is_killed_in_time_and_its_child_is_replaced(
    tmp_path: Path,
) -> None:
    store, stuck = await a_store(), Stuck()
    runner = ProcessRunner(PIPELINE, artifacts=store, work=tmp_path / "w", processes=1)
    async with runner.sends_by(stuck):
        late = await runner.run(a_task(handlers.Herald, a_notice(), timeout_s=0.5))
        after = await runner.run(a_task(handlers.Upper, a_notice()))

    assert isinstance(late, NotMade)
    assert (late.error, stuck.asked) == ("timeout", [SENDER])
    assert isinstance(after, Made)


class Broken(Stuck):
    """Fails in a way that nobody has thought of."""

    async def earlier(self, sender: Sender) -> tuple[Sent, ...]:
        raise ZeroDivisionError(sender.event)


async def test_a_ledger_that_breaks_is_a_failure_of_that_run_alone(tmp_path: Path) -> None:
    store = await a_store()
    runner = ProcessRunner(PIPELINE, artifacts=store, work=tmp_path / "w", processes=1)
    async with runner.sends_by(Broken()):
        failed = await runner.run(a_task(handlers.Herald, a_notice()))
        after = await runner.run(a_task(handlers.Upper, a_notice()))

    assert isinstance(failed, NotMade)
    assert (failed.error, "ZeroDivisionError: S1" in failed.message) == ("exception", True)
    assert isinstance(after, Made)


async def test_what_a_copy_of_this_process_sent_others_can_read(
    forking: ForkingRunner, tmp_path: Path
) -> None:
    await made_by(forking)

    [sent] = FolderOutlet(tmp_path / "outbox", SENDER, SystemClock().now).earlier()

    assert (sent.content, sent.number, sent.state) == (b"a notice", 1, "sent")
