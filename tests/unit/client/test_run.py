"""A run: which events of a folder are meant, and with which pipeline."""

from collections.abc import Callable
from pathlib import Path

import pytest

from llama.client.event import Event
from llama.client.pipeline import DEFAULT_PIPELINE, Pipeline
from llama.client.run import Run
from llama.domain.errors import EventFolderCorrupt
from llama.domain.flags import Flags
from llama.domain.selection.downselection import Downselection
from llama.handlers import Alert
from tests.support.runs import PIPELINE, Appendix, Fussy, Peak, Report, an_event_in

OLD, NEW, TIED = "S190814bv", "S230914ak", "S230914aa"


@pytest.fixture
def rundir(tmp_path: Path) -> Path:
    """Three events: an old one and two of one time."""
    an_event_in(tmp_path, OLD, merged="2019-08-14T21:10:39Z")
    an_event_in(tmp_path, NEW)
    an_event_in(tmp_path, TIED)
    return tmp_path


def ids(run: Run) -> list[str]:
    return [event.eventid for event in run.events]


def test_the_rundir_is_by_default_the_folder_in_which_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert Run().rundir == tmp_path.resolve()


def test_the_pipeline_is_by_default_the_default_one(tmp_path: Path) -> None:
    assert Run(tmp_path).pipeline is DEFAULT_PIPELINE


def test_by_default_every_event_is_meant(rundir: Path) -> None:
    run = Run(rundir)

    assert run.downselection == ()
    assert len(run.events) == 3


def test_the_rundir_is_canonical(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "link").symlink_to("runs")
    monkeypatch.setenv("HOME", str(tmp_path))
    ways = [tmp_path / "runs", tmp_path / "link", tmp_path / "runs" / ".." / "link", "~/runs"]

    assert {Run(way).rundir for way in ways} == {(tmp_path / "runs").resolve()}
    assert len({Run(way) for way in ways}) == 1


def test_a_rundir_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere: make it, or name another"):
        Run(tmp_path / "nowhere")


def test_a_rundir_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ValueError, match="there is no folder"):
        Run(tmp_path / "file")


def test_a_pipeline_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no pipeline"):
        Run(tmp_path, 3)  # pyright: ignore[reportArgumentType]


def test_runs_are_equal_by_folder_pipeline_and_downselections(tmp_path: Path) -> None:
    one = Run(tmp_path, PIPELINE).downselect(vetoed=False)
    other = Run(tmp_path, PIPELINE, [Downselection.of(vetoed=False)])

    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    "changed",
    [
        lambda run: Run(run.rundir / "other", run.pipeline, run.downselection),
        lambda run: Run(run.rundir, Pipeline(Alert), run.downselection),
        lambda run: Run(run.rundir, run.pipeline),
        lambda run: run.downselect(limit=1),
        lambda run: run.rundir,
    ],
    ids=["folder", "pipeline", "none", "more", "no run"],
)
def test_runs_that_differ_in_anything_are_unequal(
    tmp_path: Path, changed: Callable[[Run], object]
) -> None:
    (tmp_path / "other").mkdir()
    run = Run(tmp_path, PIPELINE, Downselection.of(vetoed=False))

    assert run != changed(run)


@pytest.mark.parametrize("name", ["rundir", "pipeline", "downselection", "events", "colour"])
def test_a_run_cannot_be_changed(tmp_path: Path, name: str) -> None:
    run = Run(tmp_path)

    with pytest.raises(AttributeError):
        setattr(run, name, None)


def test_a_run_tells_what_it_is(tmp_path: Path) -> None:
    run = Run(tmp_path, Pipeline(Alert)).downselect(vetoed=False, limit=3).downselect(sortkey=len)

    told = repr(run)

    assert told == f"Run({str(tmp_path)!r}, Pipeline(Alert), 'vetoed=false,limit=3', 'sortkey=len')"


