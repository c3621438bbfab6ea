"""Event: its times, its comparison with another, its status in print, its archive, its history."""

import gzip
import shutil
import tarfile
from pathlib import Path

import pytest

from llama import FileHandler, Pipeline
from llama.client.event import Event
from llama.domain.errors import ActRefused
from llama.domain.telling import files_by_handler, told
from llama.handlers import Alert
from llama.handlers.sky.times import gps_seconds
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    MIXED,
    Failing,
    Upper,
    a_made_event,
    an_event,
)
from tests.support.notices import a_notice, a_retraction

ALERTS = Pipeline(Alert)


def test_there_are_no_times_before_anything_happened(tmp_path: Path) -> None:
    for event in (Event(EVENT, tmp_path), Event("S2", tmp_path).init()):
        times = (event.v0_time, event.modification_time, event.change_time)
        assert event.gpstime == -1
        assert times == (False, False, False)


def test_gpstime_is_that_of_the_newest_notice_that_tells_it(tmp_path: Path) -> None:
    event = Event("S230914ak", tmp_path, ALERTS).ingest(a_notice())
    notice = event.state.notice
    assert notice is not None
    assert notice.event_time is not None

    event.ingest(a_retraction())

    assert event.gpstime == gps_seconds(notice.event_time)
    assert event.gpstime == pytest.approx(1378725259.25)


