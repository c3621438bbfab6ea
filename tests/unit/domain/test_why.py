"""Why a file is what it is: the explanation, and its text."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from llama.domain.assessment import Status
from llama.domain.needs import Assessor
from llama.domain.why import CODE, explanation_of
from llama.domain.why_text import text_of
from schemas.facts import FileDeleted, FileVetoed, FlagsChanged
from schemas.flags import FlagName
from tests.support.told import CHAIN, a_settled_world, why_of
from tests.support.world import START, World

STEPS = st.lists(
    st.sampled_from(["update", "same", "mapless", "retract", "run", "veto", "delete", "code"]),
    max_size=12,
)


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


def test_a_flag_is_an_input_that_is_told_as_it_is() -> None:
    world = World("plot <- alert#event")
    adopted = world.adopted(epoch=2)
    alert, plot = adopted.manifest.handlers
    handlers = (alert, plot.model_copy(update={"flags": (FlagName.UPLOAD,)}))
    manifest = adopted.manifest.model_copy(update={"handlers": handlers, "digest": "f" * 64})
    world.fold(adopted.model_copy(update={"manifest": manifest}))
    world.notice("INITIAL", minute=1)
    world.settle()
    before = {one.input: one.changed for one in why_of(world, "plot").inputs}
    upload = {"UPLOAD": not world.state.flags.UPLOAD}
    said = {"id": "act", "occurred_at": world.now, "event": "MS1", "changes": upload}
    world.fold(FlagsChanged.model_validate(said))
    after = {one.input: one.changed for one in why_of(world, "plot").inputs}

    assert before == {"alert#event": False, "flags#UPLOAD": False, CODE: False}
    assert after == {"alert#event": False, "flags#UPLOAD": True, CODE: False}


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


def test_an_explanation_of_an_earlier_moment_does_not_speak_of_now() -> None:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")

    then = explanation_of(world.state, "skymap", now=START, is_past=True)

    assert then is not None
    assert then.as_of == START
    assert "could start then" in text_of(then)
    assert "now" not in text_of(then)
    assert "may start now" in text_of(why_of(world, "skymap"))