def test_events_are_the_newest_first_and_ties_by_id(rundir: Path) -> None:
    assert ids(Run(rundir)) == [TIED, NEW, OLD]


def test_events_have_the_run_s_folder_and_pipeline(rundir: Path) -> None:
    run = Run(rundir, PIPELINE)

    assert run.events[0] == Event(TIED, rundir, PIPELINE)
    assert run.events[0].pipeline is run.pipeline


def test_events_are_looked_for_anew_each_time(rundir: Path) -> None:
    run = Run(rundir)
    before = len(run)

    an_event_in(rundir, "S240101a")

    assert (before, len(run)) == (3, 4)


def test_only_folders_with_an_event_s_log_are_events(rundir: Path) -> None:
    (rundir / "S240101a").mkdir()
    (rundir / "S240101b").touch()
    (rundir / OLD).joinpath("S240101c").mkdir()

    assert ids(Run(rundir)) == [TIED, NEW, OLD]


def test_a_folder_whose_name_is_no_event_s_is_none(rundir: Path) -> None:
    (rundir / OLD).rename(rundir / f"{OLD}.old")

    assert ids(Run(rundir)) == [TIED, NEW]


def test_an_empty_folder_has_no_events(tmp_path: Path) -> None:
    assert Run(tmp_path).events == ()
    assert len(Run(tmp_path)) == 0


def test_events_without_a_time_are_named_if_no_sortkey_is_given(rundir: Path) -> None:
    an_event_in(rundir, "S240101a", merged=None)
    an_event_in(rundir, "S240101b", merged=None)

    with pytest.raises(ValueError, match="no notice tells when S240101a, S240101b happened: give"):
        _ = Run(rundir).events


def test_events_without_a_time_do_no_harm_when_a_sortkey_is_given(rundir: Path) -> None:
    an_event_in(rundir, "S180101a", merged=None)

    assert ids(Run(rundir).downselect(sortkey="eventid")) == ["S180101a", OLD, TIED, NEW]


def test_events_without_a_time_can_be_counted(rundir: Path) -> None:
    an_event_in(rundir, "S240101a", merged=None)

    assert len(Run(rundir)) == 4


def test_an_event_whose_log_cannot_be_read_is_told_at_once(rundir: Path) -> None:
    (rundir / OLD / ".llama" / "facts.jsonl").write_text("no fact\n")

    with pytest.raises(EventFolderCorrupt, match=OLD):
        _ = Run(rundir).events


def test_an_event_that_is_not_meant_is_not_even_read(rundir: Path) -> None:
    (rundir / OLD / ".llama" / "facts.jsonl").write_text("no fact\n")

    assert ids(Run(rundir).downselect(eventid_filter="S23*")) == [TIED, NEW]


def test_a_filter_behind_a_limit_sees_what_the_limit_left(rundir: Path) -> None:
    newest = Run(rundir).downselect(limit=1)

    assert ids(newest.downselect(eventid_filter=TIED)) == [TIED]
    assert ids(newest.downselect(eventid_filter=OLD)) == []


def test_an_inverted_filter_keeps_the_others(rundir: Path) -> None:
    assert ids(Run(rundir).downselect(invert=True, eventid_filter=OLD)) == [TIED, NEW]


def test_iterating_goes_through_the_events(rundir: Path) -> None:
    run = Run(rundir)

    assert list(run) == list(run.events)


def test_one_downselection_may_be_given_as_it_is(rundir: Path) -> None:
    assert ids(Run(rundir, downselection=Downselection.of(eventid_filter="S19*"))) == [OLD]


def test_downselect_gives_another_run_and_leaves_this_one(rundir: Path) -> None:
    run = Run(rundir, PIPELINE)

    chosen = run.downselect(eventid_filter="S19*")

    assert ids(chosen) == [OLD]
    assert chosen.pipeline is run.pipeline
    assert run.downselection == ()


