"""Write a sky map as a multi-order FITS file whose bytes depend on its content alone."""

import numpy as np
from astropy.io import fits

from llama.handlers.sky.fits_table import BLOCK
from llama.handlers.sky.healpix import order_of
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.reading import KEPT_KEYS

_UNITS = {"PROBDENSITY": "sr-1", "DISTMU": "Mpc", "DISTSIGMA": "Mpc", "DISTNORM": "Mpc-2"}

Card = tuple[str, str | float | int | bool]


def to_fits(sky_map: MultiOrderMap) -> bytes:
    """Encode as FITS: tiles by UNIQ, float64, fixed keywords in a fixed order, no dates.

    The layout is that of the field's own multi-order maps (LVK Public Alerts User Guide,
    section Sky Maps), so any reader of those reads this.
    """
    rows = _rows(sky_map)
    primary = _header([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)])
    table = _header([*_structure(rows), *_meaning(sky_map)])
    padding = bytes(-rows.nbytes % BLOCK)
    return b"".join((primary, table, rows.tobytes(), padding))


def _rows(sky_map: MultiOrderMap) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    names = list(_UNITS)[: 4 if sky_map.distance else 1]
    rows = np.empty(len(sky_map.uniq), [("UNIQ", ">i8"), *((name, ">f8") for name in names)])
    rows["UNIQ"] = sky_map.uniq
    rows["PROBDENSITY"] = sky_map.probdensity
    if sky_map.distance:
        rows["DISTMU"] = sky_map.distance.mu
        rows["DISTSIGMA"] = sky_map.distance.sigma
        rows["DISTNORM"] = sky_map.distance.norm
    return rows


def _structure(rows: np.ndarray[tuple[int], np.dtype[np.void]]) -> list[Card]:
    names = rows.dtype.names or ()
    cards: list[Card] = [
        ("XTENSION", "BINTABLE"),
        ("BITPIX", 8),
        ("NAXIS", 2),
        ("NAXIS1", rows.dtype.itemsize),
        ("NAXIS2", len(rows)),
        ("PCOUNT", 0),
        ("GCOUNT", 1),
        ("TFIELDS", len(names)),
    ]
    for number, name in enumerate(names, start=1):
        cards.append((f"TTYPE{number}", name))
        cards.append((f"TFORM{number}", "K" if name == "UNIQ" else "D"))
        if name in _UNITS:
            cards.append((f"TUNIT{number}", _UNITS[name]))
    return cards


def _meaning(sky_map: MultiOrderMap) -> list[Card]:
    fixed: list[Card] = [
        ("PIXTYPE", "HEALPIX"),
        ("ORDERING", "NUNIQ"),
        ("COORDSYS", "C"),
        ("INDXSCHM", "EXPLICIT"),
        ("MOC", True),
        ("MOCORDER", int(order_of(sky_map.uniq[-1:])[0])),
    ]
    return fixed + [(key, sky_map.meta[key]) for key in KEPT_KEYS if key in sky_map.meta]


def _header(cards: list[Card]) -> bytes:
    header = fits.Header()
    for key, value in cards:
        header.append((key, value), end=True)
    return header.tostring().encode("ascii")
