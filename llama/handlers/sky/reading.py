"""Read a sky map from the bytes of a FITS file, of any of the kinds the field uses.

Multi-order (UNIQ) or flat (NESTED or RING, explicit or implicit order), plain or gzipped, with
probability per pixel or per steradian, with or without distance.
"""

import math

import numpy as np

from llama.domain.handler import PermanentError
from llama.handlers.sky.fits_table import Table, find_table
from llama.handlers.sky.flat import MAX_HELD_BYTES, MAX_TILE_BYTES, Tiles, flat_tiles
from llama.handlers.sky.healpix import is_uniq, tile_area
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap

DENSITY = "PROBDENSITY"
PER_PIXEL = ("PROB", "PROBABILITY")
DISTANCE = ("DISTMU", "DISTSIGMA", "DISTNORM")
KEPT_KEYS = (
    "OBJECT",
    "REFERENC",
    "INSTRUME",
    "DATE-OBS",
    "MJD-OBS",
    "CREATOR",
    "ORIGIN",
    "DISTMEAN",
    "DISTSTD",
    "LOGBCI",
    "LOGBSN",
)
"""Header values with a meaning for science; dates of files and versions of programs go."""
EQUATORIAL = frozenset({"", "C", "Q", "CELESTIAL", "EQUATORIAL", "ICRS", "FK5"})


def read_map(content: bytes) -> MultiOrderMap:
    """Read a sky map; PermanentError says what is wrong with the file and where."""
    table = find_table(content, "UNIQ", DENSITY, *PER_PIXEL)
    if table.header.text("COORDSYS") not in EQUATORIAL:
        raise PermanentError(
            f"sky map: COORDSYS {table.header.text('COORDSYS')}; only equatorial maps (C) are read"
        )
    density = _density_column(table)
    layers = DISTANCE if all(name in table.columns for name in DISTANCE) else ()
    tiles = _tiles(table, (density, *layers))
    distance = DistanceLayers(*tiles.columns[1:]) if layers else None
    return MultiOrderMap.of(tiles.uniq, tiles.columns[0], distance=distance, meta=_kept_meta(table))


def _density_column(table: Table) -> str:
    for name in (DENSITY, *PER_PIXEL):
        if name in table.columns:
            return name
    raise PermanentError(f"sky map: no column {DENSITY} or {' or '.join(PER_PIXEL)}")


def _tiles(table: Table, names: tuple[str, ...]) -> Tiles:
    if "UNIQ" in table.columns:
        tiles = _multi_order(table, names)
        area = tile_area(tiles.uniq)
    else:
        order, tiles = flat_tiles(table, names)
        area = math.pi / 3 / (1 << (2 * order))
    if names[0] == DENSITY:
        return tiles
    return Tiles(tiles.uniq, (tiles.columns[0] / area, *tiles.columns[1:]))


def _multi_order(table: Table, names: tuple[str, ...]) -> Tiles:
    if table.rows * 8 * (1 + len(names)) > MAX_TILE_BYTES:
        raise PermanentError(f"sky map: {table.rows} tiles are too many")
    records = table.all_rows(MAX_HELD_BYTES)
    uniq = table.integers(records, "UNIQ")
    columns = tuple(table.floats(records, name) for name in names)
    if any(len(column) != len(uniq) for column in columns):
        raise PermanentError("sky map: columns of different lengths")
    if not is_uniq(uniq).all():
        bad = np.flatnonzero(~is_uniq(uniq))[0]
        raise PermanentError(f"sky map: UNIQ {uniq[bad]} in row {bad} names no tile")
    return Tiles(uniq, columns)


def _kept_meta(table: Table) -> dict[str, str | float | int]:
    found = {key: _kept(table.header.value(key)) for key in KEPT_KEYS}
    return {key: value for key, value in found.items() if value is not None}


def _kept(value: str | float | int | None) -> str | float | int | None:
    """Keep printable ASCII and finite numbers: what a FITS header can hold for sure."""
    if isinstance(value, str):
        text = "".join(letter for letter in value if " " <= letter <= "~").strip()[:60]
        return text or None
    if isinstance(value, bool) or value is None or not math.isfinite(value):
        return None
    return value
