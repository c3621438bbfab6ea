"""Files that are made together, of which somebody touches one or all by hand."""

from pathlib import Path

import pytest

from llama.domain.digests import digest_bytes
from tests.support.edits import noted
from tests.support.handlers_for_events import a_made_event, an_event, kinds, texts


def test_of_two_files_made_together_one_that_is_deleted_comes_back(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before, files = len(kinds(event)), texts(event)
    event.files.Table.fullpath.unlink()
    event.files.Pair.fullpath.unlink()

    assert event.update() is True

    assert texts(event) == files
    assert noted(event, before) == ["FileDeleted"]


def test_files_that_are_edited_together_belong_together(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.files.Report.fullpath.write_text("my report of it")
    event.files.Pair.fullpath.write_text('{"length": 3}')
    event.files.Upper.fullpath.write_text("ABC")

    assert event.update() is False

    assert texts(event)["report.html"] == "my report of it"
    assert set(event.files.status().values()) == {"current"}


@pytest.mark.parametrize("deleted", [False, True])
def test_an_edit_whose_sibling_is_missing_counts_and_is_set_aside(
    tmp_path: Path, *, deleted: bool
) -> None:
    event = a_made_event(tmp_path) if deleted else an_event(tmp_path)
    before = len(kinds(event))
    (event.eventdir / "pair.csv").unlink(missing_ok=True)
    (event.eventdir / "pair.json").write_text('{"length": 3}')
    digest = digest_bytes(b'{"length": 3}')

    assert event.update() is True

    aside = event.eventdir / f"pair.json.by-hand-{digest[:8]}"
    assert "FilePut" in noted(event, before)
    assert event.bench.folder.content(digest) == b'{"length": 3}'
    assert aside.read_text() == '{"length": 3}'
    assert event.cruft_files == (aside,)
    assert texts(event)["pair.json"] == '{"length":8}\n'


def test_edits_of_all_files_that_are_made_together_stay(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.delete("pair.csv")
    (event.eventdir / "pair.csv").write_text("length\n3\n")
    (event.eventdir / "pair.json").write_text('{"length": 3}')

    event.update()

    assert texts(event)["pair.json"] == '{"length": 3}'
    assert event.cruft_files == ()