def test_downselections_are_chained_in_their_order(rundir: Path) -> None:
    run = Run(rundir)

    assert ids(run.downselect(limit=1).downselect(sortkey="eventid")) == [TIED]
    assert ids(run.downselect(sortkey="eventid").downselect(limit=1)) == [OLD]


def test_a_sortkey_of_one_s_own_is_given_events(rundir: Path) -> None:
    def digits(event: Event) -> str:
        return event.eventdir.name[-1]

    assert ids(Run(rundir).downselect(sortkey=digits)) == [TIED, NEW, OLD]


@pytest.mark.parametrize(
    ("criterion", "value"),
    [
        ("vetoed", True),
        ("manual", True),
        ("fileexists", "peak.json"),
        ("fhexists", Peak),
        ("fhexists", Appendix),
        ("fhnameexists", "Report"),
        ("fhnameexists", "Appendix"),
        ("fhmeta", Report),
        ("fhmeta", Appendix),
        ("fhnamemeta", "Peak"),
        ("fhnamemeta", "Appendix"),
    ],
)
def test_events_are_judged_by_their_flags_and_files(
    rundir: Path, criterion: str, value: object
) -> None:
    event = Event(OLD, rundir, PIPELINE)
    event.update()
    event.acts.flags(MANUAL=True, VETOED=True)

    run = Run(rundir, PIPELINE).downselect(**{criterion: value})  # pyright: ignore[reportArgumentType]

    assert ids(run) == [OLD]


def test_events_are_judged_by_their_age(rundir: Path) -> None:
    run = Run(rundir)

    assert len(run.downselect(sec_since_v0_lt=86400, sec_since_mod_lt=86400)) == 3
    assert len(run.downselect(sec_since_v0_gt=86400)) == 0
    assert len(run.downselect(v0after="2023-01-01", modafter="2023-01-01")) == 3


def test_an_event_begun_by_hand_without_files_meets_no_criterion_of_time(tmp_path: Path) -> None:
    Event("S1", tmp_path).init(Flags(MANUAL=True))

    assert len(Run(tmp_path).downselect(v0after=0)) == 0
    assert len(Run(tmp_path).downselect(manual=True)) == 1


def test_an_unknown_criterion_is_a_type_error_that_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no criterion 'veto': did you mean 'vetoed'"):
        Run(tmp_path).downselect(veto=True)  # pyright: ignore[reportCallIssue]


def test_a_bad_value_is_a_value_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="limit=-1"):
        Run(tmp_path).downselect(limit=-1)


def test_downselect_pipeline_gives_the_same_events_with_a_part_of_the_pipeline(
    rundir: Path,
) -> None:
    run = Run(rundir, PIPELINE).downselect(limit=2)

    part = run.downselect_pipeline(typename=("Alert", "Peak"))

    assert part.pipeline == Pipeline(Alert, Peak)
    assert (part.rundir, part.downselection) == (run.rundir, run.downselection)
    assert run.pipeline == PIPELINE


def test_downselect_pipeline_can_invert(tmp_path: Path) -> None:
    part = Run(tmp_path, PIPELINE).downselect_pipeline(invert=True, type=(Peak, Report, Appendix))

    assert part.pipeline == Pipeline(Alert, Fussy)


def test_downselect_pipeline_takes_every_criterion_of_pipelines(tmp_path: Path) -> None:
    run = Run(tmp_path, PIPELINE)

    family = run.downselect_pipeline(subgraph=Peak)
    either = run.downselect_pipeline(reducer=any, typename="Fussy", type=Alert)
    derived = run.downselect_pipeline(subclass=Peak)

    assert family.pipeline == Pipeline(Alert, Peak)
    assert either.pipeline == Pipeline(Alert, Fussy)
    assert derived.pipeline == Pipeline(Peak)


def test_downselect_pipeline_without_criteria_keeps_all_of_it(tmp_path: Path) -> None:
    run = Run(tmp_path, PIPELINE)

    assert run.downselect_pipeline() == run
