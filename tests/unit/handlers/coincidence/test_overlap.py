"""Overlap integrals and searched probabilities, against the tools of the field."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import Table

from llama.client.trial import GivenFile, try_handler
from llama.handlers import Alert
from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.overlap import (
    GRB_HZ,
    joint_rate,
    overlap_from_product,
    overlap_integral,
    searched_probabilities,
    track_overlaps,
)
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.overlap import ExternalOverlap, Overlap, external_of
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.reading import read_map
from llama.handlers.sky.writing import to_fits
from llama.handlers.skymap import Skymap
from tests.support.joint_search import (
    MERGER,
    PowerLaws,
    a_fisher_map,
    a_track,
    a_wave,
    direction,
    divided,
)
from tests.unit.handlers.builders import uniform_sky
from tests.unit.handlers.coincidence.test_products import EVENT, a_list

PLACES = ((12.83, -25.24), (13.5, -24.0), (24.0, -32.0), (200.0, 40.0))


@pytest.fixture(scope="module")
def real(shared_data: Path) -> MultiOrderMap:
    folder = shared_data / "gw" / "maps" / "S190814bv"
    return read_map((folder / "LALInference.v1.multiorder.fits").read_bytes())


def raven(first: MultiOrderMap, second: MultiOrderMap) -> float:
    search = pytest.importorskip("ligo.raven.search")
    return float(
        search.skymap_overlap_integral(
            first.probdensity,
            second.probdensity,
            se_skymap_uniq=first.uniq,
            ext_skymap_uniq=second.uniq,
        )
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("width_deg", [3.0, 10.0])
def test_overlap_integrals_agree_with_raven(real: MultiOrderMap, width_deg: float) -> None:
    external = a_fisher_map(14.0, -26.0, width_deg=width_deg, order=7)

    assert overlap_integral(real, external) == pytest.approx(raven(real, external), rel=0.01)


@pytest.mark.filterwarnings("ignore")
def test_searched_probabilities_agree_with_crossmatch(real: MultiOrderMap) -> None:
    from ligo.skymap.postprocess.crossmatch import crossmatch

    table = Table({"UNIQ": real.uniq, "PROBDENSITY": real.probdensity})
    expected = crossmatch(table, SkyCoord(list(PLACES), unit="deg")).searched_prob

    found = searched_probabilities(real, np.stack([direction(*place) for place in PLACES]))

    assert found == pytest.approx(list(expected), rel=0.01)


def test_the_overlap_of_two_fisher_distributions_is_the_analytic_one() -> None:
    """4 pi C C' sinh(q)/q times 4 pi exp(-k - k'), with q the length of the sum."""
    a, b = 1 / math.radians(8) ** 2, 1 / math.radians(12) ** 2
    q = float(np.linalg.norm(a * direction(90, 53) + b * direction(99, 50)))
    norms = (a / (2 * math.pi)) * (b / (2 * math.pi))

    expected = 4 * math.pi * norms * 2 * math.pi * math.exp(q - a - b) / q

    ours = overlap_integral(a_fisher_map(order=7), a_fisher_map(99.0, 50.0, width_deg=12.0))
    assert ours == pytest.approx(expected, rel=0.003)


def test_the_overlap_with_a_track_is_that_with_its_map(real: MultiOrderMap) -> None:
    tracks = [a_track(14.0, -26.0, sigma_deg=3.0), a_track(12.83, -25.24, sigma_deg=0.9)]
    ensemble = Ensemble.of(tracks, MERGER, PowerLaws())

    found = track_overlaps(real, ensemble)

    maps = [a_fisher_map(t.ra_deg, t.dec_deg, width_deg=t.sigma_deg, order=8) for t in tracks]
    assert found == pytest.approx([overlap_integral(real, one) for one in maps], rel=0.01)


def test_the_overlap_is_recovered_from_a_product_of_maps() -> None:
    first, second = a_fisher_map(order=6), a_fisher_map(96.0, 50.0, order=6)
    product = MultiOrderMap.of(first.uniq, first.probdensity * second.probdensity)

    found = overlap_from_product(first, product)

    assert found == pytest.approx(overlap_integral(first, second), rel=1e-6)


def test_a_map_that_says_nothing_overlaps_by_one() -> None:
    assert overlap_integral(a_fisher_map(), uniform_sky(2)) == pytest.approx(1, rel=1e-12)


def test_the_size_of_tiles_does_not_matter() -> None:
    first, second = a_fisher_map(order=4), a_fisher_map(96.0, 50.0, order=5)

    assert overlap_integral(divided(first, range(0, 3072, 5)), second) == pytest.approx(
        overlap_integral(second, first), rel=1e-12
    )


def test_joint_rates_are_as_raven_defines_them() -> None:
    rate = joint_rate(1e-7, GRB_HZ, 6.0, 50.0)

    assert rate.temporal_hz == pytest.approx(6 * 310 / (365 * 86400) * 1e-7)
    assert rate.space_time_hz == pytest.approx(rate.temporal_hz / 50)
    assert joint_rate(1e-7, GRB_HZ, 6.0, 0.0).space_time_hz is None


def test_the_overlap_of_the_best_track_stands_at_the_top() -> None:
    alert = GivenFile(orjson.dumps({"event": EVENT}))
    given = {Alert: alert, Skymap: to_fits(a_fisher_map()), NeutrinoList: a_list()}

    found = orjson.loads(try_handler(Overlap, given)[Overlap].content)

    best = max(found["neutrinos"], key=lambda one: one["skymap_overlap_integral"])
    assert best["id"] == "138590_39138551"
    assert found["skymap_overlap_integral"] == best["skymap_overlap_integral"] > 10
    assert best["temporal_far_hz"] == pytest.approx(1e-9 * 0.0064 * 1000)
    assert found["space_time_far_hz"] == pytest.approx(
        best["temporal_far_hz"] / best["skymap_overlap_integral"]
    )


@pytest.mark.parametrize(
    ("group", "search", "expected_hz"),
    [
        ("CBC", "GRB", 6 * 310 / 31_536_000 * 1e-9),
        ("Burst", "GRB", 660 * 310 / 31_536_000 * 1e-9),
        ("CBC", "SubGRB", 6 * 375 / 31_536_000 * 1e-9),
        ("CBC", "Kilonova", None),
    ],
)
def test_windows_and_rates_of_external_triggers_are_those_of_raven(
    group: str, search: str, expected_hz: float | None
) -> None:
    sky = uniform_sky(1)
    wave = replace(a_wave(sky), group=group, far_hz=1e-9)

    found = external_of(wave, {"search": search}, sky)

    assert found["temporal_far_hz"] == (expected_hz and pytest.approx(expected_hz))


def test_an_external_trigger_overlaps_as_its_product_with_the_map_says() -> None:
    own, other = a_fisher_map(), a_fisher_map(96.0, 50.0)
    product = to_fits(MultiOrderMap.of(own.uniq, own.probdensity * other.probdensity))
    said = {"event": EVENT, "external_coinc": {"search": "GRB", "time_difference": 2.0}}
    alert = GivenFile(orjson.dumps(said), {"external_skymap": product})

    made = try_handler(ExternalOverlap, {Alert: alert, Skymap: to_fits(own)})[ExternalOverlap]

    found = orjson.loads(made.content)
    assert found["skymap_overlap_integral"] == pytest.approx(overlap_integral(own, other))
    assert found["temporal_far_hz"] == pytest.approx(6 * GRB_HZ * 1e-9)
