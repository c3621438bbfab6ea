"""Event: what it can be made from, where it is, and how it begins."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import pytest

from llama import DEFAULT_PIPELINE, PRESETS, EventTuple, Flags, Pipeline
from llama.client.event import Event
from llama.domain.errors import PipelineError
from llama.domain.flags import DEFAULT, MANUAL, TRIGGERED_PUBLIC
from schemas.flags import FlagValue
from tests.support import handlers_for_events
from tests.support.handlers_for_events import EVENT, GOOD, Notice, Upper, a_made_event, kinds
from tests.support.notices import a_notice


@dataclass
class Named:
    """Anything that has an event's id and a rundir."""

    eventid: object
    rundir: object


def test_from_an_id_in_the_folder_where_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    event = Event(EVENT)

    assert (event.eventid, event.rundir, event.pipeline) == (EVENT, tmp_path, DEFAULT_PIPELINE)


def test_from_an_id_and_a_rundir(tmp_path: Path) -> None:
    event = Event(EVENT, rundir=str(tmp_path))

    assert (event.rundir, event.eventdir) == (tmp_path, tmp_path / EVENT)


def test_a_rundir_may_begin_with_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Event(EVENT, "~").rundir == tmp_path


def test_a_rundir_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    event = a_made_event(tmp_path / "link")

    assert event.rundir == tmp_path / "real"
    assert Event(EVENT, tmp_path / "real", GOOD) == event
    assert event.files.status()["Report"] == "current"


@pytest.mark.parametrize("kind", ["tuple", "event", "handler", "anything"])
def test_the_rundir_of_what_has_one_counts(tmp_path: Path, kind: str) -> None:
    (tmp_path / "other").mkdir()
    sources = {
        "tuple": EventTuple(EVENT, tmp_path),
        "event": Event(EVENT, tmp_path),
        "handler": Upper(EVENT, tmp_path),
        "anything": Named(EVENT, str(tmp_path)),
    }

    event = Event(sources[kind], rundir=tmp_path / "other")  # type: ignore[arg-type]  # any object

    assert (event.eventid, event.rundir) == (EVENT, tmp_path)


@pytest.mark.parametrize(
    "wrong", [None, 5, b"S1", object(), Upper, Path("S1"), Named(EVENT, None), Named(5, "."), []]
)
def test_anything_else_is_no_event(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"give an id|is no event's id"):
        Event(wrong)  # type: ignore[arg-type]  # the mistake that the test is about


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "/etc", "-rf", ".llama", "S1\0", "S1 ", "S1\n", "é", "S:1", "x" * 65],
)
def test_names_that_are_no_events_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no event's id, such as"):
        Event(name, tmp_path)


def test_a_rundir_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for rundir in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(ValueError, match=r"there is no folder .*: make it"):
            Event(EVENT, rundir)


def test_a_pipeline_may_be_a_pipeline_a_module_or_a_dict(tmp_path: Path) -> None:
    module = ModuleType("mine")
    module.Notice, module.Upper = Notice, Upper  # type: ignore[attr-defined]  # as a module has them
    expected = Pipeline(Notice, Upper)

    for pipeline in (expected, module, {"Notice": Notice, "Upper": Upper}):
        assert Event(EVENT, tmp_path, pipeline).pipeline == expected
    assert Event(EVENT, tmp_path, pipeline=handlers_for_events).pipeline["Upper"] is Upper


@pytest.mark.parametrize(
    "wrong", [None, "default", 5, [Upper], {"Upper": "Upper"}, ModuleType("m")]
)
def test_anything_else_is_no_pipeline(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"Pipeline|[Hh]andler"):
        Event(EVENT, tmp_path, wrong)  # type: ignore[arg-type]  # the mistake


def test_handlers_that_do_not_fit_together_are_no_pipeline(tmp_path: Path) -> None:
    namesake = type("Upper", (Notice,), {"FILENAME": "other.txt"})

    with pytest.raises(PipelineError, match="both called Upper"):
        Event(EVENT, tmp_path, {"Upper": Upper, "Other": namesake})


def test_init_creates_the_event_and_returns_it(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD)
    assert not event.exists()
    assert not event.eventdir.exists()

    assert event.init() is event

    assert event.exists()
    assert event.eventdir.is_dir()
    assert event.flags == DEFAULT
    assert kinds(event) == []


