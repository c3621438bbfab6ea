"""Numbers as notices have them: no digits that would only show the machine."""

from llama.domain.handler import PermanentError
from llama.handlers.results.numerals import SMALL


def published_p(value: float | None, *, of: str) -> float | None:
    """Round a p-value; None stays. PermanentError unless it lies above 0 and at most at 1."""
    if value is None:
        return None
    if not 0 < value <= 1:
        message = f"the p-value of {of} is {value}"
        raise PermanentError(f"{message}: it lies above 0, at most at 1; have it computed again")
    return float(f"{value:.1e}") if value < SMALL else round(value, 4)


def ra(degrees: float) -> float:
    """Round a right ascension to 0.01 degrees, within [0, 360)."""
    return round(degrees % 360.0, 2) % 360.0


def dec(degrees: float) -> float:
    """Round a declination to 0.01 degrees; PermanentError beyond the poles."""
    if not -90 <= degrees <= 90:
        raise PermanentError(f"a declination of {degrees} degrees: correct neutrinos.json")
    return round(degrees, 2) + 0.0


def radius(degrees: float) -> float:
    """Round the radius of an error circle to 0.01 degrees; it has at least those."""
    return max(round(degrees, 2), 0.01)


def three_digits(value: float) -> float:
    """Round to three significant digits."""
    return float(f"{value:.3g}")
