"""A made-up localisation of two detectors: a sector of a ring of equal time delay.

docs/science-maps.md derives the model. It is for rehearsals: its maps look, weigh and behave like
those of real notices, but no detector's noise was simulated.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

import numpy as np

from llama.handlers.sky.distance import moments, normalised_layers
from llama.handlers.sky.healpix import FloatArray, IntArray, centres, tile_area, uniq_from
from llama.handlers.sky.map import Meta, MultiOrderMap

HANFORD_M = np.array([-2161414.93, -3834695.18, 4600350.23])
LIVINGSTON_M = np.array([-74276.04, -5496283.72, 3224257.02])
"""Corner stations in the Earth-fixed frame (LIGO-T980044), in metres."""
LIGHT_M_PER_S = 299792458.0
CONCENTRATION = 4.0
"""How much amplitudes and phases narrow the ring to a sector: kappa of a Fisher distribution."""
DISTANCE_SPREAD = 0.28
"""Relative width of the distance posterior along each line of sight."""
FIRST_ORDER = 4
SPLIT_TILES = 768
"""Tiles split into four in each round, those of highest probability first."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the model is asked to find: a place, a distance, and how well timing is known."""

    direction: FloatArray
    """Unit vector (3,) in equatorial coordinates."""
    distance_mpc: float
    delay_error_s: float
    rotation_rad: float
    """Greenwich mean sidereal time of the merger."""


def drawn_source(merged_at: datetime, *, seed: int, delay_error_s: float) -> Source:
    """Draw a place on the sky and a distance of 60 to 260 Mpc from the time and a seed."""
    digest = sha256(f"{merged_at.isoformat()} {seed}".encode()).digest()
    share = [int.from_bytes(digest[at : at + 6], "big") / 2**48 for at in (0, 6, 12)]
    up, ra = 2 * share[0] - 1, 2 * math.pi * share[1]
    across = math.sqrt(1 - up * up)
    direction = np.array([across * math.cos(ra), across * math.sin(ra), up])
    distance = (60**3 + share[2] * (260**3 - 60**3)) ** (1 / 3)
    return Source(direction, distance, delay_error_s, sidereal_angle(merged_at))


def sidereal_angle(instant: datetime) -> float:
    """Return Greenwich mean sidereal time in rad, to about a second (linear in UTC)."""
    epoch = instant.replace(year=2000, month=1, day=1, hour=12, minute=0, second=0, microsecond=0)
    days = (instant - epoch) / timedelta(days=1)
    return math.radians((280.46061837 + 360.98564736629 * days) % 360.0)


def modelled_map(source: Source, *, rounds: int, meta: Meta) -> MultiOrderMap:
    """Return the map of a source: 3,072 tiles and 2,304 more with every round of splitting."""
    uniq = refined(source, rounds)
    value = density(source, uniq)
    mu = distances(source, uniq)
    layers = normalised_layers(mu, DISTANCE_SPREAD * mu)
    value = value / np.sum(value * tile_area(uniq))
    bare = MultiOrderMap.of(uniq, value, distance=layers, meta=meta)
    return replace(bare, meta={**meta, **_moment_keys(bare)})


def refined(source: Source, rounds: int) -> IntArray:
    """Return the tiles of a map, in order: smaller ones where it is more probable."""
    uniq = uniq_from(FIRST_ORDER, np.arange(12 << (2 * FIRST_ORDER), dtype=np.int64))
    for _ in range(rounds):
        uniq = _split(uniq, density(source, uniq) * tile_area(uniq))
    return np.sort(uniq)


def distances(source: Source, uniq: IntArray) -> FloatArray:
    """Return the most probable distance in each tile, in Mpc."""
    share = response(source, _vectors(uniq)) / _own_response(source)
    return source.distance_mpc * np.sqrt(share)


def _moment_keys(sky_map: MultiOrderMap) -> Meta:
    found = moments(sky_map)
    return {"DISTMEAN": found.mean_mpc, "DISTSTD": found.std_mpc} if found else {}


def density(source: Source, uniq: IntArray) -> FloatArray:
    """Return the model's density at the centre of each tile, not normalised."""
    vectors = _vectors(uniq)
    baseline = _rotated(HANFORD_M - LIVINGSTON_M, source) / LIGHT_M_PER_S
    late = (vectors @ baseline - source.direction @ baseline) / source.delay_error_s
    sector = CONCENTRATION * (vectors @ source.direction - 1)
    return response(source, vectors) ** 1.5 * np.exp(sector - 0.5 * late**2)


def response(source: Source, vectors: FloatArray) -> FloatArray:
    """Return the mean antenna power of both detectors, averaged over azimuth, in 1/8..1."""
    zeniths = [_rotated(at / np.linalg.norm(at), source) for at in (HANFORD_M, LIVINGSTON_M)]
    squares = [(vectors @ zenith) ** 2 for zenith in zeniths]
    return sum(((1 + 6 * c2 + c2 * c2) / 8 for c2 in squares), np.zeros(len(vectors))) / 2


def _own_response(source: Source) -> float:
    return float(response(source, source.direction[np.newaxis])[0])


def _split(uniq: IntArray, probability: FloatArray) -> IntArray:
    """Replace the tiles of highest probability by their four children (UNIQ 4 u .. 4 u + 3)."""
    order = np.argsort(-probability, kind="stable")
    parents = uniq[order[:SPLIT_TILES]]
    children = (4 * parents[:, np.newaxis] + np.arange(4)).reshape(-1)
    return np.concatenate([uniq[order[SPLIT_TILES:]], children])


def _rotated(vector: FloatArray, source: Source) -> FloatArray:
    """Turn an Earth-fixed vector into equatorial coordinates."""
    cosine, sine = math.cos(source.rotation_rad), math.sin(source.rotation_rad)
    x, y, z = vector
    return np.array([cosine * x - sine * y, sine * x + cosine * y, z])


def _vectors(uniq: IntArray) -> FloatArray:
    return centres(uniq).unit_vectors()
