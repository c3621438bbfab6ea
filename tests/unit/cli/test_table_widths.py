"""Tables fit where they are shown; ids, digests and statuses stay whole."""

import io
import sys

import pytest
from rich.text import Text

from llama.cli.ingest import in_table
from llama.cli.output import print_table

COLUMNS = ("id", "when (UTC)", "reason", "bytes", "file", "detail", "it is")
ID, REASON = "0123456789ab", "broken_container"
FILE = "a-notice-with-a-name-that-" + "never-" * 30 + "ends.json"
DETAIL = "after 12 of 400 bytes there is no more: " + "it is cut short " * 20
ROW = (ID, "2026-11-20 12:00:00", REASON, "12,345", FILE, DETAIL, "open")


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, columns: tuple[str, ...], row: tuple[str, ...]
) -> list[str]:
    terminal = Terminal()
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("LINES", "40")
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", terminal)
        print_table("", columns, [row])
    return Text.from_ansi(terminal.getvalue()).plain.splitlines()


def piped(capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_table("", COLUMNS, [ROW])
    return capsys.readouterr().out.splitlines()


def of_column(lines: list[str], number: int) -> str:
    """Put together what a column of a table of one row says, without blanks."""
    rows = [line for line in lines if line.startswith("│")]
    return "".join(line.split("│")[number + 1].strip() for line in rows).replace(" ", "")


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_a_table_is_no_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    lines = on_terminal(monkeypatch, width, COLUMNS, ROW)

    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [80, 100, 120])
def test_an_id_stays_whole_and_every_other_column_is_read(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    lines = on_terminal(monkeypatch, width, COLUMNS, ROW)

    assert any(f" {ID} " in line for line in lines)
    told = [of_column(lines, number) for number in range(len(COLUMNS))]
    assert told == [text.replace(" ", "") for text in ROW]


def test_a_digest_and_a_status_stay_whole_beside_long_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = ("file", "status", "version", "digest", "bytes", "reason")
    row = (FILE, "current", "3", ID, "1,234,567", DETAIL)

    lines = on_terminal(monkeypatch, 80, columns, row)

    assert any(f" current │ 3       │ {ID} │ 1,234,567 " in line for line in lines)


def test_what_does_not_fit_in_columns_is_told_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ("event", "handler", "number", "state", "when (UTC)", "topic")
    row = ("S190814bv", "H" * 40, "1", "in doubt (dry run)", "2026-11-20 12:00:00", "llama.test")

    lines = on_terminal(monkeypatch, 80, columns, row)

    assert [line[len("when (UTC)  ") :] for line in lines if line] == list(row)


def test_what_goes_into_a_pipe_is_not_folded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    [line] = [line for line in piped(capsys) if ID in line]

    assert FILE in line
    assert DETAIL.strip() in line


def test_the_dead_letter_of_a_notice_is_named_as_lists_name_it() -> None:
    sent = {"file": "a/b.json", "event": "", "outcome": "refused", "dead_letter": ID + "c" * 20}

    assert in_table({**sent, "reason": REASON}) == ("b.json", "", "refused", ID, REASON)


def test_the_list_of_events_fits_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ("event", "merger (UTC)", "newest notice", "state", "FAR (Hz)", "class", "files")
    files = "12 current, 3 obsolete, 4 waiting"
    row = ("MS190814bv", "2019-08-14 21:11:18", "Preliminary", "at work", "2.03e-33", "NSBH", files)

    lines = on_terminal(monkeypatch, 80, columns, row)

    assert any("│ MS190814bv │ 2019-08-14 │" in line for line in lines)
