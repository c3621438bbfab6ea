"""What a runner makes of handlers, good ones and bad ones."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from llama.adapters.processes import ProcessRunner
from llama.adapters.processes.forked import ForkingRunner
from llama.domain.digests import digest_bytes
from llama.domain.errors import ArtifactMissing, PipelineError
from llama.domain.handler import FileHandler
from llama.domain.manifests import spec_of
from llama.ports.runner import Made, MadeFile, NotMade, Runner
from tests.contract.runner.scene import PIPELINE, a_notice, a_store, a_task
from tests.support import handlers_for_runner as handlers
from tests.support.handlers_that_read import MEBIBYTE


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(work: Path) -> AsyncIterator[ProcessRunner]:
    artifacts = await a_store(b"other")
    memory = 512 * MEBIBYTE
    async with ProcessRunner(PIPELINE, artifacts=artifacts, work=work, memory_bytes=memory) as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def forking(work: Path) -> ForkingRunner:
    artifacts = await a_store(b"other")
    classes = {handler.__name__: handler for handler in handlers.PIPELINE}
    memory = 512 * MEBIBYTE
    return ForkingRunner(classes, artifacts=artifacts, work=work / "forks", memory_bytes=memory)


@pytest.fixture(params=["pool", "forking"])
def runner(request: pytest.FixtureRequest, pool: ProcessRunner, forking: ForkingRunner) -> Runner:
    return pool if request.param == "pool" else forking


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_makes_a_file_with_its_aspects(runner: Runner) -> None:
    made = await runner.run(a_task(handlers.Upper, a_notice()))

    assert isinstance(made, Made)
    assert made.files == (MadeFile(b"A NOTICE", {"first": digest_bytes(b"A")}),)
    assert 0 < made.wall_s < 60


async def content_of(runner: Runner, handler: type[FileHandler], *, other: bool = False) -> bytes:
    more = [a_notice(b"other").model_copy(update={"file": "other.json", "attached": ()})]
    outcome = await runner.run(a_task(handler, a_notice(), *(more if other else [])))
    assert isinstance(outcome, Made), outcome
    return outcome.files[0].content


async def failure_of(runner: Runner, handler: type[FileHandler]) -> NotMade:
    outcome = await runner.run(a_task(handler, a_notice()))
    assert isinstance(outcome, NotMade), outcome
    return outcome


async def test_gives_declared_attachments(runner: Runner) -> None:
    assert await content_of(runner, handlers.Attached) == b"a notice+a map"


async def test_gives_what_the_deployment_brings_along(runner: Runner) -> None:
    task = a_task(handlers.Calibrated, a_notice())
    spec = spec_of(handlers.Calibrated, {handlers.Curves: b"other"})

    made = await runner.run(replace(task, handler=spec))

    assert isinstance(made, Made)
    assert made.files[0].content == b"a notice by other"


async def test_what_the_deployment_has_lost_stops_the_run(runner: Runner) -> None:
    spec = spec_of(handlers.Calibrated, {handlers.Curves: b"lost"})

    with pytest.raises(ArtifactMissing):
        await runner.run(replace(a_task(handlers.Calibrated, a_notice()), handler=spec))


async def test_an_optional_input_may_be_there_or_not(runner: Runner) -> None:
    assert await content_of(runner, handlers.Optional) == b"without"
    assert await content_of(runner, handlers.Optional, other=True) == b"other"


@pytest.mark.parametrize(
    ("handler", "advice"),
    [
        (handlers.Undeclared, "Undeclared does not declare Other: add uses(Other)"),
        (handlers.UndeclaredAspect, 'add uses(Notice, "map")'),
        (handlers.AttachedOnly, "declares only map of Notice, not its content: add uses(Notice)"),
        (handlers.Careless, "this event has no other.json"),
    ],
)
async def test_what_is_not_declared_or_not_there_is_not_given(
    runner: Runner, handler: type[FileHandler], advice: str
) -> None:
    failed = await failure_of(runner, handler)

    assert failed.error == "exception"
    assert advice in failed.message


@pytest.mark.parametrize(
    ("handler", "error", "message"),
    [
        (handlers.Hopeless, "permanent", "this event has no distance"),
        (handlers.Notice, "permanent", "notice.json comes from outside and cannot be made"),
        (handlers.Patient, "not_yet", "the window closes in an hour"),
        (handlers.Faulty, "exception", "ZeroDivisionError"),
        (handlers.Quitter, "exception", "SystemExit: enough"),
        (handlers.Crasher, "crash", "killed by SIGSEGV; it last printed: about to crash"),
        (handlers.Leaver, "crash", "with exit status 7"),
        (handlers.Glutton, "memory", "MemoryError"),
        (handlers.Swallower, "memory", "Unable to allocate"),
        (handlers.TooBig, "bad_output", "67108865 bytes"),
        (handlers.Litterer, "bad_output", "litter, litterer.txt instead of litterer.txt"),
        (handlers.WrongType, "bad_output", "returned a list: return bytes, a text or a Product"),
        (handlers.Forgetful, "bad_output", "returned nothing and did not write forgetful.txt"),
        (handlers.NoJson, "bad_output", "NoJson returned what is no JSON"),
        (handlers.HalfReturned, "bad_output", "HalfReturned instead of HalfReturned, NeverReturn"),
        (handlers.Naive, "bad_output", "give a time with its zone"),
        (handlers.WrongContent, "bad_output", "the content must be bytes"),
        (handlers.WrongAspect, "bad_output", "Not A Name"),
        (handlers.WholeAspect, "bad_output", "leave it out"),
    ],
)
async def test_says_how_a_handler_failed_and_goes_on(
    runner: Runner, handler: type[FileHandler], error: str, message: str
) -> None:
    failed = await failure_of(runner, handler)

    assert (failed.error, message in failed.message) == (error, True), failed.message
    assert len(failed.message) <= 2000
    assert await content_of(runner, handlers.Upper) == b"A NOTICE"


async def test_a_traceback_says_where(runner: Runner) -> None:
    failed = await failure_of(runner, handlers.Faulty)

    _, first, *_ = failed.message.splitlines()
    assert "handlers_that_fail.py" in first
    assert 'int("0")' in failed.message


async def test_what_handlers_print_is_not_taken_for_an_answer(runner: Runner) -> None:
    assert await content_of(runner, handlers.Chatty) == b"said"
    assert await content_of(runner, handlers.Chatty) == b"said"


async def test_numeric_libraries_work_below_the_limits(runner: Runner) -> None:
    assert await content_of(runner, handlers.Numeric) == b"499.001996"


async def test_children_are_limited_and_lead_their_own_group(runner: Runner) -> None:
    limits = (await content_of(runner, handlers.Limits)).decode()

    memory, core = (int(number) for number in limits[1 : limits.index(")")].split(","))
    assert (core, limits.endswith(" True")) == (0, True)
    # A fork may have as much beyond what it has from the beginning.
    assert memory >= 512 * MEBIBYTE
    assert isinstance(runner, ForkingRunner) or memory == 512 * MEBIBYTE


async def test_runs_in_a_folder_of_its_own_that_is_gone_afterwards(
    runner: Runner, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (await content_of(runner, handlers.Plain)).decode().split("\n")

    folder = Path(told[1])
    assert folder.is_relative_to(work)
    assert not folder.exists()
    assert told[3:] == ["unset", "UTC"]
    # The order of sets in a fork is that of its process.
    assert isinstance(runner, ForkingRunner) or told[2] == "0"


async def test_a_child_is_used_again_and_a_fork_never(runner: Runner) -> None:
    first = (await content_of(runner, handlers.Plain)).split()[0]
    second = (await content_of(runner, handlers.Plain)).split()[0]

    assert (first == second) == isinstance(runner, ProcessRunner)


async def test_an_input_that_cannot_be_had_is_not_the_handlers_fault(runner: Runner) -> None:
    with pytest.raises(ArtifactMissing):
        await runner.run(a_task(handlers.Upper, a_notice(b"never put")))


async def test_other_code_than_the_tasks_is_refused(runner: Runner) -> None:
    task = a_task(handlers.Plain)
    other = task.handler.model_copy(update={"code": "2"})
    unknown = task.handler.model_copy(update={"name": "Unknown"})

    for spec in (other, unknown):
        with pytest.raises(PipelineError, match=r"deploy one pipeline|not in the pipeline: use"):
            await runner.run(type(task)("S1", "need", 1, spec, {}, (), cause="notice-1"))
