"""Blinding takes away where tracks came from, reproducibly, and nothing else."""

import numpy as np

from llama.handlers.neutrinos.blinding import blinded
from llama.handlers.neutrinos.frames import to_detector
from llama.handlers.neutrinos.track import Track
from tests.unit.handlers.neutrinos.scene import a_track


def _tracks(number: int = 40) -> list[Track]:
    return [
        a_track(f"t{one}", late_s=10.0 * one, dec_deg=one % 160 - 80.0, energy_gev=100.0 + one)
        for one in range(number)
    ]


def test_the_same_seed_gives_the_same_whatever_the_order() -> None:
    tracks = _tracks()
    assert blinded(tracks, "7") == blinded(tracks[::-1], "7")
    assert blinded(tracks, "7") != blinded(tracks, "8")


def test_declinations_energies_errors_and_names_stay() -> None:
    before, after = _tracks(), {track.id: track for track in blinded(_tracks(), "7")}
    for track in before:
        kept = after[track.id]
        assert (kept.dec_deg, kept.energy_gev, kept.sigma_deg) == (
            track.dec_deg,
            track.energy_gev,
            track.sigma_deg,
        )
        assert kept.kind == "blinded"


def test_the_set_of_times_stays_and_their_order_does_not() -> None:
    before, after = _tracks(), blinded(_tracks(), "7")
    assert [track.time for track in after] == [track.time for track in before]
    assert [track.id for track in after] != [track.id for track in before]


def test_right_ascensions_are_uniform() -> None:
    ra = np.array([track.ra_deg for track in blinded(_tracks(2000), "7")])
    counts = np.histogram(ra, 10, (0.0, 360.0))[0]
    assert np.sum((counts - 200.0) ** 2 / 200.0) < 27.9  # 0.1 % of chi2 with 9 degrees


def test_a_right_ascension_depends_on_the_track_alone() -> None:
    one = blinded([a_track("a")], "7")[0]
    with_others = {track.id: track for track in blinded([a_track("a"), a_track("b")], "7")}
    assert with_others["a"].ra_deg == one.ra_deg


def test_zenith_and_azimuth_fit_the_new_place_and_time() -> None:
    seen = [track.model_copy(update={"zenith_deg": 1.0, "azimuth_deg": 1.0}) for track in _tracks()]
    after = blinded(seen, "7")
    zenith, azimuth = to_detector(
        [track.time for track in after],
        np.array([track.ra_deg for track in after]),
        np.array([track.dec_deg for track in after]),
    )
    assert np.allclose([track.zenith_deg or 0.0 for track in after], zenith, atol=1e-5)
    assert np.allclose([track.azimuth_deg or 0.0 for track in after], azimuth, atol=1e-5)


def test_what_had_no_zenith_gets_none() -> None:
    assert blinded([a_track()], "7")[0].zenith_deg is None
    assert blinded([], "7") == ()
