"""How probable it is that a wave is real."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.handlers.coincidence.reality import by_far, by_snr, detectable_hz, probability_real
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.trigger import Trigger
from tests.support.joint_search import MERGER, a_wave
from tests.unit.handlers.builders import uniform_sky

SETTINGS = SearchSettings()
BURST = Trigger(MERGER, uniform_sky(0), 1e-7, "Burst")


@pytest.mark.parametrize(("terrestrial", "expected"), [(0.0, 1.0), (0.97, 0.03), (1.0, 0.0)])
def test_a_classified_wave_is_real_unless_it_is_terrestrial(
    terrestrial: float, expected: float
) -> None:
    wave = a_wave(uniform_sky(0), terrestrial=terrestrial)

    assert probability_real(wave, SETTINGS) == pytest.approx(expected)


def test_without_a_classification_the_snr_decides() -> None:
    bare = replace(a_wave(uniform_sky(0)), classification={}, far_hz=None)

    faint, loud = (probability_real(replace(bare, snr=snr), SETTINGS) for snr in (5.7, 12.0))

    assert faint == by_snr(5.7, detectable_hz(SETTINGS), SETTINGS)
    assert 0 < faint < loud <= 1


@pytest.mark.parametrize("above", [0.0, 0.5, 2.0])
def test_real_waves_fall_like_the_fourth_power_and_noise_exponentially(above: float) -> None:
    """A = R 3 rho_min^3 / rho^4 and B = R_bg 6 exp(-6 (rho - rho_min)), each of integral R."""
    real_hz, snr = 2e-6, 5.59 + above
    real = real_hz * 3 * 5.59**3 / snr**4
    noise = 6 * math.exp(-6 * above) / 86400

    assert by_snr(snr, real_hz, SETTINGS) == pytest.approx(real / (real + noise), rel=1e-12)


@pytest.mark.parametrize("snr", [5.59, 6.0, 8.0])
def test_a_false_alarm_rate_says_as_much_as_the_snr_that_noise_exceeds_so_often(snr: float) -> None:
    far_hz = math.exp(-6 * (snr - 5.59)) / 86400

    assert by_far(far_hz, 2e-6, SETTINGS) == pytest.approx(by_snr(snr, 2e-6, SETTINGS), rel=1e-9)


def test_detectable_sources_fill_the_volume_of_the_horizon() -> None:
    """Ndot times the mean of (4 pi/3)(k0 sqrt(E)/rho_min)^3 over ln E."""
    one = SearchSettings(gw_energy=(1.0, 1.0000001))

    assert detectable_hz(one) == pytest.approx(
        one.source_rate * 4.18879020479 * (1190 / 5.59) ** 3, rel=1e-6
    )


@given(rare=st.floats(0, 1e-5), often=st.floats(0, 1))
def test_a_burst_with_fewer_false_alarms_is_more_probably_real(rare: float, often: float) -> None:
    low, high = sorted((rare, often))

    found = [probability_real(replace(BURST, far_hz=far), SETTINGS) for far in (low, high)]

    assert 0 <= found[1] <= found[0] <= 1


def test_a_burst_is_not_judged_by_a_classification() -> None:
    assert probability_real(
        replace(BURST, classification={"Terrestrial": 0.0}), SETTINGS
    ) == probability_real(BURST, SETTINGS)


def test_a_wave_of_which_nothing_is_known_counts_as_the_faintest() -> None:
    unknown = Trigger(MERGER, uniform_sky(0), None, "Burst")

    assert probability_real(unknown, SETTINGS) == probability_real(
        replace(unknown, far_hz=SETTINGS.gw_background_hz), SETTINGS
    )


def test_other_parameters_have_another_digest() -> None:
    assert SearchSettings().digest() == SearchSettings().digest()
    assert SearchSettings(beaming=20.0).digest() != SearchSettings().digest()


def test_ranges_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="rising numbers"):
        SearchSettings(gw_energy=(5.0, 5.0))