def test_init_sets_the_flags_of_a_new_event(tmp_path: Path) -> None:
    assert Event(EVENT, tmp_path, GOOD).init(flags=MANUAL).flags == MANUAL


@pytest.mark.parametrize("flags", ["MANUAL", PRESETS["MANUAL"]])
def test_init_takes_a_preset_as_it_is_or_by_its_name(tmp_path: Path, flags: Flags | str) -> None:
    assert Event(EVENT, tmp_path, GOOD).init(flags).flags == MANUAL


def test_init_takes_some_flags_by_name_and_leaves_the_others_to_the_first_notice(
    tmp_path: Path,
) -> None:
    event = Event("S230914ak", tmp_path).init({"ONLINE": False, "VETOED": True})

    assert event.flags == replace(DEFAULT, ONLINE=False, VETOED=True)
    event.ingest(a_notice())
    assert event.flags == replace(TRIGGERED_PUBLIC, ONLINE=False, VETOED=True)


@pytest.mark.parametrize("flags", ["MINE", {"COLOUR": "red"}, {"UPLOAD": "perhaps"}])
def test_init_refuses_flags_that_cannot_be_and_begins_nothing(
    tmp_path: Path, flags: dict[str, FlagValue] | str
) -> None:
    event = Event(EVENT, tmp_path, GOOD)

    with pytest.raises(ValueError, match=r"MINE|COLOUR|UPLOAD"):
        event.init(flags)
    assert not event.eventdir.exists()


def test_init_never_resets_the_flags_of_an_existing_event(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD).init(MANUAL)
    event.acts.flags(UPLOAD=True)
    before = event.flags

    Event(EVENT, tmp_path, GOOD).init()
    Event(EVENT, tmp_path, GOOD).init(Flags(ROLE="test"))

    assert event.flags == before
    assert before.UPLOAD


@pytest.mark.parametrize("what", ["file", "dangling link"])
def test_init_refuses_what_is_no_folder(tmp_path: Path, what: str) -> None:
    place = tmp_path / EVENT
    place.touch() if what == "file" else place.symlink_to("nowhere")

    with pytest.raises(ValueError, match="is no folder: move it"):
        Event(EVENT, tmp_path).init()


def test_init_begins_in_a_folder_that_has_files(tmp_path: Path) -> None:
    (tmp_path / EVENT).mkdir()
    (tmp_path / EVENT / "notice.txt").write_text("here before")

    event = Event(EVENT, tmp_path, GOOD).init()

    assert event.update()
    assert event.files.Upper.fullpath.read_text() == "HERE BEFORE"


def test_exists_is_about_the_event_and_not_its_folder(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path)
    event.eventdir.mkdir()

    assert not event.exists()
    assert not Event.is_event_folder(event.eventdir)
    assert Event.is_event_folder(event.init().eventdir)


def test_fromdir_is_the_folder_where_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = Event(EVENT, tmp_path, GOOD).init()
    monkeypatch.chdir(event.eventdir)

    assert Event.fromdir(pipeline=GOOD) == event
    assert Event.fromdir() == Event(EVENT, tmp_path)


def test_fromdir_follows_links(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path).init()
    (tmp_path / "link").symlink_to(event.eventdir)

    assert Event.fromdir(tmp_path / "link") == event


def test_auxiliary_paths_keep_the_event(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD)
    assert event.auxiliary_paths == ()

    assert event.init().auxiliary_paths == (event.eventdir / ".llama",)


def test_cruft_files_are_known_neither_to_the_pipeline_nor_to_the_log(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    assert event.cruft_files == ()

    (event.eventdir / "notes.txt").touch()
    (event.eventdir / "folder").mkdir()

    expected = tuple(event.eventdir / name for name in ("folder", "notes.txt"))
    assert event.cruft_files == expected
    assert Event(EVENT, tmp_path, Pipeline(Notice)).cruft_files == expected
    assert Event("S2", tmp_path).cruft_files == ()


def test_events_are_equal_if_id_rundir_and_pipeline_are(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD)

    assert event == Event(EVENT, f"{tmp_path}/.", Pipeline(*GOOD.values()))
    assert hash(event) == hash(Event(EVENT, tmp_path, GOOD))
    assert event != Event("S2", tmp_path, GOOD)
    assert event != Event(EVENT, tmp_path)
    assert event != EVENT


def test_an_event_says_what_it_is(tmp_path: Path) -> None:
    assert repr(Event(EVENT, tmp_path)) == f"Event('{EVENT}', '{tmp_path}')"
