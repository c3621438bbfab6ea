"""What a person is told about an event and its files."""

from datetime import timedelta

import pytest

from llama.domain.assessment import Status
from llama.domain.states import EventState
from llama.domain.status import status_of
from schemas.facts import FileDeleted, FileFrozen, FileVetoed
from tests.support.told import CHAIN, a_settled_world, file_of, why_of
from tests.support.world import START, World, a_trigger


def test_a_made_event_is_settled_and_tells_every_file() -> None:
    status = status_of(a_settled_world().state, leased=[], now=START)

    assert status.settled
    assert status.files[0].name == "alert"
    assert {file.status for file in status.files} == {Status.CURRENT}
    assert all(file.digest and file.version == 0 for file in status.files)


def test_an_event_with_something_to_run_or_running_is_not_settled() -> None:
    world = a_settled_world()
    running = status_of(world.state, leased=["plot"], now=START)
    world.notice("UPDATE", minute=2, skymap="b")

    assert not running.settled
    assert not status_of(world.state, leased=[], now=START).settled


def test_a_cool_down_is_a_timer_and_unsettles_the_event_when_it_ends() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")
    world.fold(world.failure(world.need("skymap"), retry_in_s=60))
    over = START + timedelta(seconds=60)

    early = status_of(world.state, leased=[], now=START)
    late = status_of(world.state, leased=[], now=over)

    assert (early.timers, early.settled) == ((over,), True)
    assert (late.timers, late.settled) == ((), False)


def test_hidden_and_deleted_files_have_no_content() -> None:
    world = a_settled_world()
    world.fold(FileDeleted(id="d", occurred_at=START, event="MS1", handler="plot"))
    deleted = file_of(world, "plot")
    world.notice("RETRACTION", minute=3)
    hidden = file_of(world, "skymap")

    assert (deleted.status, deleted.version, deleted.digest, deleted.size) == (
        Status.MISSING,
        None,
        None,
        None,
    )
    assert (hidden.status, hidden.version, hidden.digest) == (Status.MASKED, None, None)


def test_before_a_pipeline_there_is_what_the_notice_brought() -> None:
    world = World()
    world.state = EventState("MS1")
    world.fold(a_trigger("INITIAL", minute=1))

    (file,) = status_of(world.state, leased=[], now=START).files

    assert (file.name, file.handler, file.version) == ("alert", None, 0)
    assert why_of(world, "alert").reason == file.reason


def test_an_event_without_facts_has_a_status() -> None:
    status = status_of(EventState("MS1"), leased=[], now=START)

    assert (status.notice, status.files, status.settled) == (None, (), True)


@pytest.mark.parametrize(("kind", "word"), [(FileVetoed, "vetoed"), (FileFrozen, "frozen")])
@pytest.mark.parametrize("reason", ["", "a glitch"])
def test_no_reason_repeats_its_status(
    kind: type[FileVetoed | FileFrozen], word: str, reason: str
) -> None:
    world = a_settled_world()
    about = {"id": "act", "event": "MS1", "handler": "skymap", "occurred_at": START}
    world.fold(kind.model_validate({**about, "reason": reason}))

    file = file_of(world, "skymap")

    assert file.status == word
    assert word not in file.reason
    assert reason in file.reason


def test_no_reason_repeats_that_it_is_waiting() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")

    waiting = file_of(world, "plot")

    assert (waiting.status, waiting.reason) == (Status.WAITING, "skymap is still to come")
