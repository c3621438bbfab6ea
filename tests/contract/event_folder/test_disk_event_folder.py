"""An event's folder on a disk: what it shows, what it keeps, and what it leaves alone."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from llama.adapters.event_folder import HIDDEN, DiskEventFolder
from llama.domain.digests import Digest, digest_bytes
from llama.domain.errors import (
    ArtifactCorrupt,
    ArtifactMissing,
    EventFolderCorrupt,
    Unavailable,
)
from tests.contract.event_folder.test_file_log import a_fact


@pytest.fixture
def folder(tmp_path: Path) -> DiskEventFolder:
    made = DiskEventFolder(tmp_path / "S1")
    made.create()
    return made


def kept(folder: DiskEventFolder, **texts: str) -> dict[str, Digest]:
    return {name: folder.keep(text.encode()) for name, text in texts.items()}


def texts(folder: DiskEventFolder) -> Mapping[str, str]:
    return {path.name: path.read_text() for path in folder.path.iterdir() if path.is_file()}


def test_a_folder_exists_once_it_was_created(tmp_path: Path) -> None:
    folder = DiskEventFolder(tmp_path / "S1")
    assert not folder.exists()

    folder.create()

    assert folder.exists()
    assert folder.path == tmp_path / "S1"


def test_creating_a_folder_again_changes_nothing(folder: DiskEventFolder) -> None:
    folder.append([a_fact("1")])
    folder.show(kept(folder, a="one"))

    folder.create()

    assert len(folder.facts(0)[0]) == 1
    assert texts(folder) == {"a": "one"}


def test_shows_files_and_remembers_them(folder: DiskEventFolder) -> None:
    files = kept(folder, a="one", b="two")

    folder.show(files)

    assert texts(folder) == {"a": "one", "b": "two"}
    assert folder.shown() == files
    assert folder.seen(["a", "b", "c"]) == files


def test_what_was_shown_goes_when_it_is_not_shown_any_more(folder: DiskEventFolder) -> None:
    folder.show(kept(folder, a="one", b="two"))

    folder.show(kept(folder, a="three"))

    assert texts(folder) == {"a": "three"}
    assert folder.shown().keys() == {"a"}


def test_other_files_are_left_alone(folder: DiskEventFolder) -> None:
    (folder.path / "notes.txt").write_text("mine")

    folder.show(kept(folder, a="one"))
    folder.show({})

    assert texts(folder) == {"notes.txt": "mine"}


def test_what_nobody_has_taken_note_of_is_neither_overwritten_nor_removed(
    folder: DiskEventFolder,
) -> None:
    folder.show(kept(folder, a="one", b="two"))
    (folder.path / "a").write_text("mine")
    (folder.path / "b").write_text("mine too")

    folder.show(kept(folder, a="three"))

    assert texts(folder) == {"a": "mine", "b": "mine too"}
    assert folder.shown() == kept(folder, a="one", b="two")


def test_hidden_files_go_if_their_content_is_kept(folder: DiskEventFolder) -> None:
    kept(folder, a="one")
    (folder.path / "a").write_text("one")
    (folder.path / "b").write_text("unknown")

    folder.show({}, hidden=["a", "b", "c"])

    assert texts(folder) == {"b": "unknown"}


def test_what_people_do_to_a_shown_file_does_not_reach_the_store(folder: DiskEventFolder) -> None:
    files = kept(folder, a="one")
    folder.show(files)

    with (folder.path / "a").open("a") as file:
        file.write("more")

    assert folder.content(files["a"]) == b"one"


def test_a_link_is_replaced_and_what_it_leads_to_stays(
    folder: DiskEventFolder, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").write_text("one")
    kept(folder, a="one")
    (folder.path / "a").symlink_to(tmp_path / "elsewhere")

    folder.show(kept(folder, a="two"))

    assert not (folder.path / "a").is_symlink()
    assert (tmp_path / "elsewhere").read_text() == "one"


def test_a_file_that_is_set_aside_has_another_name(folder: DiskEventFolder) -> None:
    (folder.path / "a").write_text("mine")

    folder.set_aside("a")
    folder.set_aside("missing")

    assert texts(folder) == {f"a.by-hand-{digest_bytes(b'mine')[:8]}": "mine"}


def test_a_content_that_is_missing_or_damaged_is_told(folder: DiskEventFolder) -> None:
    digest = folder.keep(b"one")
    stored = folder.path / HIDDEN / "artifacts" / digest[:2] / digest
    stored.chmod(0o600)
    stored.write_text("other")

    with pytest.raises(ArtifactCorrupt, match="restore it from a copy"):
        folder.show({"a": digest})
    stored.unlink()
    with pytest.raises(ArtifactMissing, match="restore it from a copy"):
        folder.content(digest)


@pytest.mark.parametrize(
    "garbage", ["", "{", "[]", '{"a": 1}', '{"../a": "%s"}' % ("0" * 64), '{"a": "x"}', "\x00"]
)
def test_garbage_in_what_was_shown_is_told(folder: DiskEventFolder, garbage: str) -> None:
    (folder.path / HIDDEN / "shown.json").write_text(garbage)

    with pytest.raises(EventFolderCorrupt, match="delete it"):
        folder.shown()


def test_what_was_shown_is_nothing_where_nobody_remembers(folder: DiskEventFolder) -> None:
    folder.show(kept(folder, a="one"))
    (folder.path / HIDDEN / "shown.json").unlink()

    assert folder.shown() == {}


def test_shown_files_are_remembered_as_plain_json(folder: DiskEventFolder) -> None:
    files = kept(folder, b="one", a="two")

    folder.show(files)

    assert json.loads((folder.path / HIDDEN / "shown.json").read_text()) == files


def test_folders_pipes_and_dangling_links_are_no_files(folder: DiskEventFolder) -> None:
    (folder.path / "a").mkdir()
    os.mkfifo(folder.path / "b")
    (folder.path / "c").symlink_to("nowhere")

    assert folder.seen(["a", "b", "c"]) == {}


def test_one_at_a_time_holds_a_folder(
    folder: DiskEventFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llama.adapters.event_folder.folder._PATIENCE_S", 0.0)
    with folder.held(), pytest.raises(Unavailable, match="held by another"), folder.held():
        pytest.fail("both hold it")

    with folder.held():
        assert folder.exists()


def test_a_claimed_folder_can_be_held_but_not_claimed(
    folder: DiskEventFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llama.adapters.event_folder.folder._PATIENCE_S", 0.0)
    with folder.claimed() as work, folder.held():
        work.mkdir()
        with pytest.raises(Unavailable), folder.claimed():
            pytest.fail("both have claimed it")

    assert not work.exists()


def test_a_copy_says_whose_it_is(folder: DiskEventFolder) -> None:
    assert folder.origin == ""

    folder.mark("the system")
    assert folder.origin == "the system"
    folder.mark("")
    assert folder.origin == ""


def test_a_file_can_be_read_if_it_is_one(folder: DiskEventFolder) -> None:
    (folder.path / "a").write_text("mine")
    (folder.path / "b").mkdir()
    (folder.path / "c").symlink_to("nowhere")

    assert [folder.read(name) for name in "abcd"] == [b"mine", None, None, None]


def test_folders_obstruct_files_and_nothing_else_does(folder: DiskEventFolder) -> None:
    (folder.path / "a").mkdir()
    (folder.path / "b").write_text("mine")
    (folder.path / "c").symlink_to("a")

    assert folder.obstructed("abcd") == [folder.path / "a"]


def test_what_is_obstructed_is_shown_once_it_is_free(folder: DiskEventFolder) -> None:
    (folder.path / "a").mkdir()
    files = kept(folder, a="one", b="two")

    folder.show(files)
    assert folder.shown().keys() == {"b"}
    (folder.path / "a").rmdir()
    folder.show(files)

    assert texts(folder) == {"a": "one", "b": "two"}


def test_a_log_is_another_one_once_the_event_was_begun_anew(folder: DiskEventFolder) -> None:
    assert folder.identity() == ""
    folder.append([a_fact("1")])
    first = folder.identity()
    folder.append([a_fact("2")])
    assert folder.identity() == first

    shutil.rmtree(folder.path)
    folder.create()
    folder.append([a_fact("2")])

    assert folder.identity() not in {"", first}
