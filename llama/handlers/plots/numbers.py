"""Places for the numbers beside the tracks, such that none covers another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from llama.handlers.plots.circles import Polyline
from llama.handlers.sky.healpix import FloatArray

SIZE_PT = 9.5
DIGIT_WIDTH = 0.64
"""Width of a digit in parts of its height."""
CLEARANCE_PT = 1.5
MARKER_PT = 8.5
"""Width and height that a marker needs."""
WAYS = 16
RINGS_PT = (0.0, 9.0, 18.0, 27.0)
"""How much further away a number may go, if there is no room nearer."""


@dataclass(frozen=True, slots=True)
class Number:
    """A text to be written beside a curve around a point, in the axes' coordinates."""

    text: str
    x: float
    y: float
    curve: Polyline


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number goes, in the axes' coordinates."""

    text: str
    x: float
    y: float
    is_free: bool
    """False where it could not be kept clear of all others."""
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None
    """From and to where a line leads from a number that is far off to its point."""


def placed(
    axes: Axes, numbers: Sequence[Number], *, taken: Sequence[tuple[float, float]] = ()
) -> list[Place]:
    """Return a place for every number, the first ones first; all within the axes.

    Other points that are taken are given in the axes' coordinates.
    """
    points = [*((one.x, one.y) for one in numbers), *taken]
    boxes: list[FloatArray] = [_box(_points(axes, x, y), "") for x, y in points]
    found: list[Place] = []
    for number in numbers:
        candidates = _candidates(axes, number)
        clear = [at for at in candidates if not _is_taken(_box(at, number.text), boxes)]
        at = (clear or candidates)[0]
        boxes.append(_box(at, number.text))
        found.append(_place(axes, number, at, is_free=bool(clear)))
    return found


def _place(axes: Axes, number: Number, at: FloatArray, *, is_free: bool) -> Place:
    """Return a place in the axes' coordinates, with a line to the curve if it is far from it."""
    back = axes.transData.inverted()
    x, y = (float(one) for one in back.transform(at * _pixels_per_point(axes)))
    curve = _outline(axes, number)
    nearest = curve[int(np.argmin(np.hypot(*(curve - at).T)))]
    way = nearest - at
    length = float(np.hypot(*way))
    begin = at + way / max(length, 1e-9) * (SIZE_PT / 2 + CLEARANCE_PT)
    ends = [back.transform(one * _pixels_per_point(axes)) for one in (begin, nearest)]
    (from_x, from_y), (to_x, to_y) = ([float(one) for one in end] for end in ends)
    is_far = length > 1.6 * SIZE_PT
    return Place(number.text, x, y, is_free, ((from_x, to_x), (from_y, to_y)) if is_far else None)


def _outline(axes: Axes, number: Number) -> FloatArray:
    """Return the points of the curve that show, or the point itself, on the paper."""
    curve = _points(axes, *number.curve)
    curve = curve[np.isfinite(curve).all(axis=1)]
    return curve if len(curve) else _points(axes, number.x, number.y)[np.newaxis]


def _candidates(axes: Axes, number: Number) -> list[FloatArray]:
    """Return places around the curve, then around the point, that are within the axes."""
    middle = _points(axes, number.x, number.y)
    reach = CLEARANCE_PT + _half(number.text)
    curve = _outline(axes, number)
    around: list[FloatArray] = []
    for further in RINGS_PT:
        around += [_beyond(curve, middle, way, reach + further) for way in _ways()]
        around += [middle + (reach + MARKER_PT / 2 + further) * way for way in _ways()]
    inside = [at for at in around if _is_within(axes, at, number.text)]
    return inside or [middle]


def _beyond(
    curve: FloatArray, middle: FloatArray, way: FloatArray, reach: FloatArray
) -> FloatArray:
    """Return the place just outside the part of a curve that lies in some direction."""
    outward = curve - middle
    length = np.maximum(np.hypot(outward[:, 0], outward[:, 1]), 1e-9)[:, np.newaxis]
    best = int(np.argmax(outward / length @ way))
    return curve[best] + reach * way


def _ways() -> list[FloatArray]:
    """Return directions, the upper right first, then ever further from it."""
    turns = sorted(range(WAYS), key=lambda n: (min(n, WAYS - n), n))
    angles = [np.pi / 4 + 2 * np.pi * turn / WAYS for turn in turns]
    return [np.array([np.cos(angle), np.sin(angle)]) for angle in angles]


def _box(at: FloatArray, text: str) -> FloatArray:
    """Return left, bottom, right, top in points; of no text the box of a marker."""
    half = _half(text) if text else np.array([MARKER_PT, MARKER_PT]) / 2
    return np.concatenate([at - half, at + half])


def _half(text: str) -> FloatArray:
    """Return half the width and height of a text, in points."""
    return np.array([len(text) * DIGIT_WIDTH + 0.15, 1.0]) * SIZE_PT / 2


def _is_taken(box: FloatArray, boxes: Sequence[FloatArray]) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in boxes
    )


def _is_within(axes: Axes, at: FloatArray, text: str) -> bool:
    box = _box(at, text)
    frame = np.array(axes.bbox.extents) / _pixels_per_point(axes)
    return bool((box[:2] >= frame[:2] + 1).all() and (box[2:] <= frame[2:] - 1).all())


def _points(axes: Axes, x: object, y: object) -> FloatArray:
    """Return where a place of the axes is on the paper, in points."""
    together = np.stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)], axis=-1)
    return np.asarray(axes.transData.transform(together)) / _pixels_per_point(axes)


def _pixels_per_point(axes: Axes) -> float:
    figure = axes.get_figure(root=True)
    return float(figure.dpi) / 72 if figure is not None else 1.0
