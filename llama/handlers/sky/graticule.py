"""Lines of equal right ascension and declination, with labels, for a projection."""

from dataclasses import dataclass

import numpy as np

from llama.handlers.sky.healpix import FloatArray, Positions
from llama.handlers.sky.projection import CloseUp, Mollweide, Projection

STEPS_DEG = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
WANTED_LINES = 4
"""Lines across a close-up, about: fewer say too little, more crowd the labels."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a point of the plane."""

    x: float
    y: float
    text: str
    across: str
    """Horizontal alignment: "center" on right ascensions, "right" on declinations."""


@dataclass(frozen=True, slots=True)
class Graticule:
    """Polylines and labels in the coordinates of a projection."""

    lines: tuple[tuple[FloatArray, FloatArray], ...]
    labels: tuple[Label, ...]


def whole_sky_graticule() -> Graticule:
    """Return lines every 3 hours and 30 degrees; hours on the equator, degrees at the edge."""
    dec = np.linspace(-90, 90, 91)
    ra = np.linspace(0, 360, 181)
    lines = [_line(Mollweide(), np.full_like(dec, hour * 15.0), dec) for hour in range(3, 24, 3)]
    lines += [_line(Mollweide(), ra, np.full_like(ra, d)) for d in (-60.0, -30.0, 0.0, 30.0, 60.0)]
    hours = [_whole_sky_label(hour * 15.0, 0.0, f"{hour}h") for hour in range(3, 24, 3)]
    degrees = [_edge_label(d) for d in (-60.0, -30.0, 0.0, 30.0, 60.0)]
    return Graticule(tuple(lines), (*hours, *degrees))


def close_up_graticule(frame: CloseUp) -> Graticule:
    """Return lines at round degrees; labels where they leave through the bottom and left."""
    step = next((s for s in STEPS_DEG if 2 * frame.radius_deg / s <= WANTED_LINES + 1), 30.0)
    stretch = max(np.cos(np.deg2rad(min(abs(frame.dec_deg) + frame.radius_deg / 2, 89.0))), 0.02)
    ra_step = next((s for s in STEPS_DEG if s * stretch >= step * 0.95), 30.0)
    decs = _multiples(
        frame.dec_deg - 2 * frame.radius_deg, frame.dec_deg + 2 * frame.radius_deg, step
    )
    reach = min(2 * frame.radius_deg / stretch, 180.0)
    ras = _multiples(frame.ra_deg - reach, frame.ra_deg + reach, ra_step)
    along = np.linspace(-reach, reach, 401) + frame.ra_deg
    dec_lines = {d: _line(frame, along, np.full_like(along, d)) for d in decs if abs(d) < 90}
    up = np.clip(np.linspace(-2, 2, 401) * frame.radius_deg + frame.dec_deg, -90, 90)
    ra_lines = {r: _line(frame, np.full_like(up, r), up) for r in ras}
    labels = [_left_label(frame, d, line) for d, line in dec_lines.items()]
    labels += [_bottom_label(frame, r, line) for r, line in ra_lines.items()]
    lines = (*dec_lines.values(), *ra_lines.values())
    return Graticule(lines, _apart([label for label in labels if label], frame.half_width))


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [
        float(n * step) for n in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)
    ]


def _line(projection: Projection, ra: FloatArray, dec: FloatArray) -> tuple[FloatArray, FloatArray]:
    return projection.to_plane(Positions(ra, dec))


def _whole_sky_label(ra: float, dec: float, text: str) -> Label:
    x, y = Mollweide().to_plane(Positions(np.array([ra]), np.array([dec])))
    return Label(float(x[0]), float(y[0]) - 0.07, text, "center")


def _edge_label(dec: float) -> Label:
    x, y = Mollweide().to_plane(Positions(np.array([360.0]), np.array([dec])))
    return Label(float(x[0]) - 0.05, float(y[0]) * 1.05, _degrees(dec, signed=True), "right")


def _bottom_label(frame: CloseUp, ra: float, line: tuple[FloatArray, FloatArray]) -> Label | None:
    at = _crossing(line[1], line[0], -frame.half_width)
    if at is None or abs(at) > frame.half_width:
        return None
    return Label(at, -frame.half_width, _degrees(ra % 360.0, signed=False), "center")


def _left_label(frame: CloseUp, dec: float, line: tuple[FloatArray, FloatArray]) -> Label | None:
    at = _crossing(line[0], line[1], -frame.half_width)
    if at is None or abs(at) > frame.half_width:
        return None
    return Label(-frame.half_width, at, _degrees(dec, signed=True), "right")


def _crossing(across: FloatArray, along: FloatArray, edge: float) -> float | None:
    """Return where a polyline crosses an edge of the frame, nearest to the middle; or None."""
    above = across > edge
    found = np.flatnonzero(above[1:] != above[:-1])
    if not len(found):
        return None
    share = (edge - across[found]) / (across[found + 1] - across[found])
    places = along[found] + share * (along[found + 1] - along[found])
    return float(places[np.argmin(np.abs(places))])


def _apart(labels: list[Label], half_width: float) -> tuple[Label, ...]:
    """Drop right ascensions that would touch their neighbour (near a pole they crowd)."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: (label.across, label.x, label.y)):
        near = [
            o for o in kept if o.across == label.across and _distance(o, label) < 0.25 * half_width
        ]
        if not near:
            kept.append(label)
    return tuple(kept)


def _distance(one: Label, other: Label) -> float:
    return float(np.hypot(one.x - other.x, one.y - other.y))


def _degrees(value: float, *, signed: bool) -> str:
    number = f"{value:+.4g}" if signed and value else f"{value:.4g}"
    return number.replace("-", "\N{MINUS SIGN}") + "°"
