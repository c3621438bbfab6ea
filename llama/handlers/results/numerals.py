"""Numbers as people write them: p-values, powers of ten, energies, digests, times."""

import math
from datetime import datetime

SMALL = 1e-4
"""p-values below it have two significant digits, the others four decimals."""
MINUS = "\N{MINUS SIGN}"
ABSENT = "\N{EN DASH}"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ENERGIES = ((1e6, "PeV"), (1e3, "TeV"), (1.0, "GeV"))


def p_value(value: float | None) -> str:
    """Say a p-value with four decimals, or two significant digits below 0.0001."""
    if value is None:
        return ABSENT
    if value < SMALL:
        return scientific(value, digits=2)
    return f"{value:.4f}".rstrip("0").rstrip(".")


def scientific(value: float | None, *, digits: int = 3) -> str:
    """Say a number with some significant digits, as a power of ten where it is long."""
    if value is None:
        return ABSENT
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0 or 1e-3 <= abs(rounded) < 1e5:
        shown = f"{rounded:,.0f}" if abs(rounded) >= 10**digits else f"{rounded:.{digits}g}"
        return shown.replace("-", MINUS)
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    raised = str(int(power)).translate(_SUPERSCRIPT)
    return f"{mantissa.replace('-', MINUS)} \N{MULTIPLICATION SIGN} 10{raised}"


def signed(value: float | None, *, decimals: int = 2) -> str:
    """Say a number with its sign: a minus as wide as the plus."""
    return ABSENT if value is None else f"{value:+.{decimals}f}".replace("-", MINUS)


def degrees(value: float, *, decimals: int = 2) -> str:
    """Say an angle of at least 0 in degrees."""
    return f"{value:.{decimals}f}°"


def energy(value_gev: float | None) -> str:
    """Say an energy with three significant digits in GeV, TeV or PeV."""
    if value_gev is None:
        return ABSENT
    scale, unit = next((one for one in _ENERGIES if value_gev >= 0.9995 * one[0]), _ENERGIES[-1])
    share = value_gev / scale
    return f"{share:.0f} {unit}" if share >= 999.5 else f"{share:.3g} {unit}"


def one_in(probability: float) -> str:
    """Say a probability as a count: "about 1 in 81", "about 62 in 100", "nearly all"."""
    if probability >= 0.995:
        return "nearly all"
    if probability >= 0.4:
        return f"about {100 * probability:.0f} in 100"
    count = 1 / max(probability, 1e-300)
    if count >= 1e9:
        return f"about 1 in 10{str(math.floor(math.log10(count))).translate(_SUPERSCRIPT)}"
    return f"about 1 in {float(f'{count:.2g}'):,.0f}"


def clock(time: datetime | None, *, decimals: int = 0) -> str:
    """Say a time in UTC: 2023-09-14 11:14:01."""
    if time is None:
        return ABSENT
    fraction = f".{time.microsecond // 10 ** (6 - decimals):0{decimals}d}" if decimals else ""
    return f"{time:%Y-%m-%d %H:%M:%S}{fraction} UTC"


def short(digest: str | None) -> str:
    """Return the first twelve characters of a digest: enough to tell it from others."""
    return digest[:12] if digest else ABSENT
