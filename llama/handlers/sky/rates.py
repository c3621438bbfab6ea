"""False alarm rates in words."""

YEAR_S = 365.25 * 86400
"""A Julian year."""

_UNITS = (
    (1e12 * YEAR_S, "trillion years"),
    (1e9 * YEAR_S, "billion years"),
    (1e6 * YEAR_S, "million years"),
    (1e4 * YEAR_S, "thousand years"),
    (YEAR_S, "years"),
    (YEAR_S / 12, "months"),
    (86400.0, "days"),
    (3600.0, "hours"),
    (60.0, "minutes"),
    (1.0, "seconds"),
)
_SCALES = {"thousand years": 1e3 * YEAR_S}


def in_words(rate_hz: float | None) -> str | None:
    """Say a rate as people do: "1 per 348 thousand years"; None if there is none.

    Three significant digits. The unit is the largest of which at least one passes between two
    alarms, with the exception that thousands of years begin at ten thousand.
    """
    if rate_hz is None or rate_hz < 0:
        return None
    if rate_hz == 0:
        return "never"
    if rate_hz > 1:
        return f"{_digits(rate_hz)} per second"
    return _spell(1 / rate_hz)


def _spell(period_s: float) -> str:
    for least, name in _UNITS:
        if period_s >= least * 0.9995:
            count = _digits(period_s / _SCALES.get(name, least))
            return f"1 per {count} {name}" if count != "1" else f"1 per {_single(name)}"
    return "1 per second"


def _single(name: str) -> str:
    return name.removesuffix("s") if " " not in name else f"1 {name}"


def _digits(value: float) -> str:
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if 1000 <= rounded < 1e9 else f"{rounded:.3g}"
