"""circular.txt: the draft that a person finishes."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.client.trial import try_handler
from llama.domain.handler import FileHandler
from llama.handlers.circular import Circular
from llama.handlers.result_notice import ResultNotice
from llama.handlers.skymap import Skymap
from tests.support.joint_samples import (
    alert_json,
    many_places,
    neutrinos_json,
    significance_json,
    without_p_values,
)
from tests.unit.handlers.publication.checking import made, result_files


def drafted(*, notice: Mapping[str, object] | None = None, **changes: object) -> str:
    """Return the draft for a result; changes by the names of the three JSON files."""
    files: dict[type[FileHandler], object] = result_files(**changes)
    del files[Skymap]
    if notice is not None:
        files[ResultNotice] = notice
    return try_handler(Circular, files)[Circular].content.decode()


def in_one_line(draft: str) -> str:
    return " ".join(draft.split())


def test_the_draft_says_what_the_notice_says() -> None:
    draft = in_one_line(drafted(notice=made(result_files())))

    assert draft.startswith("DRAFT")
    assert "p = 0.0071" in draft
    assert "-12.90 91.00 +52.00 1.07 0.0071" in draft
    assert "+222.46 97.50 +48.00 2.58 0.0656" in draft
    assert "right ascension 91.00, declination +52.00 degrees" in draft
    assert "PARTIAL" not in draft
    assert "TEST" not in draft


def test_an_open_window_is_told() -> None:
    assert "PARTIAL RESULT" in drafted(neutrinos=neutrinos_json(complete=False))


def test_a_test_is_told() -> None:
    assert "THIS IS A TEST: mock event" in drafted(alert=alert_json(superevent_id="MS230914ak"))


def test_without_a_p_value_the_reason_stands_there() -> None:
    said = without_p_values(significance_json(), "there is no set")

    draft = in_one_line(drafted(significance=said))

    assert "There is no p-value of it, because there is no set." in draft
    assert "p =" not in draft


def test_no_tracks_give_a_draft_without_a_table() -> None:
    draft = in_one_line(drafted(neutrinos=neutrinos_json(()), significance=significance_json(())))

    assert "no track was seen" in draft
    assert "RA (deg)" not in draft


@pytest.mark.parametrize(("p", "said"), [(3.21e-7, "3.2e-07"), (0.05, "0.0500"), (1.0, "1.0000")])
def test_p_values_are_those_of_the_notice(p: float, said: str) -> None:
    assert f"p = {said}" in drafted(significance=significance_json(p_value=p))


@given(words=st.text(max_size=300), count=st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_no_line_is_longer_than_80_columns_or_steers_anything(words: str, count: int) -> None:
    places = many_places(count)
    draft = drafted(
        alert=alert_json(superevent_id=words),
        neutrinos=neutrinos_json(places, detector=words),
        significance=without_p_values(significance_json(places), words),
    )

    assert all(len(line) <= 80 for line in draft.split("\n"))
    assert all(" " <= one <= "~" or one == "\n" for one in draft)
