"""The terms of the odds: what must hold between them, and what brute force makes of them."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from llama.handlers.coincidence.evaluator import evaluate
from llama.handlers.coincidence.odds import Terms
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.trigger import Trigger
from llama.handlers.neutrinos.detector import detector_named
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.map import MultiOrderMap
from tests.support.joint_search import (
    PowerLaws,
    a_fisher_map,
    a_track,
    a_wave,
    divided,
    some_tracks,
)
from tests.unit.handlers.builders import uniform_sky, with_distance
from tests.unit.handlers.coincidence.brute_force import BruteForce

SETTINGS = SearchSettings()
TILTED = PowerLaws(tilt=0.7)
NEAR_TRACKS = (
    a_track(88.0, 52.0, sigma_deg=0.8, dt_s=-120.0, energy_gev=900.0, name="a"),
    a_track(91.0, 54.0, sigma_deg=1.1, dt_s=200.0, energy_gev=40_000.0, name="b"),
)


def terms(
    wave: Trigger, tracks: Sequence[Track], *, significant: bool = False, tilt: float = 0.7
) -> Terms:
    return evaluate(wave, tracks, PowerLaws(tilt=tilt), SETTINGS, significant=significant)


def odds(sky: MultiOrderMap, *tracks: Track) -> float:
    return terms(a_wave(sky), tracks).odds_ratio


@pytest.mark.parametrize("mu_mpc", [40.0, 400.0, None])
def test_every_term_agrees_with_brute_force(mu_mpc: float | None) -> None:
    sky = a_fisher_map(mu_mpc=mu_mpc)
    brute = BruteForce(sky, TILTED, SETTINGS)

    found = terms(a_wave(sky, terrestrial=0.3), NEAR_TRACKS)

    common = math.exp(-6.4) * 6.4**2 / 2
    rate, beaming = TILTED.rate_hz, SETTINGS.beaming
    singles = [t * brute.kernel(one) for t, one in zip((380, 300), NEAR_TRACKS, strict=True)]
    pair = 2 * brute.kernel(*NEAR_TRACKS) * (500 - 320) / 500**3 / rate**2
    signal = 0.7 / beaming * (sum(singles) / rate / 500**2 + pair)
    assert found.p_h_s1 == pytest.approx(signal * common, rel=1e-3)
    assert found.p_h_0 == pytest.approx(0.3 * common, rel=1e-9)
    assert found.p_h_s2 == pytest.approx(0.7 * common, rel=1e-9)
    by_chance = 0.3 * brute.unseen(NEAR_TRACKS) / 6.4
    assert found.p_h_c - found.p_h_s2 == pytest.approx(by_chance * common, rel=1e-3)


@pytest.mark.parametrize("sigma_deg", [0.2, 0.6, 2.0])
@pytest.mark.parametrize("ra_deg", [90.0, 97.3])
def test_the_kernel_agrees_with_brute_force(sigma_deg: float, ra_deg: float) -> None:
    order = 7 if sigma_deg < 1 else 5
    sky = a_fisher_map(width_deg=4.0, order=order, mu_mpc=120.0)
    track = a_track(ra_deg, 51.7, sigma_deg=sigma_deg)

    found = terms(a_wave(sky), [track]).singles[0].kernel

    assert found == pytest.approx(BruteForce(sky, TILTED, SETTINGS).kernel(track), rel=1e-3)


@pytest.mark.parametrize("significant", [True, False])
def test_the_odds_are_the_ratio_of_the_terms(significant: bool) -> None:  # noqa: FBT001
    found = terms(a_wave(a_fisher_map()), NEAR_TRACKS, significant=significant)

    assert found.odds_ratio == pytest.approx(found.p_h_s1 / (found.p_h_0 + found.p_h_c), rel=1e-12)


def test_a_file_of_very_many_tracks_still_has_its_odds() -> None:
    rare = PowerLaws(rate_hz=1e-9)
    many = [a_track(3.0 * n, sigma_deg=0.2, name=f"t{n}") for n in range(60)]

    found = evaluate(a_wave(a_fisher_map()), many, rare, SETTINGS, significant=False)

    assert found.log_poisson < -700
    assert found.odds_ratio == pytest.approx(found.p_h_s1 / (found.p_h_0 + found.p_h_c), rel=1e-9)


def test_for_a_certain_wave_the_ensemble_is_the_sum_of_its_tracks() -> None:
    wave = a_wave(a_fisher_map(mu_mpc=200.0), terrestrial=0.0)
    apart = [a_track(90, 53, name="a"), a_track(110, 40, name="b"), a_track(60, 60, name="c")]

    together = terms(wave, apart)
    each = [terms(wave, [one], significant=True).odds_ratio for one in apart]

    assert together.doublets == ()
    assert together.odds_ratio == pytest.approx(sum(each), rel=1e-9)
    assert terms(wave, apart, significant=True).odds_ratio == pytest.approx(sum(each), rel=1e-9)


@pytest.mark.parametrize("dec_deg", [-90.0, -40.0, 3.0, 89.9])
@pytest.mark.parametrize("sigma_deg", [0.2, 5.0, 60.0])
def test_the_kernel_is_one_where_nothing_is_said(dec_deg: float, sigma_deg: float) -> None:
    """Isotropic map, signal and background with one energy density: K is <I_1> alone."""
    alike = PowerLaws(background_index=1.6)
    track = a_track(10.0, dec_deg, sigma_deg=sigma_deg)

    found = evaluate(a_wave(uniform_sky(2)), [track], alike, SETTINGS, significant=True)

    empty = BruteForce(uniform_sky(0), alike, SETTINGS)
    r, weight = empty.distances(0)
    expected = float(np.sum(weight * empty.looked_up(empty.one, empty.per_energy(r, 1.0))))
    assert found.singles[0].kernel / expected == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("shift_deg", [1.0, 33.3, 90.0, 271.1])
def test_a_common_shift_in_right_ascension_changes_nothing(shift_deg: float) -> None:
    before = odds(a_fisher_map(mu_mpc=150.0, order=7), a_track(92.0, 50.0, sigma_deg=0.8))

    after = odds(
        a_fisher_map(90 + shift_deg, mu_mpc=150.0, order=7),
        a_track(92.0 + shift_deg, 50.0, sigma_deg=0.8),
    )

    assert after == pytest.approx(before, rel=1e-3)


def test_a_common_shift_in_declination_does_change_the_odds() -> None:
    north = odds(a_fisher_map(dec_deg=50.0), a_track(dec_deg=50.0))

    south = odds(a_fisher_map(dec_deg=-50.0), a_track(dec_deg=-50.0))

    assert south < 0.7 * north


def test_the_order_of_tracks_does_not_matter() -> None:
    wave = a_wave(a_fisher_map(mu_mpc=100.0))
    tracks = [*NEAR_TRACKS, *some_tracks(6)]

    assert terms(wave, tracks) == terms(wave, tracks[::-1])


@pytest.mark.parametrize("mu_mpc", [40.0, None])
def test_finer_tiles_of_the_same_map_do_not_matter(mu_mpc: float | None) -> None:
    sky = a_fisher_map(order=4, mu_mpc=mu_mpc)
    gfu = detector_named("gfu")
    tracks = [*NEAR_TRACKS, a_track(89.0, 52.0, sigma_deg=0.3, name="c")]

    whole, cut, partly = (
        evaluate(a_wave(one), tracks, gfu, SETTINGS, significant=False)
        for one in (sky, divided(divided(sky)), divided(sky, range(0, 3072, 3)))
    )

    assert cut.odds_ratio == pytest.approx(whole.odds_ratio, rel=1e-3)
    assert partly.odds_ratio == pytest.approx(whole.odds_ratio, rel=1e-3)


@pytest.mark.parametrize("dec_deg", [-60.0, -30.0, -5.0, 60.0])
@pytest.mark.parametrize("sigma_deg", [0.3, 5.0, 30.0])
def test_tiles_of_any_width_see_how_the_acceptance_varies_within_them(
    dec_deg: float, sigma_deg: float
) -> None:
    """A flat map of equal pixels is read as twelve tiles: these are as good as the pixels."""
    track, gfu = a_track(10.0, dec_deg, sigma_deg=sigma_deg), detector_named("gfu")

    coarse, fine = (
        evaluate(
            a_wave(with_distance(uniform_sky(order), mu=40.0)),
            [track],
            gfu,
            SETTINGS,
            significant=True,
        )
        for order in (0, 6)
    )

    assert coarse.odds_ratio == pytest.approx(fine.odds_ratio, rel=1e-3)


@pytest.mark.parametrize("sigma_deg", [10.0, 30.0])
def test_wide_cells_see_how_the_acceptance_bends_within_them(sigma_deg: float) -> None:
    """In the south it falls by e in ten degrees: over cells of 3.7 its mean is not its middle."""
    coarse = MultiOrderMap.of(np.array([32]), np.ones(1))
    fine = coarse
    for _ in range(5):
        fine = divided(fine)
    track = a_track(0.0, -13.5, sigma_deg=sigma_deg)

    found = [
        evaluate(a_wave(sky), [track], detector_named("gfu"), SETTINGS, significant=True).odds_ratio
        for sky in (coarse, fine)
    ]

    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_a_map_of_another_sum_gives_the_same_odds() -> None:
    sky = a_fisher_map()
    double = MultiOrderMap.of(sky.uniq, 2 * sky.probdensity)

    assert odds(double, a_track()) == pytest.approx(odds(sky, a_track()), rel=1e-12)


def test_no_tracks_have_odds_of_zero() -> None:
    found = terms(a_wave(a_fisher_map()), [])

    assert (found.odds_ratio, found.p_h_s1, found.singles) == (0.0, 0.0, ())


def test_dt_is_the_time_of_the_neutrino_less_that_of_the_wave() -> None:
    found = terms(a_wave(a_fisher_map()), [a_track(dt_s=12.5)])

    assert found.singles[0].dt_s == pytest.approx(12.5)


def test_a_late_track_counts_like_an_early_one_and_one_outside_not_at_all() -> None:
    early, late, outside = (odds(a_fisher_map(), a_track(dt_s=dt)) for dt in (-300.0, 300.0, 500.0))

    assert early == pytest.approx(late, rel=1e-12)
    assert outside == 0.0


def test_errors_below_the_floor_are_raised_to_it() -> None:
    fine, floor = (odds(a_fisher_map(), a_track(sigma_deg=s)) for s in (0.001, 0.2))

    assert fine == floor


def test_coincidences_are_ordered_as_a_person_would() -> None:
    precise, coarse = a_fisher_map(width_deg=2.0), a_fisher_map(width_deg=25.0)
    there, elsewhere = a_track(dt_s=20.0), a_track(270.0, 20.0, dt_s=20.0)
    later = a_track(dt_s=499.999)

    a, b, c, d, e = (
        odds(precise, there),
        odds(coarse, there),
        odds(precise, elsewhere),
        odds(precise, later),
        odds(coarse, elsewhere),
    )

    assert a > b > e > c
    assert d < 1e-5 * a


def test_what_is_more_probably_real_has_higher_odds() -> None:
    sky = a_fisher_map()

    found = [terms(a_wave(sky, terrestrial=t), [a_track()]).odds_ratio for t in (1.0, 0.5, 0.1)]

    assert found[0] == 0.0
    assert found[0] < found[1] < found[2]


def test_a_nearer_source_has_higher_odds() -> None:
    near, far = (odds(a_fisher_map(mu_mpc=mu), a_track()) for mu in (50.0, 1000.0))

    assert near > 20 * far


def test_a_known_snr_takes_the_place_of_a_missing_distance() -> None:
    wave = replace(a_wave(a_fisher_map()), snr=40.0)

    assert terms(wave, [a_track()]).odds_ratio > terms(a_wave(wave.sky), [a_track()]).odds_ratio
