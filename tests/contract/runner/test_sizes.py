"""Files of all sizes come to a handler and from it, checked, and also as files on a disk."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from llama.adapters.artifacts import DiskArtifacts
from llama.adapters.processes import ProcessRunner
from llama.adapters.processes.forked import ForkingRunner
from llama.adapters.processes.protocol import ALL_SMALL_BYTES, SMALL_BYTES
from llama.domain.errors import ArtifactCorrupt
from llama.domain.handler import FileHandler
from llama.domain.work import Task
from llama.ports.runner import Made, MadeFile, Runner
from schemas.files import FileContent
from tests.contract.runner.scene import PIPELINE as PLAIN
from tests.contract.runner.scene import a_notice, a_store, a_task
from tests.support import handlers_for_runner
from tests.support import handlers_that_leave as handlers

PIPELINE = "tests.support.handlers_that_leave"
SIZES = (0, 1, SMALL_BYTES // 2, SMALL_BYTES // 2 + 1, SMALL_BYTES, SMALL_BYTES + 1, 3_000_000)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DiskArtifacts:
    return DiskArtifacts(tmp_path_factory.mktemp("artifacts"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(
    store: DiskArtifacts, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ProcessRunner]:
    work = tmp_path_factory.mktemp("work")
    async with ProcessRunner(PIPELINE, artifacts=store, work=work, processes=1) as runner:
        yield runner


@pytest.fixture(params=["pool", "forking"])
def runner(
    request: pytest.FixtureRequest, pool: ProcessRunner, store: DiskArtifacts, tmp_path: Path
) -> Runner:
    classes = {handler.__name__: handler for handler in handlers.PIPELINE}
    forking = ForkingRunner(classes, artifacts=store, work=tmp_path / "forks")
    return pool if request.param == "pool" else forking


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def a_task_of(
    store: DiskArtifacts, handler: type[FileHandler], *contents: bytes
) -> tuple[Task, tuple[FileContent, ...]]:
    """Return a task whose inputs have these bytes, which are in the store."""
    names = ("notice.json", "other.json")
    for content in contents:
        await store.put(content)
    files = tuple(
        a_notice(content).model_copy(update={"file": name, "attached": ()})
        for name, content in zip(names, contents, strict=False)
    )
    return a_task(handler, *files), files


@pytest.mark.parametrize("handler", [handlers.Doubled, handlers.Copied])
@pytest.mark.parametrize("size", SIZES)
async def test_a_file_of_any_size_goes_in_and_comes_out(
    runner: Runner, store: DiskArtifacts, size: int, handler: type[FileHandler]
) -> None:
    content = bytes(range(256)) * (size // 256) + b"\n" * (size % 256)
    task, _ = await a_task_of(store, handler, content)

    outcome = await runner.run(task)

    assert isinstance(outcome, Made), outcome
    assert outcome.files == (MadeFile(content * (2 if handler is handlers.Doubled else 1), {}),)


@pytest.mark.parametrize("sizes", [(10, SMALL_BYTES + 1), (SMALL_BYTES + 1, 10), (10, 20)])
async def test_small_and_large_files_go_together_and_can_be_had_as_files(
    runner: Runner, store: DiskArtifacts, sizes: tuple[int, int]
) -> None:
    task, _ = await a_task_of(store, handlers.Located, *(bytes(size) for size in sizes))

    outcome = await runner.run(task)

    assert isinstance(outcome, Made), outcome
    told = [line.split() for line in outcome.files[0].content.decode().splitlines()]
    assert [is_equal for _, is_equal in told] == ["True", "True"]
    assert [Path(path).name for path, _ in told] == ["notice.json", "other.json"]
    assert not any(Path(path).exists() for path, _ in told)


@pytest.mark.parametrize("size", [SMALL_BYTES, SMALL_BYTES + 1])
async def test_an_attachment_of_any_size_is_given(size: int, tmp_path: Path) -> None:
    notice = a_notice()
    content = b"m" * size
    store = await a_store(content)
    digest = await store.put(content)
    aspects = {**notice.aspects, "map": digest}
    task = a_task(handlers_for_runner.Attached, notice.model_copy(update={"aspects": aspects}))
    async with ProcessRunner(PLAIN, artifacts=store, work=tmp_path, processes=1) as runner:
        outcome = await runner.run(task)

    assert isinstance(outcome, Made), outcome
    assert outcome.files[0].content == b"a notice+" + content


@pytest.mark.parametrize("size", [10, SMALL_BYTES + 1])
async def test_an_input_with_other_bytes_than_its_name_says_is_refused(
    runner: Runner, store: DiskArtifacts, tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    content = b"c" * size
    task, (file,) = await a_task_of(store, handlers.Copied, content)
    (path,) = tmp_path_factory.getbasetemp().rglob(file.digest)
    path.chmod(0o600)
    path.write_bytes(b"d" * size)

    with pytest.raises(ArtifactCorrupt):
        await runner.run(task)

    path.unlink()


async def test_more_small_files_than_may_travel_together_go_by_a_folder(
    runner: Runner, store: DiskArtifacts
) -> None:
    number = ALL_SMALL_BYTES // SMALL_BYTES + 1
    task, (file,) = await a_task_of(store, handlers.Copied, bytes(SMALL_BYTES))
    more = [file.model_copy(update={"file": f"more{one}.dat"}) for one in range(number)]

    outcome = await runner.run(replace(task, contents=(*more, file)))

    assert isinstance(outcome, Made), outcome
    assert outcome.files[0].content == bytes(SMALL_BYTES)
