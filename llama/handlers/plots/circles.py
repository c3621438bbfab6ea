"""Circles on the sphere, and their images in a plane."""

import numpy as np

from llama.handlers.sky.healpix import FloatArray, Positions
from llama.handlers.sky.projection import CloseUp, Mollweide, Projection

POINTS = 721
"""Points of a closed circle: at the largest size shown, no corner is seen."""
Polyline = tuple[FloatArray, FloatArray]
"""x and y; nan where the line is interrupted."""


def circle(ra_deg: float, dec_deg: float, radius_deg: float, *, points: int = POINTS) -> Positions:
    """Return the closed curve of all places at one distance from a centre, right at the poles.

    It begins in the north and goes round by the east.
    """
    ra, dec, radius = np.deg2rad([ra_deg, dec_deg, radius_deg])
    centre = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
    north = np.array([-np.sin(dec) * np.cos(ra), -np.sin(dec) * np.sin(ra), np.cos(dec)])
    east = np.array([-np.sin(ra), np.cos(ra), 0.0])
    round_about = np.linspace(0, 2 * np.pi, points)[:, np.newaxis]
    outward = np.cos(round_about) * north + np.sin(round_about) * east
    vectors = np.cos(radius) * centre + np.sin(radius) * outward
    along = np.rad2deg(np.arctan2(vectors[:, 1], vectors[:, 0])) % 360.0
    up = np.rad2deg(np.arctan2(vectors[:, 2], np.hypot(vectors[:, 0], vectors[:, 1])))
    return Positions(along, up)


def projected(projection: Projection, curve: Positions) -> Polyline:
    """Return the image of a curve, interrupted where the whole-sky picture is cut open."""
    if isinstance(projection, CloseUp):
        return projection.to_plane(curve)
    return Mollweide().to_plane(cut_at_seam(curve))


def cut_at_seam(curve: Positions) -> Positions:
    """Interrupt a curve where it crosses right ascension 0, with a point on either edge.

    Between the two points that are added there is a nan.
    """
    ra, dec = curve.ra_deg, curve.dec_deg
    for first in reversed(np.flatnonzero(np.abs(np.diff(ra)) > 180.0).tolist()):
        from_edge = 0.0 if ra[first] < 180.0 else 360.0
        before, after = abs(ra[first] - from_edge), abs(ra[first + 1] - (360.0 - from_edge))
        share = before / (before + after) if before + after > 0 else 0.5
        between = dec[first] + share * (dec[first + 1] - dec[first])
        ra = np.insert(ra, first + 1, [from_edge, np.nan, 360.0 - from_edge])
        dec = np.insert(dec, first + 1, [between, np.nan, between])
    return Positions(ra, dec)


def separation_deg(one: Positions, other: Positions) -> FloatArray:
    """Return the angles between pairs of points, in degrees."""
    a, b = one.unit_vectors(), other.unit_vectors()
    across = np.linalg.norm(np.cross(a, b), axis=1)
    return np.rad2deg(np.arctan2(across, np.sum(a * b, axis=1)))


def point(ra_deg: float, dec_deg: float) -> Positions:
    """Return one place as an array of one."""
    return Positions(np.array([ra_deg]), np.array([dec_deg]))
