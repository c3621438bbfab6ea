"""Maps and tracks that no one should send: the odds are numbers all the same."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.handler import PermanentError
from llama.handlers.coincidence.directions import directions
from llama.handlers.coincidence.evaluator import evaluate
from llama.handlers.coincidence.reading import trigger_from
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import detector_named
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.healpix import centres, uniq_from
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap
from tests.support.joint_search import PowerLaws, a_fisher_map, a_track, a_wave
from tests.unit.handlers.builders import all_pixels, uniform_sky

ODD_NUMBERS = (math.nan, math.inf, -math.inf, 0.0, -1e300, 1e300, 1e-300, -50.0, 300.0, 1e-5)
Layer = Literal["mu", "sigma", "norm"]


def odd_layers(seed: int, tiles: int) -> DistanceLayers:
    """Return layers in which every number may be any of the odd ones."""
    rng = np.random.default_rng(seed)
    mu, sigma, norm = (rng.choice(ODD_NUMBERS, tiles) for _ in range(3))
    return DistanceLayers(mu, sigma, norm)


hostile_tracks = st.builds(
    a_track,
    st.floats(0, 360, exclude_max=True),
    st.floats(-90, 90),
    sigma_deg=st.floats(1e-9, 180),
    dt_s=st.floats(-600, 600),
    energy_gev=st.floats(1e-300, 1e12),
)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    track=hostile_tracks,
    detector=st.sampled_from(("gfu", "ic40", "icecat")),
)
def test_odds_are_numbers_whatever_the_map_and_the_tracks_are(
    seed: int, track: Track, detector: str
) -> None:
    uniq = all_pixels(2)
    density = np.random.default_rng(seed).choice([0.0, 1e-300, 1e-8, 1.0, 1e6], len(uniq))
    density[0] = 1.0
    sky = MultiOrderMap.of(uniq, density, distance=odd_layers(seed, len(uniq)))
    near = track.model_copy(update={"id": "t2", "time": track.time + timedelta(seconds=1)})

    found = evaluate(
        a_wave(sky), [track, near], detector_named(detector), SearchSettings(), significant=False
    )

    numbers = (found.odds_ratio, found.p_h_0, found.p_h_c, found.p_h_s1, found.p_h_s2)
    assert all(math.isfinite(number) and number >= 0 for number in numbers)


def test_a_track_where_the_map_has_no_probability_has_no_odds() -> None:
    north = MultiOrderMap.of(all_pixels(0), np.array([1.0] * 4 + [0.0] * 8))

    found = evaluate(
        a_wave(north),
        [a_track(10.0, -80.0, sigma_deg=0.5)],
        PowerLaws(),
        SearchSettings(),
        significant=True,
    )

    assert found.odds_ratio == 0.0


def test_layers_without_a_number_count_as_no_distance() -> None:
    plain = a_fisher_map(order=5)
    nothing = np.full(len(plain.uniq), math.nan)
    layers = DistanceLayers(nothing, nothing, nothing)
    odd = MultiOrderMap.of(plain.uniq, plain.probdensity, distance=layers)

    with_layers, without = (
        evaluate(a_wave(sky), [a_track()], PowerLaws(), SearchSettings(), significant=True)
        for sky in (odd, plain)
    )

    assert with_layers == without


@pytest.mark.parametrize("snr", [1e-300, 1e300])
def test_odds_that_are_no_number_are_an_error(snr: float) -> None:
    wave = replace(a_wave(a_fisher_map()), snr=snr)

    with (
        np.errstate(all="ignore"),
        pytest.raises(PermanentError, match="the odds are nan"),
    ):
        evaluate(wave, [a_track()], PowerLaws(), SearchSettings(), significant=True)


@pytest.mark.parametrize("snr", [0.0, -8.0, 1e-300, 1e300])
def test_an_snr_that_nothing_has_counts_as_not_given(snr: float) -> None:
    said = {"event": {"time": "2023-09-14T11:14:01Z", "snr": snr}}

    assert trigger_from(said, uniform_sky(0)).snr is None


@pytest.mark.parametrize("dec_deg", [90.0, -90.0])
def test_right_ascension_means_nothing_at_a_pole(dec_deg: float) -> None:
    sky = a_fisher_map(dec_deg=dec_deg)

    found = [
        evaluate(
            a_wave(sky), [a_track(ra, dec_deg)], PowerLaws(), SearchSettings(), significant=True
        ).odds_ratio
        for ra in (0.0, 123.4, 359.9)
    ]

    assert found == pytest.approx([found[0]] * 3, rel=1e-9)


def test_a_track_beyond_360_degrees_is_next_to_one_after_0() -> None:
    sky = a_fisher_map(0.0, 10.0)

    found = [
        evaluate(
            a_wave(sky), [a_track(ra, 10.0)], PowerLaws(), SearchSettings(), significant=True
        ).odds_ratio
        for ra in (359.99999, 0.00001)
    ]

    assert found[0] == pytest.approx(found[1], rel=1e-4)


def test_very_many_tracks_at_one_place_are_refused_with_a_reason() -> None:
    many = [a_track(name=f"t{number}") for number in range(300)]

    with pytest.raises(PermanentError, match="pairs of tracks at one place"):
        evaluate(a_wave(uniform_sky(1)), many, PowerLaws(), SearchSettings(), significant=False)


def test_tracks_that_are_judged_by_themselves_may_be_very_many() -> None:
    """Nobody asks for their pairs: so many are no reason to refuse them, nor work to be done."""
    many = [a_track(name=f"t{number}") for number in range(300)]

    found = evaluate(a_wave(uniform_sky(1)), many, PowerLaws(), SearchSettings(), significant=True)

    assert len({one.odds_ratio for one in found.singles}) == 1
    assert found.odds_ratio > 0


@pytest.mark.parametrize("order", [0, 1, 3, 5])
def test_directions_are_those_of_the_reference_everywhere(order: int) -> None:
    uniq = all_pixels(order)

    assert np.abs(directions(uniq) - centres(uniq).unit_vectors()).max() < 1e-14


@given(order=st.integers(6, 29), share=st.floats(0, 1, exclude_max=True))
def test_directions_are_those_of_the_reference_at_any_order(order: int, share: float) -> None:
    uniq = uniq_from(order, np.array([int(share * (12 << (2 * order)))]))

    assert np.abs(directions(uniq) - centres(uniq).unit_vectors()).max() < 1e-14