def test_times_are_those_of_the_facts(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    facts = event.bench.folder.facts(0)[0]
    files = [fact.occurred_at.timestamp() for fact in facts if fact.kind != "PipelineAdopted"]

    assert event.v0_time == files[0]
    assert event.modification_time == files[-1]
    event.acts.flags(UPLOAD=True)
    assert event.modification_time == files[-1]
    assert event.change_time > files[-1]


def test_equal_events_match(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    one, other = a_made_event(tmp_path / "one"), a_made_event(tmp_path / "other")

    match, mismatch, errors = one.compare_contents(other)

    assert match == one.files
    assert (len(mismatch), len(errors)) == (0, 0)


def test_what_differs_and_what_is_missing_is_told_apart(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    (tmp_path / "copy").mkdir()
    shutil.copytree(event.eventdir, tmp_path / "copy" / EVENT)
    event.files.Report.fullpath.write_text("edited")
    event.files.Upper.fullpath.unlink()

    for other in (Event(EVENT, tmp_path / "copy", GOOD), tmp_path / "copy" / EVENT):
        compared = event.compare_contents(other)

        assert set(compared.mismatch) == {"Report"}
        assert {"Upper", "Pair", "Table"} >= set(compared.errors) >= {"Upper"}
        assert set(compared.match) >= {"Notice"}


def test_an_event_that_was_not_begun_has_nothing_to_compare(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    assert event.compare_contents(str(tmp_path / "S2")).errors == event.files


def test_events_of_other_pipelines_cannot_be_compared(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    with pytest.raises(ValueError, match="compare events of the same one"):
        event.compare_contents(Event(EVENT, tmp_path, MIXED))


def test_printstatus_has_a_line_for_each_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = a_made_event(tmp_path, MIXED)

    event.printstatus()

    lines = capsys.readouterr().out.splitlines()
    told = {line[2:].split()[0]: line[2:].split()[1] for line in lines}
    assert told == {
        one.FILENAME: event.files.status()[name].value for name, one in event.files.items()
    }
    failing = next(line for line in lines if "failing.txt" in line)
    assert "the server is down (again at " in failing


def test_printstatus_without_unicode_is_ascii(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = an_event(tmp_path, MIXED)
    event.acts.veto("report.html", reason="für später")

    event.printstatus(unicode=False)

    assert "f\\xfcr" in capsys.readouterr().out.encode("ascii").decode()


@pytest.mark.parametrize("name", ["Upper", "upper.txt"])
def test_printstatus_highlights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    a_made_event(tmp_path).printstatus(highlight=name)

    marked = [line for line in capsys.readouterr().out.splitlines() if line.startswith("*")]
    assert [Upper.FILENAME in line for line in marked] == [True]


def test_printstatus_lists_cruft_if_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = a_made_event(tmp_path)
    (event.eventdir / "notes.txt").touch()

    event.printstatus()
    assert "notes.txt" not in capsys.readouterr().out
    event.printstatus(cruft=True)
    assert " ? notes.txt" in capsys.readouterr().out


def test_printstatus_draws_if_asked(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    event.printstatus(plot=tmp_path / "graph.svg")

    assert b"<svg" in (tmp_path / "graph.svg").read_bytes()
    with pytest.raises(ValueError, match="suffixes"):
        event.printstatus(plot=tmp_path / "graph.jpeg")


def test_printstatus_works_before_the_event_was_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Event(EVENT, tmp_path, GOOD).printstatus(cruft=True)

    assert capsys.readouterr().out.count("  waiting  ") == 4
    assert not (tmp_path / EVENT).exists()


def test_save_tarball_has_the_files_that_are_there(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)

    where = event.save_tarball(tmp_path / "out.tar.gz")

    assert where == tmp_path / "out.tar.gz"
    with tarfile.open(where) as archive:
        names = [f"{EVENT}/{one.FILENAME}" for one in event.files.downselect(exists=True).values()]
        assert archive.getnames() == names
        member = archive.extractfile(f"{EVENT}/upper.txt")
        assert member is not None
        assert member.read() == b"A NOTICE"


def test_save_tarball_is_named_after_the_event_and_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = a_made_event(tmp_path)
    monkeypatch.chdir(tmp_path)

    first = event.save_tarball().read_bytes()
    event.files.Notice.fullpath.touch()

    assert event.save_tarball() == Path(f"{EVENT}.tar.gz")
    assert Path(f"{EVENT}.tar.gz").read_bytes() == first
    assert gzip.decompress(first)


def test_save_tarball_makes_the_folder_that_is_named(tmp_path: Path) -> None:
    where = a_made_event(tmp_path).save_tarball(tmp_path / "new" / "out.tar.gz")

    assert tarfile.is_tarfile(where)


def test_save_tarball_takes_edits_and_what_will_be_restored(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.files.Report.fullpath.write_text("mine")
    event.files.Notice.fullpath.unlink()

    with tarfile.open(event.save_tarball(tmp_path / "out.tar.gz")) as archive:
        found = {one.name: archive.extractfile(one) for one in archive}
        texts = {name: file.read() for name, file in found.items() if file}

    assert texts[f"{EVENT}/report.html"] == b"mine"
    assert texts[f"{EVENT}/notice.txt"] == b"a notice"


def test_what_was_not_begun_cannot_be_worked_on(tmp_path: Path) -> None:
    event = Event(EVENT, tmp_path, GOOD)

    for work in (event.update, lambda: event.acts.flags(UPLOAD=True)):
        with pytest.raises(ActRefused, match=r"call init\(\) first"):
            work()
    assert not event.eventdir.exists()


@pytest.mark.parametrize("how", ["failing.txt", "Failing", Failing])
def test_why_explains_a_file_with_the_whole_traceback(
    tmp_path: Path, how: str | type[FileHandler]
) -> None:
    event = a_made_event(tmp_path, MIXED)

    told = event.why(how)

    assert told.startswith(f"failing.txt of {EVENT} is cooling: exception: OSError: the server is")
    assert "in generate" in told
    assert event.why(event.files.Failing) == told


def test_why_says_of_a_current_file_how_it_was_made(tmp_path: Path) -> None:
    told = a_made_event(tmp_path).why("report.html")

    assert "is current: made from the latest inputs." in told
    assert "pair.json#length" in told


def test_the_log_tells_what_happened_in_the_words_of_the_command(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    event.acts.veto("Upper", reason="a\nholiday")

    facts = event.bench.folder.facts(0)[0]
    lines = event.log().splitlines()

    assert len(lines) == len(facts)
    files = files_by_handler(event.state)
    assert all(told(fact, files).what in line for fact, line in zip(facts, lines, strict=True))
    assert lines[0].startswith(f"{facts[0].occurred_at:%Y-%m-%d %H:%M:%S}  ")
    assert lines[-1].endswith(": a holiday")


def test_there_is_no_log_before_the_event_was_begun(tmp_path: Path) -> None:
    assert not Event(EVENT, tmp_path).log()
    assert not (tmp_path / EVENT).exists()


def test_why_refuses_what_is_no_file_of_the_pipeline(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)

    with pytest.raises(ValueError, match=r"no file skymap.fits: it has notice.txt, upper.txt"):
        event.why("skymap.fits")
    with pytest.raises(ValueError, match=r"has no file failing.txt"):
        event.why(Failing)


def test_printstatus_says_a_failure_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_made_event(tmp_path, MIXED).printstatus()

    [line] = [line for line in capsys.readouterr().out.splitlines() if "failing.txt" in line]
    assert "File" not in line
    assert line.endswith("UTC)")
