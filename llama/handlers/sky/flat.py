"""Flat HEALPix maps (one pixel size) as tiles, without ever holding a large one.

The flat maps of the field are multi-order maps written out pixel by pixel: at nside 1024 they
have 12.6 million rows (400 MB) for the content of 19,200 tiles. A NESTED map is therefore read
in blocks, and in each block four sibling pixels with the same values become one tile again,
then four such tiles, and so on. This loses nothing: values are compared bit by bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llama.domain.handler import PermanentError
from llama.handlers.sky.fits_table import Table
from llama.handlers.sky.healpix import (
    FloatArray,
    IntArray,
    nested_to_ring,
    ring_to_nested,
    uniq_from,
)

MAX_ORDER = 11
"""nside 2048, the finest flat map of the field: 50 million pixels."""
MAX_HELD_BYTES = 128 << 20
"""Bytes of a table that must be held whole (RING and explicit order, multi-order)."""
MAX_TILE_BYTES = 32 << 20
"""Bytes of the tiles of one map: 2 million without distance, 800,000 with it. Drawing such a map
takes a process to 280 MB."""
BLOCK_ORDER = 8
INDEX_COLUMNS = ("PIXEL", "PIX", "IPIX", "INDEX")


@dataclass(frozen=True, slots=True)
class Tiles:
    """UNIQ numbers and the values of some columns for each."""

    uniq: IntArray
    columns: tuple[FloatArray, ...]


def flat_tiles(table: Table, names: Sequence[str]) -> tuple[int, Tiles]:
    """Read the named columns of a flat map; return its order and its tiles."""
    order = _order(table, names[0])
    index = next((name for name in INDEX_COLUMNS if name in table.columns), None)
    if index:
        return order, _explicit(table, names, index=index, order=order)
    pixels = table.rows * table.per_row(names[0])
    if pixels != 12 << (2 * order):
        raise PermanentError(
            f"sky map: {pixels} pixels, but nside {1 << order} has {12 << (2 * order)}"
        )
    blocks = _nested(table, names, order) if _is_nested(table) else _ring(table, names, order)
    return order, _joined(_collapsed(block, first, order) for first, block in blocks)


def _order(table: Table, name: str) -> int:
    pixels = table.rows * table.per_row(name)
    nside = table.header.integer("NSIDE") or round((pixels / 12) ** 0.5)
    order = nside.bit_length() - 1
    if nside != 1 << max(order, 0) or order > MAX_ORDER:
        raise PermanentError(f"sky map: nside {nside} is not a power of 2 up to {1 << MAX_ORDER}")
    return order


def _is_nested(table: Table) -> bool:
    ordering = table.header.text("ORDERING")
    if ordering not in ("NESTED", "NEST", "RING"):
        raise PermanentError(f"sky map: ORDERING {ordering!r} is neither NESTED nor RING")
    return ordering != "RING"


def _explicit(table: Table, names: Sequence[str], *, index: str, order: int) -> Tiles:
    records = table.all_rows(MAX_HELD_BYTES)
    ipix = table.integers(records, index)
    wrong = np.flatnonzero((ipix < 0) | (ipix >= 12 << (2 * order)))
    if len(wrong):
        raise PermanentError(f"sky map: pixel {ipix[wrong[0]]} is not one of nside {1 << order}")
    nested = ipix if _is_nested(table) else ring_to_nested(ipix, order)
    columns = tuple(table.floats(records, name) for name in names)
    if any(len(column) != len(ipix) for column in columns):
        raise PermanentError("sky map: columns of different lengths")
    return Tiles(uniq_from(order, nested), columns)


Block = tuple[FloatArray, ...]


def _nested(table: Table, names: Sequence[str], order: int) -> Iterator[tuple[int, Block]]:
    """Read blocks of whole tiles of a coarse order, so that siblings stay together."""
    per_row = table.per_row(names[0])
    pixels = (1 << (2 * BLOCK_ORDER)) if order > BLOCK_ORDER else 12 << (2 * order)
    if pixels % per_row:
        raise PermanentError(f"sky map: rows of {per_row} pixels do not divide a block")
    for number, records in enumerate(table.batches(pixels // per_row)):
        yield number * pixels, tuple(table.floats(records, name) for name in names)


def _ring(table: Table, names: Sequence[str], order: int) -> Iterator[tuple[int, Block]]:
    records = table.all_rows(MAX_HELD_BYTES)
    columns = tuple(table.floats(records, name) for name in names)
    del records
    pixels = 12 << (2 * order)
    for first in range(0, pixels, 1 << (2 * BLOCK_ORDER)):
        nested = np.arange(first, min(first + (1 << (2 * BLOCK_ORDER)), pixels), dtype=np.int64)
        ring = nested_to_ring(nested, order)
        yield first, tuple(column[ring] for column in columns)


def _collapsed(columns: Block, first: int, order: int) -> Tiles:
    """Merge equal siblings of a block that begins at NESTED pixel `first`."""
    whole: NDArray[np.bool_] = np.ones(len(columns[0]), dtype=np.bool_)
    kept: list[tuple[IntArray, IntArray]] = []
    level = 0
    while len(whole) % 4 == 0 and level < order:
        merged = np.logical_and.reduce(whole.reshape(-1, 4), axis=1, dtype=np.bool_)
        for column in columns:
            merged &= _equal_siblings(column[:: 1 << (2 * level)])
        kept.append(_tiles_at(whole & ~np.repeat(merged, 4), first, (order, level)))
        whole, level = merged, level + 1
    kept.append(_tiles_at(whole, first, (order, level)))
    where = np.concatenate([at for _, at in kept])
    return Tiles(np.concatenate([uniq for uniq, _ in kept]), tuple(c[where] for c in columns))


def _equal_siblings(values: FloatArray) -> NDArray[np.bool_]:
    bits = np.ascontiguousarray(values).view(np.int64).reshape(-1, 4)
    return (bits[:, 0] == bits[:, 1]) & (bits[:, 0] == bits[:, 2]) & (bits[:, 0] == bits[:, 3])


def _tiles_at(
    kept: NDArray[np.bool_], first: int, orders: tuple[int, int]
) -> tuple[IntArray, IntArray]:
    order, level = orders
    number = np.flatnonzero(kept).astype(np.int64)
    return uniq_from(order - level, number + (first >> (2 * level))), number << (2 * level)


def _joined(parts: Iterator[Tiles]) -> Tiles:
    found: list[Tiles] = []
    size = 0
    for part in parts:
        found.append(part)
        size += part.uniq.nbytes + sum(column.nbytes for column in part.columns)
        if size > MAX_TILE_BYTES:
            raise PermanentError(
                f"sky map: more than {MAX_TILE_BYTES >> 20} MiB of distinct tiles; use a"
                " multi-order map"
            )
    columns = zip(*(part.columns for part in found), strict=True)
    return Tiles(
        np.concatenate([part.uniq for part in found]),
        tuple(np.concatenate(column) for column in columns),
    )
