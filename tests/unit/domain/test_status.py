"""What a person is told about an event, and why a file is what it is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from llama.domain.assessment import Status
from llama.domain.needs import Assessor
from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.domain.why import CODE, explanation_of
from llama.domain.why_text import text_of
from schemas.facts import FileDeleted, FileFrozen, FilePut, FileVetoed
from schemas.files import FileContent
from schemas.status import FileStatus, Why
from tests.support.world import START, World, a_trigger

CHAIN = ("skymap <- alert#skymap", "info <- alert#event skymap?", "plot <- skymap")
STEPS = st.lists(
    st.sampled_from(["update", "same", "mapless", "retract", "run", "veto", "delete", "code"]),
    max_size=12,
)


def a_settled_world() -> World:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")
    world.settle()
    return world


def file_of(world: World, name: str) -> FileStatus:
    status = status_of(world.state, leased=[], now=world.now)
    return next(file for file in status.files if file.name == name)


def why_of(world: World, name: str) -> Why:
    why = explanation_of(world.state, name, now=world.now)
    assert why is not None
    return why


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


def test_a_file_that_no_handler_makes_has_no_explanation() -> None:
    assert explanation_of(a_settled_world().state, "nothing", now=START) is None


def test_an_explanation_compares_each_input_with_what_was_used() -> None:
    world = a_settled_world()
    world.notice("UPDATE", minute=2, skymap="b")

    why = why_of(world, "skymap")

    first, code = why.inputs
    assert (first.input, first.changed, first.status) == ("alert#skymap", True, "current")
    assert (code.input, code.changed, code.used) == (CODE, False, "1")
    assert why.made is not None
    assert why.made.version == 0
    assert why.waiting == ("info", "plot")


def test_an_explanation_tells_the_failure_and_when_the_next_attempt_is_due() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")
    world.fold(world.failure(world.need("skymap"), retry_in_s=60))

    why = why_of(world, "skymap")
    later = explanation_of(world.state, "skymap", now=START + timedelta(minutes=2))

    assert why.failure is not None
    assert (why.failure.attempt, why.failure.message) == (1, "it broke")
    assert why.needs is not None
    assert (why.needs.attempt, why.needs.due) == (2, False)
    assert later is not None
    assert later.needs is not None
    assert later.needs.due


def test_a_failure_with_other_inputs_explains_nothing() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")
    world.fold(world.failure(world.need("skymap"), retry_in_s=60))
    world.notice("UPDATE", minute=2, skymap="b")

    why = why_of(world, "skymap")

    assert (why.status, why.failure) == (Status.MISSING, None)


def test_an_input_that_the_pipeline_has_dropped_is_a_change() -> None:
    world = a_settled_world()
    world.rules = ("skymap <- alert#skymap", "info <- alert#event", "plot <- skymap")
    world.adopt(epoch=2)

    event, skymap, _ = why_of(world, "info").inputs

    assert (event.input, event.changed) == ("alert#event", False)
    assert (skymap.input, skymap.latest, skymap.changed) == ("skymap#whole", None, True)


def test_the_run_that_made_a_hidden_file_is_told_without_its_version() -> None:
    world = a_settled_world()
    world.notice("RETRACTION", minute=2)

    made = why_of(world, "skymap").made

    assert made is not None
    assert made.version is None


def test_a_file_that_has_failed_for_good_needs_no_run_and_blocks_what_needs_it() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")
    world.fold(world.failure(world.need("skymap"), retry_in_s=None))

    why = why_of(world, "skymap")

    assert (why.status, why.needs) == (Status.FAILED, None)
    assert why.waiting == ("plot",)
    assert "it is not tried again with these inputs" in text_of(why)


def test_an_error_is_told_in_a_sentence_and_wholly_at_the_end() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")
    error = 'ValueError: it broke.\n  File "x.py", line 1, in generate\n    raise error\n'
    failure = world.failure(world.need("skymap"), retry_in_s=None)
    world.fold(failure.model_copy(update={"message": error}))

    lines = text_of(why_of(world, "skymap")).splitlines()

    assert lines[0] == "skymap of MS1 is failed: exception: ValueError: it broke."
    assert lines[-4:] == ["The whole error:", *(f"  {line}" for line in error.splitlines())]


def test_the_text_of_an_explanation_is_made_of_sentences() -> None:
    world = a_settled_world()
    world.notice("UPDATE", minute=2, skymap="b")

    lines = text_of(why_of(world, "skymap")).splitlines()

    assert lines[0].startswith("skymap of MS1 is obsolete: alert#skymap changed from ")
    assert lines[1] == "skymap (code 1) ran at 2026-11-22 00:00:00 UTC, 0.00 s; it is version 0."
    assert lines[2].startswith("A run is wanted: attempt 1 of need ")
    assert lines[3] == "Its inputs:"
    assert lines[4].startswith("  alert#skymap  changed from ")
    assert lines[5] == "  code          unchanged, 1"
    assert lines[-1] == "Waiting for it: info, plot."


def test_the_text_says_of_a_file_that_it_was_never_made() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")

    text = text_of(why_of(world, "plot"))

    assert "plot has never made it." in text
    assert "skymap#whole  not there [missing]" in text


def put(world: World, handler: str, *, by: str = "ada", reason: str = "a better map") -> None:
    content = FileContent(file=handler, digest="0" * 64, size=1, aspects={"whole": "0" * 64})
    world.fold(
        FilePut(
            id=f"put-{handler}",
            occurred_at=START + timedelta(hours=10),
            event="MS1",
            handler=handler,
            by=by,
            reason=reason,
            files=(content,),
        )
    )


@pytest.mark.parametrize("handler", ["skymap", "alert"])
def test_of_a_file_that_was_put_by_hand_it_is_told_who_did_it_when_and_why(handler: str) -> None:
    world = a_settled_world()

    put(world, handler)

    why = why_of(world, handler)
    assert file_of(world, handler).reason == "put by ada at 2026-11-22 10:00:00 UTC: a better map"
    assert why.made is not None
    assert (why.made.fact, why.made.put) == (f"put-{handler}", True)
    assert (why.made.by, why.made.reason) == ("ada", "a better map")
    assert text_of(why).splitlines()[1] == (
        "ada put it there at 2026-11-22 10:00:00 UTC (a better map); it is version 1."
    )


def test_a_file_that_nobody_said_why_they_put_is_told_as_put_by_hand() -> None:
    world = a_settled_world()

    put(world, "skymap", by="", reason="")

    assert file_of(world, "skymap").reason == "put by hand at 2026-11-22 10:00:00 UTC"
    assert "Somebody put it there at 2026-11-22 10:00:00 UTC;" in text_of(why_of(world, "skymap"))


def test_a_run_after_a_file_was_put_is_told_as_a_run() -> None:
    world = a_settled_world()
    put(world, "skymap")
    world.notice("UPDATE", minute=2, skymap="b")
    world.settle()

    made = why_of(world, "skymap").made

    assert made is not None
    assert (made.put, made.by) == (False, "")
    assert file_of(world, "skymap").reason == "made from the latest inputs"


def test_what_was_put_before_a_pipeline_is_told_as_put() -> None:
    world = World()
    world.state = EventState("MS1")

    put(world, "letter")

    assert file_of(world, "letter").reason == (
        "put by ada at 2026-11-22 10:00:00 UTC: a better map; no pipeline is adopted yet"
    )


def test_a_file_of_an_earlier_notice_is_not_told_as_put() -> None:
    world = a_settled_world()

    world.fold(a_trigger("UPDATE", minute=2).model_copy(update={"files": ()}))

    assert file_of(world, "alert").reason == "it came with an earlier notice"
    assert why_of(world, "alert").made is None


def test_what_was_put_survives_being_written() -> None:
    world = a_settled_world()
    put(world, "skymap")
    states = TypeAdapter(EventState)

    assert states.validate_json(states.dump_json(world.state)) == world.state


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


@given(STEPS)
def test_an_explanation_sees_the_changes_that_the_decision_was_made_from(steps: list[str]) -> None:
    world = a_settled_world()
    for minute, step in enumerate(steps, start=2):
        _take(world, step, minute=minute)

    for assessment in Assessor(world.state).all():
        why = why_of(world, assessment.handler.files[0])
        assert (why.status, why.reason) == (assessment.status, assessment.reason)
        if assessment.status is not Status.MASKED:
            changed = {(row.input, row.used, row.latest) for row in why.inputs if row.changed}
            assert changed == {(one.input, one.was, one.now) for one in assessment.changes}


def _take(world: World, step: str, *, minute: int) -> None:
    act = {"id": f"act-{minute}", "occurred_at": START, "event": "MS1", "handler": "skymap"}
    match step:
        case "update" | "same":
            world.notice("UPDATE", minute=minute, skymap="a" if step == "same" else f"{minute}")
        case "mapless" | "retract":
            world.notice("UPDATE" if step == "mapless" else "RETRACTION", minute=minute)
        case "run":
            world.settle()
        case "veto":
            world.fold(FileVetoed.model_validate({**act, "vetoed": minute % 2 == 0}))
        case "delete":
            world.fold(FileDeleted.model_validate(act))
        case _:
            world.adopt(epoch=minute, codes={"skymap": str(minute)})
