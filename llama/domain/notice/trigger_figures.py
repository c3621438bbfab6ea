"""The figures of another observatory's trigger: all optional, what cannot be is told as odd."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from llama.domain.notice.model import JsonValue, Limits
from llama.domain.notice.oddities import Oddities, printable, shown

CONTAINMENT = 0.9
"""Of the circle of a notice that does not say it, by the schema."""
_NAME_LETTERS = 64
_WEB_ADDRESS = re.compile(r"https?://[!-~]{1,500}")
_AXES = 2
_NUMBER_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Circle:
    """Degrees (ICRS), and the share of the probability within the radius; None where not told."""

    ra_deg: float | None = None
    dec_deg: float | None = None
    error_deg: float | None = None
    containment: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Reads them from the body of a notice."""

    body: Mapping[str, JsonValue]
    limits: Limits
    oddities: Oddities

    def circle(self) -> Circle:
        """Return where it was: nothing without both coordinates, no radius without a size."""
        if self.body.get("ra") is None and self.body.get("dec") is None:
            return Circle()
        ra_deg = self._number("ra", self.body.get("ra"), 0.0, 360.0)
        dec_deg = self._number("dec", self.body.get("dec"), -90.0, 90.0)
        if ra_deg is None or dec_deg is None:
            return Circle()
        error_deg = self._radius()
        share = self._containment() if error_deg is not None else None
        return Circle(ra_deg % 360.0, dec_deg, error_deg, share)

    def label(self, key: str) -> str:
        """Return a text, or the first of a list of texts, as printable ASCII."""
        said = self.body.get(key)
        first = said[0] if isinstance(said, list) and said else said
        if not isinstance(first, str):
            return ""
        return printable(" ".join(first[: 4 * _NAME_LETTERS].split()), _NAME_LETTERS)

    def web_address(self, key: str) -> str | None:
        """Return an HTTP address."""
        said = self.body.get(key)
        if said is None or (isinstance(said, str) and _WEB_ADDRESS.fullmatch(said)):
            return said
        self.oddities.add(f"{key} is {shown(said, self.limits)}: left out")
        return None

    def _radius(self) -> float | None:
        """Return the radius of a circle, or of the circle of an ellipse's area."""
        said = self.body.get("ra_dec_error")
        if said is None:
            return None
        axes = said[:_AXES] if isinstance(said, list) else [said]
        radii = [self._number("ra_dec_error", axis, 0.0, 180.0) for axis in axes]
        known = [radius for radius in radii if radius]
        if known and len(known) == len(radii):
            return math.sqrt(known[0]) * math.sqrt(known[-1]) if known[1:] else known[0]
        self.oddities.add("ra_dec_error is no size: left out")
        return None

    def _containment(self) -> float:
        said = self.body.get("containment_probability")
        share = None
        if said is not None:
            share = self._number("containment_probability", said, 0.0, 1.0)
        return share if share is not None and 0.0 < share < 1.0 else CONTAINMENT

    def _number(self, key: str, said: JsonValue, least: float, most: float) -> float | None:
        """Return a number within limits, written as one or as its text."""
        value = math.nan
        if isinstance(said, int | float | str) and not isinstance(said, bool):
            try:
                value = float(said[:_NUMBER_LETTERS] if isinstance(said, str) else said)
            except (ValueError, OverflowError):
                value = math.nan
        if least <= value <= most:
            return value
        self.oddities.add(f"{key} is {_told(said)}: left out")
        return None


def _told(said: JsonValue) -> str:
    if isinstance(said, int | float | str) and not isinstance(said, bool):
        return printable(str(said)[:_NUMBER_LETTERS], _NUMBER_LETTERS)
    return "null" if said is None else f"of type {type(said).__name__}"
