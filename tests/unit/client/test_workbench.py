"""The workbench: states that follow the log, prospects that write nothing, pipelines adopted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from llama import Pipeline
from llama.client.event import Event
from llama.client.local.asking import Wanted
from llama.domain.errors import ActRefused, Unavailable
from llama.domain.event_state import replay
from llama.domain.states import EventState
from schemas.base import EventMessage
from schemas.facts import FlagsChanged, PipelineAdopted
from schemas.flags import FlagName, FlagValue
from tests.support.facts import START
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    Notice,
    Pair,
    Report,
    Table,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)


def test_the_state_is_the_fold_of_the_log(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    facts = event.bench.folder.facts(0)[0]

    assert event.state == replay(EVENT, facts) == event.bench.state
    assert event.state.sequence == len(facts)


def test_the_state_follows_what_others_write(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = event.state.sequence

    Event(EVENT, tmp_path, GOOD).acts.flags(UPLOAD=True)

    assert event.flags.UPLOAD
    assert event.state.sequence == before + 1


def test_before_the_beginning_the_state_is_empty(tmp_path: Path) -> None:
    bench = Event(EVENT, tmp_path, GOOD).bench

    assert bench.state == EventState(EVENT)
    assert {one.name for one in bench.prospect().manifest.handlers} == {  # type: ignore[union-attr]
        *("Notice", "Upper", "Pair", "Report"),
    }


def test_the_prospect_is_what_an_update_finds(tmp_path: Path) -> None:
    event = an_event(tmp_path)
    prospect = event.bench.prospect()
    assert (event.state.sequence, prospect.sequence) == (0, 2)

    event.acts.flags(reason="none", UPLOAD=False)
    event.bench.act_on_files(lambda _: [])

    assert event.state.files["notice.txt"].content == prospect.files["notice.txt"].content
    assert event.state.manifest == prospect.manifest


def test_an_event_that_never_rests_is_told(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    other = Event(EVENT, tmp_path, GOOD)

    @dataclass
    class Restless:
        clock: object = field(default_factory=lambda: event.bench.clock)

        def now(self) -> object:
            other.acts.flags(UPLOAD=True)
            return START

    event.bench.clock = Restless()  # type: ignore[assignment]  # it has the one method

    with pytest.raises(Unavailable, match="look again later"):
        event.bench.prospect()


def test_act_writes_what_follows_from_the_state(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    def decide(state: EventState) -> Sequence[EventMessage]:
        changes: dict[FlagName, FlagValue] = {FlagName.UPLOAD: not state.flags.UPLOAD}
        identity = f"act-{state.sequence}"
        return [FlagsChanged(id=identity, occurred_at=START, event=EVENT, changes=changes)]

    for expected in (True, False, True):
        assert event.bench.act(decide).flags.UPLOAD is expected


def test_an_act_that_cannot_be_decided_writes_nothing(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)

    def refuse(state: EventState) -> Sequence[EventMessage]:
        raise ActRefused(f"not with {state.event}")

    with pytest.raises(ActRefused):
        event.bench.act(refuse)
    assert kinds(event) == before


def test_known_files_include_ancestors_and_what_is_made_along(tmp_path: Path) -> None:
    bench = Event(EVENT, tmp_path, Pipeline(Report)).bench

    assert bench.known_files == {one.FILENAME: one for one in (Notice, Upper, Pair, Table, Report)}


def test_ancestors_are_adopted_but_made_only_if_asked_for(tmp_path: Path) -> None:
    event = an_event(tmp_path, Pipeline(Report))

    assert event.update() is False
    assert Event(EVENT, tmp_path, GOOD).update() is True

    assert kinds(event).count("PipelineAdopted") == 1
    assert event.files.status() == {"Report": "current"}


def test_another_pipeline_is_adopted_with_a_higher_epoch(tmp_path: Path) -> None:
    an_event(tmp_path, Pipeline(Notice, Upper)).update()

    Event(EVENT, tmp_path, GOOD).update()
    Event(EVENT, tmp_path, Pipeline(Notice, Upper)).update()

    facts = Event(EVENT, tmp_path).bench.folder.facts(0)[0]
    assert [fact.epoch for fact in facts if isinstance(fact, PipelineAdopted)] == [1, 2]


def test_working_on_other_handlers_leaves_the_bench_as_it_is(tmp_path: Path) -> None:
    bench = a_made_event(tmp_path).bench

    other = bench.working_on({"Upper": Upper})

    assert other.handlers == {"Upper": Upper}
    assert bench.handlers == GOOD
    assert other.state == bench.state


def test_update_names_what_was_made_in_order(tmp_path: Path) -> None:
    bench = an_event(tmp_path).bench

    assert bench.update() == ["Upper", "Pair", "Report"]
    assert bench.update() == []
    assert bench.update(Wanted(["Upper"], ["Upper"])) == ["Upper"]


def test_update_keeps_to_what_may_run(tmp_path: Path) -> None:
    bench = an_event(tmp_path).bench

    assert bench.update(Wanted(["Upper", "Report"])) == ["Upper"]
    assert bench.update(Wanted(["Upper", "Report"], ["Report"])) == []


def test_content_is_that_of_the_folder_or_of_the_store(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.freeze("upper.txt")
    event.files.Upper.fullpath.write_text("edited though frozen")
    event.files.Report.fullpath.write_text("edited")

    assert event.bench.content("upper.txt") == b"A NOTICE"
    assert event.bench.content("report.html") == b"edited"


def test_no_work_folder_is_left(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    left = {path.name for path in (event.eventdir / ".llama").iterdir()}
    assert left == {"artifacts", "facts.jsonl", "shown.json", "lock", "making.lock"}
    assert len(texts(event)) == 5
