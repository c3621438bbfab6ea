"""An event in a folder has a history: its versions, copies of what it once was."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from llama import Event, Pipeline
from llama.adapters.event_folder import DiskEventFolder
from llama.client.local.exporting import export_event
from llama.domain.errors import GitRepoUninitialized, UnknownRevision
from llama.domain.manifests import manifest_of
from llama.handlers import Alert
from llama.versioning import GitRepoUninitialized as FromVersioning
from tests.support.handlers_for_events import EVENT, GOOD, Report, Upper, a_made_event
from tests.support.memory_system import MemorySystem
from tests.support.notices import a_notice, a_retraction

SYSTEM_EVENT = "S230914ak"


def contents(event: Event) -> dict[str, bytes]:
    paths = [path for path in event.eventdir.iterdir() if path.is_file()]
    return {path.name: path.read_bytes() for path in paths}


async def a_system() -> MemorySystem:
    system = MemorySystem.of(manifest_of(Pipeline(Alert)))
    for raw in (a_notice(), a_retraction()):
        await system.send(raw)
    await system.follow("trigger_ingest", "dependency_resolver", "versioning")
    return system


async def exported(system: MemorySystem, rundir: Path) -> Event:
    folder = DiskEventFolder(rundir / SYSTEM_EVENT)
    facts, artifacts = system.facts(), system.artifacts
    await export_event(SYSTEM_EVENT, facts, artifacts=artifacts, folder=folder, origin="a system")
    return Event(SYSTEM_EVENT, rundir, Pipeline(Alert))


def test_every_change_of_the_files_is_a_version(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    subjects = [one.message.splitlines()[0] for one in event.versions]
    assert subjects == [
        "FilePut: notice.txt",
        "Upper made upper.txt",
        "Pair made pair.csv, pair.json",
        "Report made report.html",
    ]
    assert [one.number for one in event.versions] == [0, 1, 2, 3]
    assert [one.parent for one in event.versions[1:]] == [one.commit for one in event.versions[:-1]]


def test_v0_time_is_that_of_the_first_version(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    assert event.v0_time is not False
    assert int(event.v0_time) == event.versions[0].at.timestamp()


async def test_versions_have_the_hashes_that_a_system_gives_them(tmp_path: Path) -> None:
    system = await a_system()

    event = await exported(system, tmp_path)

    log = await system.history.log(SYSTEM_EVENT)
    assert len(log) == 2
    assert [(one.commit, one.parent, one.at, one.message) for one in reversed(event.versions)] == [
        (one.commit, one.parent, one.at, one.message) for one in log
    ]


def test_an_event_without_versions_cannot_be_cloned(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD)

    for one in (event, event.init()):
        assert one.versions == ()
        with pytest.raises(GitRepoUninitialized, match="begins with its first file"):
            one.clone()
    assert FromVersioning is GitRepoUninitialized


def test_a_clone_is_an_equal_event_in_a_temporary_folder_that_stays(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    clone = event.clone()

    assert Path(tempfile.gettempdir()) in clone.rundir.parents
    assert contents(clone) == contents(event)
    assert clone.versions == event.versions
    assert len(clone.compare_contents(event).match) == len(GOOD)
    shutil.rmtree(clone.rundir)


@pytest.mark.parametrize("commit", ["number", "commit", "beginning"])
def test_a_clone_of_a_revision_has_the_files_of_that_moment(tmp_path: Path, commit: str) -> None:
    event = a_made_event(tmp_path)
    before = event.versions[1]
    word = {"number": "1", "commit": before.commit, "beginning": before.commit[:8]}[commit]

    clone = event.clone(word, tmp_path / "new" / "rundir")

    assert set(contents(clone)) == {"notice.txt", "upper.txt"}
    assert clone.versions == event.versions[:2]


def test_a_moment_means_the_revision_that_was_the_newest_then(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    first, second, *_ = event.versions

    then = event.clone(second.since.isoformat(), tmp_path / "then")
    before = second.since - timedelta(microseconds=1)
    earlier = event.clone(before.isoformat(), tmp_path / "earlier")

    assert (then.versions[-1], earlier.versions[-1]) == (second, first)


def test_a_clone_can_be_worked_on_and_leaves_the_original_alone(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    was = contents(event)
    clone = event.clone("1", tmp_path / "other")

    assert clone.update()
    (clone.eventdir / "notice.txt").write_text("another notice")
    assert clone.update()

    assert contents(clone)["upper.txt"] == b"ANOTHER NOTICE"
    assert contents(event) == was


def test_edits_that_are_no_facts_yet_are_not_cloned(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    was = contents(event)
    event.files.Upper.fullpath.write_text("edited")

    clone = event.clone("HEAD", tmp_path / "other")

    assert contents(clone) == was


def test_what_an_operator_said_after_the_newest_version_is_cloned(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.flags(VETOED=True)

    assert event.clone("HEAD", tmp_path / "other").flags.VETOED
    assert not event.clone("2", tmp_path / "third").flags.VETOED


def test_cloning_again_leaves_an_equal_copy_as_it_is(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    clone = event.clone("HEAD", tmp_path / "other")
    mine = clone.eventdir / "notes.txt"
    mine.write_text("mine")

    again = event.clone(event.versions[-1].commit, tmp_path / "other", clobber=True)

    assert (again, mine.read_text()) == (clone, "mine")


def test_nothing_else_is_replaced_unless_it_is_said(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.clone("1", tmp_path / "other")

    with pytest.raises(FileExistsError, match=r"replace it with clobber=True \(--clobber\)"):
        event.clone("HEAD", tmp_path / "other")
    assert contents(Event(EVENT, tmp_path / "other", GOOD)).keys() == {"notice.txt", "upper.txt"}
    clone = event.clone("HEAD", tmp_path / "other", clobber=True)
    assert contents(clone) == contents(event)


def test_a_copy_that_was_edited_is_restored_only_if_it_is_said(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    edited, gone = (
        event.clone("HEAD", tmp_path / "other").eventdir / name
        for name in ("upper.txt", "notice.txt")
    )
    edited.write_text("edited")
    gone.unlink()

    with pytest.raises(FileExistsError, match=r"changes by hand in notice\.txt, upper\.txt"):
        event.clone("HEAD", tmp_path / "other")
    assert edited.read_text() == "edited"
    event.clone("HEAD", tmp_path / "other", clobber=True)
    assert (edited.read_bytes(), gone.exists()) == (contents(event)["upper.txt"], True)


def test_an_event_is_not_cloned_onto_itself(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    with pytest.raises(ValueError, match="is the event itself"):
        event.clone("1", tmp_path, clobber=True)

    assert event.clone("HEAD", tmp_path) == event
    assert event.update() is False


def test_a_revision_that_is_not_there_is_refused(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    with pytest.raises(UnknownRevision, match="0 to 3"):
        event.clone("beef" * 10, tmp_path / "other")

    assert not (tmp_path / "other" / EVENT).exists()


async def test_the_clone_of_an_export_can_be_worked_on(tmp_path: Path) -> None:
    event = await exported(await a_system(), tmp_path)

    clone = event.clone("0", tmp_path / "other")
    clone.acts.flags(VETOED=True)

    assert clone.flags.VETOED
    assert len(clone.versions) == 1


def test_a_report_made_again_is_a_version_only_if_it_differs(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    count = len(event.versions)

    event.update(nameis=Report.FILENAME)
    assert len(event.versions) == count

    event.acts.delete(Upper, reason="to see it come back")
    event.update()
    assert len(event.versions) == count + 2
