"""The verdict: words that a p-value bears out, and none where there is no p-value."""

import pytest

from llama.handlers.results.numerals import energy, one_in, p_value, scientific, signed
from llama.handlers.results.result import JointResult, joint_result
from llama.handlers.results.verdict import partial_words, verdict_of
from tests.support.joint_samples import (
    alert_json,
    neutrinos_json,
    significance_json,
    track_json,
    without_p_values,
)


def a_result(p: float, *, search: str = "significant", odds_ratio: float = 12.4) -> JointResult:
    return joint_result(
        alert_json(),
        neutrinos=neutrinos_json(),
        significance=significance_json(p_value=p, search=search, odds_ratio=odds_ratio),
    )


@pytest.mark.parametrize(
    ("p", "headline", "tone"),
    [
        (0.1, "Compatible with chance: p = 0.1", "chance"),
        (0.0999, "Possible coincidence: p = 0.0999", "possible"),
        (0.01, "Possible coincidence: p = 0.01", "possible"),
        (0.0099, "Notable coincidence: p = 0.0099", "notable"),
        (0.00135, "Notable coincidence: p = 0.0014", "notable"),
        (0.00134, "Strong coincidence: p = 0.0013", "strong"),
        (5e-5, "Strong coincidence: p = 5.0 × 10⁻⁵", "strong"),  # noqa: RUF001
    ],
)
def test_the_headline_follows_the_p_value(p: float, headline: str, tone: str) -> None:
    found = verdict_of(a_result(p))

    assert (found.headline, found.tone) == (headline, tone)


def test_the_sentence_says_what_the_p_value_means() -> None:
    significant, ensemble = (
        verdict_of(a_result(0.0071, search=search)).sentence
        for search in ("significant", "ensemble")
    )

    assert "about 1 in 140 significant alerts look at least this coincident" in significant
    assert "about 1 in 140 low-significance alerts look" in ensemble


def test_a_p_value_that_is_the_least_of_its_set_says_so() -> None:
    least, second = (verdict_of(a_result(count / 20001)).sentence for count in (1, 2))

    assert "None of 20,000 simulated significant alerts looks at least this" in least
    assert "so p is the least that can be told" in least
    assert "about 1 in 10,000 significant alerts look" in second


def test_a_rare_track_from_elsewhere_is_no_coincidence() -> None:
    found = verdict_of(a_result(5e-4, odds_ratio=5.12e-38))

    assert (found.headline, found.tone) == ("Rare, but no coincidence: p = 0.0005", "chance")
    assert "Odds of 5.12 × 10⁻³⁸ speak against a common source." in found.sentence  # noqa: RUF001


def test_without_a_background_set_the_reason_is_told() -> None:
    unjudged = without_p_values(significance_json(), "no background set of H1L1V1.")

    found = verdict_of(
        joint_result(alert_json(), neutrinos=neutrinos_json(), significance=unjudged)
    )

    assert found.headline == "No p-value"
    assert found.sentence.endswith("No p-value, because no background set of H1L1V1.")


def test_an_event_without_tracks_is_told_as_such() -> None:
    empty = joint_result(
        alert_json(), neutrinos=neutrinos_json([]), significance=significance_json([])
    )

    assert verdict_of(empty).headline == "No neutrinos"
    assert "(p = 1)" in verdict_of(empty).sentence


def test_what_was_not_computed_is_not_judged() -> None:
    listed = joint_result(alert_json(), neutrinos=neutrinos_json())

    assert verdict_of(listed).headline == "Not computed yet"
    assert verdict_of(joint_result(alert_json())).headline == "Not searched yet"


def test_an_open_list_makes_a_partial_result() -> None:
    opened = joint_result(alert_json(), neutrinos=neutrinos_json(complete=False))
    stale = joint_result(
        alert_json(), neutrinos=neutrinos_json(), significance=significance_json(complete=False)
    )

    assert "open until 2023-09-14 11:23:21 UTC" in (partial_words(opened) or "")
    assert "the significance is still to follow" in (partial_words(stale) or "")
    assert partial_words(a_result(0.5)) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [(1.0, "1"), (0.12279909, "0.1228"), (1e-4, "0.0001"), (9.96e-5, "1.0 × 10⁻⁴"), (None, "–")],  # noqa: RUF001
)
def test_p_values_have_four_decimals_or_two_digits(value: float | None, words: str) -> None:
    assert p_value(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(1.0, "nearly all"), (0.62, "about 62 in 100"), (0.02, "about 1 in 50")]
)
def test_probabilities_are_said_as_counts(value: float, words: str) -> None:
    assert one_in(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(545.8, "546 GeV"), (999.9, "1 TeV"), (4.1e4, "41 TeV"), (6e6, "6 PeV"), (None, "–")],  # noqa: RUF001
)
def test_energies_have_the_unit_of_their_size(value: float | None, words: str) -> None:
    assert energy(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (1983.7, "1,980"), (7.871e-6, "7.87 × 10⁻⁶"), (-2.5e7, "−2.50 × 10⁷")],  # noqa: RUF001
)
def test_long_numbers_become_powers_of_ten(value: float, words: str) -> None:
    assert scientific(value) == words


def test_signs_are_always_written() -> None:
    assert (signed(3.0), signed(-3.0), signed(None)) == ("+3.00", "−3.00", "–")  # noqa: RUF001


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("simulated:gfu?seed=7", "simulated", "simulated neutrinos"),
        ("records:o4.json", "blinded", "blinded neutrinos"),
        ("records:o4.json", "observation", None),
    ],
)
def test_neutrinos_that_were_not_observed_so_are_named(
    source: str, kind: str, words: str | None
) -> None:
    track = {**track_json(0, (1.0, 2.0, 3.0, 0.5, 1e3, 0.1)), "kind": kind}
    listed = neutrinos_json([], source=source, tracks=[track])

    assert joint_result(alert_json(), neutrinos=listed).unobserved == words


def test_an_empty_list_of_a_simulated_source_is_simulated_too() -> None:
    found = joint_result(alert_json(), neutrinos=neutrinos_json([], source="simulated:gfu"))

    assert found.unobserved == "simulated neutrinos"
