"""The tables say the same in three forms, and nothing in them is formula, markup or code."""

import csv
import io
import re

import pytest

from llama.handlers.results.result import JointResult, joint_result
from llama.handlers.tables.aligned import to_text
from llama.handlers.tables.latex import escaped, to_latex
from llama.handlers.tables.separated import to_csv
from tests.support.joint_samples import (
    PLACES,
    alert_json,
    many_places,
    neutrinos_json,
    significance_json,
    track_json,
)

HOSTILE = "\\input{/etc/passwd}%$x$&_^~#\"'`\n\x1b[31m<b>漢\u202e,--"
COMMAND = re.compile(r"\\(?:text[a-z]+\{\}|[{}$&#%_])|\{-\}|\[U\+[0-9A-F]+\]")


def a_result(count: int | None = None, **others: object) -> JointResult:
    places = PLACES if count is None else many_places(count)
    return joint_result(
        alert_json(**others),
        neutrinos=neutrinos_json(places),
        significance=significance_json(places),
    )


def a_hostile_result(name: str = HOSTILE) -> JointResult:
    neutrinos = neutrinos_json([], source=name, tracks=[track_json(0, PLACES[0], name=name)])
    return joint_result(alert_json(superevent_id=name), neutrinos=neutrinos)


def test_the_text_is_aligned_and_says_what_it_is() -> None:
    lines = to_text(a_result()).splitlines()

    assert lines[0] == "# Neutrinos around S230914ak"
    assert lines[-7] == (
        "# rank     dt/s  RA/deg  Dec/deg  radius/deg  energy/GeV      odds       p  id"
    )
    assert lines[-6] == (
        "     1   -12.90   91.00   +52.00        1.07       41000  1.98e+03  0.0071  "
        "138590_39138551"
    )
    assert len({line.index("138590") for line in lines[-6:]}) == 1


def test_the_csv_has_every_value_in_full() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(a_result()), newline="")))

    assert len(rows) == 6
    assert {name: rows[0][name] for name in ("rank", "dt_s", "ra_deg", "dec_deg", "p_value")} == {
        "rank": "1", "dt_s": "-12.9", "ra_deg": "91.0", "dec_deg": "52.0", "p_value": "0.0071",
    }  # fmt: skip
    assert float(rows[0]["radius_90_deg"]) == pytest.approx(2.145966 * 0.5, rel=1e-6)


def test_what_is_not_known_is_an_empty_cell_or_a_dash() -> None:
    unjudged = joint_result(alert_json(), neutrinos=neutrinos_json([PLACES[0]]))

    row = next(csv.DictReader(io.StringIO(to_csv(unjudged), newline="")))

    assert (row["odds_ratio"], row["p_value"]) == ("", "")
    assert "-  -  138590_39138551" in re.sub(r" {2,}", "  ", to_text(unjudged))
    assert "& -- & -- &" in to_latex(unjudged)


def test_the_latex_rows_are_those_of_the_text() -> None:
    rows = [line for line in to_latex(a_result()).splitlines() if line.endswith("\\tabularnewline")]

    assert rows[0].startswith(
        r"$1$ & $-12.90$ & $91.00$ & $+52.00$ & $1.07$ & $41000$ & $1.98 \times 10^{3}$ & $0.0071$"
    )
    assert [row.count(" & ") for row in rows] == [8] * 6


@pytest.mark.parametrize("count", [0, 100])
def test_tables_of_no_and_of_many_tracks(count: int) -> None:
    result = a_result(count)

    assert len(to_text(result).splitlines()[-count - 1 :]) == count + 1
    assert to_csv(result).count("\r\n") == count + 1
    assert to_latex(result).count("tabularnewline") == count


def test_hostile_texts_end_no_line_and_steer_no_terminal() -> None:
    text = to_text(a_hostile_result())

    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(text.splitlines()) == len(to_text(a_hostile_result("plain")).splitlines())


def test_hostile_texts_are_one_cell_of_the_csv() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(a_hostile_result()), newline="")))

    assert [len(row) for row in rows] == [9, 9]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(name: str) -> None:
    row = next(csv.DictReader(io.StringIO(to_csv(a_hostile_result(name)), newline="")))

    assert row["id"] == f"'{name}"


def test_latex_sees_no_command_of_a_stranger() -> None:
    left = COMMAND.sub("", escaped(HOSTILE))

    assert not set(left) & set("\\{}$&#%_^~<>|\"'`-")
    assert left.isascii()
    assert "input" in left


def test_the_latex_of_hostile_texts_is_balanced() -> None:
    lines = to_latex(a_hostile_result()).splitlines()

    unescaped = [re.sub(r"\\[\\{}$&#%_]", "", line) for line in lines]

    assert all(line.count("{") == line.count("}") for line in unescaped)
    assert all(line.count("$") % 2 == 0 for line in unescaped)
    assert {line.count("&") for line in unescaped if "tabularnewline" in line} == {8}


def test_a_partial_list_and_a_mock_event_are_marked_in_all_tables_for_people() -> None:
    partial = joint_result(
        alert_json(superevent_id="MS1a"), neutrinos=neutrinos_json(complete=False)
    )

    for table in (to_text(partial), to_latex(partial)):
        assert "PARTIAL RESULT" in table
        assert "MOCK EVENT" in table
