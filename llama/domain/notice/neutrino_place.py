"""Where a neutrino came from, as its notice tells it: one circle, one energy."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from llama.domain.notice.dialect import Unusable
from llama.domain.notice.model import JsonValue
from llama.domain.notice.oddities import printable

CONTAINMENT = 0.9
"""Of the circle of a notice that does not say it: a radius of 2.145966 standard deviations."""
_GEV_PER_TEV = 1000.0
_MOST_GEV = 1e12
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees (ICRS), one standard deviation, GeV; all None where a retraction tells none."""

    ra_deg: float | None
    dec_deg: float | None
    sigma_deg: float | None
    energy_gev: float | None


NO_PLACE = Place(None, None, None, None)


def read_place(body: Mapping[str, JsonValue]) -> Place:
    """Read direction, error and energy; Unusable names the first that is none."""
    ra_deg = _number(body, "ra", 0.0, 360.0)
    energy_tev = _number(body, "nu_energy", 0.0, _MOST_GEV / _GEV_PER_TEV)
    if energy_tev == 0.0:
        raise Unusable("nu_energy is 0.0")
    return Place(
        ra_deg=0.0 if ra_deg == 360.0 else ra_deg,
        dec_deg=_number(body, "dec", -90.0, 90.0),
        sigma_deg=_sigma(body),
        energy_gev=energy_tev * _GEV_PER_TEV,
    )


def _sigma(body: Mapping[str, JsonValue]) -> float:
    """Return one standard deviation of a circle, or of the circle of an ellipse's area."""
    said = body.get("ra_dec_error")
    axes = said[:2] if isinstance(said, list) else [said]
    radii = [_number({"ra_dec_error": axis}, "ra_dec_error", 0.0, 180.0) for axis in axes]
    share = CONTAINMENT
    if body.get("containment_probability") is not None:
        share = _number(body, "containment_probability", 0.0, 1.0)
    if not radii or min(radii) == 0.0 or not 0.0 < share < 1.0:
        raise Unusable("ra_dec_error and containment_probability are no circle with a radius")
    sigma_deg = math.sqrt(radii[0] * radii[-1]) / math.sqrt(-2.0 * math.log1p(-share))
    if not 0.0 < sigma_deg <= 180.0:
        raise Unusable(f"ra_dec_error has a standard deviation of {sigma_deg:g} degrees")
    return sigma_deg


def _number(body: Mapping[str, JsonValue], key: str, least: float, most: float) -> float:
    """Return a number within limits, written as one or as its text."""
    said = body.get(key)
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        raise Unusable(f"{key} is {'null' if said is None else f'of type {type(said).__name__}'}")
    try:
        value = float(said[:_SHOWN] if isinstance(said, str) else said)
    except (ValueError, OverflowError):
        value = math.nan
    if not least <= value <= most:
        raise Unusable(f"{key} is {printable(str(said)[:_SHOWN], _SHOWN)}")
    return value
