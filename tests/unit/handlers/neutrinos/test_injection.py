"""A track is injected where it is said, and is found as the detector finds tracks."""

from datetime import timedelta

import numpy as np
import pytest

from llama.domain.errors import Misconfigured
from llama.handlers.neutrinos.detector import detector_named
from llama.handlers.neutrinos.injection import Injection
from llama.handlers.neutrinos.source import source_from
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.healpix import FloatArray
from tests.unit.handlers.neutrinos.scene import AT

STOP = AT + timedelta(seconds=1000)
MOMENT = (AT + timedelta(seconds=321.5)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _found(place: str, seed: int = 0) -> tuple[Track, ...]:
    said = f"simulated:gfu?seed={seed}&inject={MOMENT},{place},100000"
    return source_from(said).tracks(AT, STOP)


def _direction(ra_deg: float, dec_deg: float) -> FloatArray:
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def test_the_track_is_added_to_the_background() -> None:
    background = source_from("simulated:gfu").tracks(AT, STOP)

    found = _found("12.5,-30")

    (added,) = set(found) - set(background)
    assert set(background) < set(found)
    assert [track.time for track in found] == sorted(track.time for track in found)
    assert (added.time, added.energy_gev) == (AT + timedelta(seconds=321.5), 1e5)
    assert (added.kind, added.id[:9]) == ("simulated", "injected-")


def test_a_span_without_its_moment_does_not_have_it() -> None:
    source = source_from(f"simulated:gfu?inject={MOMENT},12.5,-30,100000")

    assert source.tracks(STOP, STOP + timedelta(hours=1)) == source_from("simulated:gfu").tracks(
        STOP, STOP + timedelta(hours=1)
    )
    assert source.name == "simulated:gfu?seed=0 (with an injected track)"


@pytest.mark.parametrize(("ra", "dec"), [(12.5, -30.0), (0.0, 75.0), (359.9, 0.0), (200.0, 89.9)])
def test_it_is_off_by_its_own_error_in_any_direction(ra: float, dec: float) -> None:
    place, detector = _direction(ra, dec), detector_named("gfu")
    moment = Injection.parsed(f"{MOMENT},{ra},{dec},1000")

    tracks = [moment.track(detector, str(seed)) for seed in range(400)]

    seen = np.array([_direction(track.ra_deg, track.dec_deg) for track in tracks])
    sigma = np.array([track.sigma_deg for track in tracks])
    apart = np.degrees(2 * np.arcsin(np.linalg.norm(seen - place, axis=1) / 2)) / sigma
    within = np.mean(apart <= 2.145966)
    offset = np.degrees(seen - place) / sigma[:, np.newaxis]
    assert within == pytest.approx(0.9, abs=4 * (0.9 * 0.1 / 400) ** 0.5)
    assert np.abs(offset.mean(axis=0)).max() < 4 / 400**0.5


@pytest.mark.parametrize(
    "said",
    [
        "",
        MOMENT,
        f"{MOMENT},12,13",
        "yesterday,12,13,1000",
        "2026-11-20T12:00:00,12,13,1000",
        f"{MOMENT},360,13,1000",
        f"{MOMENT},12,91,1000",
        f"{MOMENT},12,13,nan",
        f"{MOMENT},12,13,1e9",
        f"{MOMENT},nan,13,1000",
    ],
)
def test_what_is_no_track_to_inject_is_refused(said: str) -> None:
    with pytest.raises(Misconfigured, match=r"inject: .*give TIME,RA,DEC,ENERGY"):
        source_from(f"simulated:gfu?inject={said}")


def test_only_the_simulated_source_injects() -> None:
    with pytest.raises(Misconfigured, match="knows no option inject"):
        source_from(f"records:mine.json?inject={MOMENT},12,13,1000")
