"""The ways in which a handler may give its files, in a process of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from llama.adapters.processes import ProcessRunner
from llama.domain.digests import digest_bytes, digest_json
from llama.domain.handler import FileHandler
from llama.ports.runner import Made, MadeFile, NotMade, Runner
from schemas.files import FileContent
from tests.contract.runner.scene import PIPELINE, a_notice, a_store, a_task
from tests.support import handlers_for_runner as handlers


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runner]:
    artifacts = await a_store(b"other")
    work = tmp_path_factory.mktemp("work")
    async with ProcessRunner(PIPELINE, artifacts=artifacts, work=work, processes=1) as one:
        yield one


pytestmark = pytest.mark.asyncio(loop_scope="module")


def another() -> FileContent:
    return a_notice(b"other").model_copy(update={"file": "other.json", "attached": ()})


async def made_by(runner: Runner, handler: type[FileHandler], **flags: bool | str) -> Made:
    outcome = await runner.run(replace(a_task(handler, a_notice()), flags=flags))
    assert isinstance(outcome, Made), outcome
    return outcome


async def test_a_text_is_written_as_utf_8(runner: Runner) -> None:
    assert (await made_by(runner, handlers.Text)).files == (MadeFile("é".encode(), {}),)


async def test_a_file_may_be_written_to_its_place_in_the_events_folder(runner: Runner) -> None:
    assert (await made_by(runner, handlers.Written)).files == (MadeFile(b"of S1", {}),)


async def test_a_json_value_is_written_with_its_aspects(runner: Runner) -> None:
    (file,) = (await made_by(runner, handlers.Json)).files

    assert file.content == b'{"length":8,"one":1,"two":[2]}\n'
    assert file.aspects == {"one": digest_json(1), "two": digest_json([2])}


async def test_a_file_that_was_written_has_aspects_too(runner: Runner) -> None:
    (file,) = (await made_by(runner, handlers.JsonWritten)).files

    assert file == MadeFile(b'{"one": 1}', {"one": digest_json(1)})


async def test_a_file_that_was_written_may_not_be_too_large(runner: Runner) -> None:
    outcome = await runner.run(a_task(handlers.JsonWritten, another()))

    assert isinstance(outcome, NotMade)
    assert outcome.error == "bad_output"
    assert "json_written.json has 67108874 bytes, more than the 67108864" in outcome.message


async def test_one_run_makes_several_files_the_makers_first(runner: Runner) -> None:
    made = await made_by(runner, handlers.Early)

    assert made.files == (
        MadeFile(b"early", {}),
        MadeFile(b"late", {"first": digest_bytes(b"l")}),
    )


async def test_of_several_files_the_earliest_end_counts(runner: Runner) -> None:
    made = await made_by(runner, handlers.Early)

    assert made.valid_until == datetime(2026, 11, 22, tzinfo=UTC)


async def test_a_file_without_an_end_is_valid_as_long_as_its_inputs(runner: Runner) -> None:
    assert (await made_by(runner, handlers.Text)).valid_until is None


async def test_several_files_may_be_written_in_one_run(runner: Runner) -> None:
    made = await made_by(runner, handlers.WrittenTable)

    assert made.files == (MadeFile(b"table", {}), MadeFile(b"plot", {}))


async def test_of_several_files_none_may_be_left_out(runner: Runner) -> None:
    outcome = await runner.run(a_task(handlers.WrittenTable, another()))

    assert isinstance(outcome, NotMade)
    assert outcome.error == "bad_output"
    assert "did not write written_table.csv, written_plot.png" in outcome.message


async def test_a_handler_reads_the_flags_of_its_task(runner: Runner) -> None:
    online = await made_by(runner, handlers.Flagged, ROLE="observation", UPLOAD=True)
    test = await made_by(runner, handlers.Flagged, ROLE="test", UPLOAD=False)

    assert online.files[0].content == b"ROLE=observation,UPLOAD=True"
    assert test.files[0].content == b"ROLE=test,UPLOAD=False"
