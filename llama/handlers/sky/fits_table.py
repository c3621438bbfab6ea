"""Read one binary table of a FITS file from bytes nobody vouches for.

Every size is known and bounded before anything is allocated, so a small hostile file (a gzip
bomb, a header that claims a billion rows) is refused and not followed. Layout: FITS
Standard 4.0, sections 3 and 7.3.
"""

import gzip
import re
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, cast

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyWarning
from numpy.typing import NDArray

from llama.domain.handler import PermanentError
from llama.handlers.sky.healpix import FloatArray, IntArray

BLOCK = 2880
MAX_HEADER_BLOCKS = 200
"""576 kB of header: the longest real ones (bayestar with its command line) have 5 blocks."""
MAX_TABLES = 16
MAX_SKIPPED_BYTES = 256 << 20
MAX_COLUMNS = 64

_FORM = re.compile(r"\s*(\d*)([LXBIJKAEDCMPQ])")
_SIGN_BIT = np.int64(-(2**63))
_KINDS = {"B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
_OTHER_BYTES = {"L": 1, "A": 1, "C": 8, "M": 16, "P": 8, "Q": 16}

Records = NDArray[np.void]


Value = str | float | int | bool


@dataclass(frozen=True, slots=True)
class Header:
    """A FITS header whose odd cards are as good as absent."""

    values: Mapping[str, Value]

    def value(self, key: str) -> Value | None:
        """Return the value of a keyword, None if it is absent, blank or cannot be read."""
        return self.values.get(key)

    def integer(self, key: str, *, default: int = 0) -> int:
        """Return an integer keyword."""
        found = self.value(key)
        return int(found) if isinstance(found, int) else default

    def text(self, key: str) -> str:
        """Return a keyword as upper-case text, empty if absent."""
        return str(self.value(key) or "").strip().upper()


@dataclass(frozen=True, slots=True)
class Table:
    """A binary table: its header, its columns, and the stream that stands at its first row."""

    header: Header
    stream: BinaryIO
    row: np.dtype[np.void]
    columns: dict[str, int]
    """Number in the header of each numeric column, by upper-case name."""
    rows: int

    @property
    def size(self) -> int:
        """Bytes of all rows."""
        return self.rows * self.row.itemsize

    def per_row(self, name: str) -> int:
        """Return how many values of a column one row holds."""
        return int(np.prod(self.row[f"c{self.columns[name]}"].shape, dtype=np.int64))

    def batches(self, rows: int) -> Iterator[Records]:
        """Read all rows, in order, some rows at a time."""
        for first in range(0, self.rows, rows):
            count = min(rows, self.rows - first)
            content = read_exactly(self.stream, count * self.row.itemsize, what="table rows")
            yield np.frombuffer(content, dtype=self.row)

    def all_rows(self, limit: int) -> Records:
        """Read all rows at once; PermanentError if they need more than `limit` bytes."""
        if self.size > limit:
            raise PermanentError(f"sky map: table of {self.size} bytes; the limit is {limit}")
        return next(self.batches(self.rows))

    def floats(self, records: Records, name: str) -> FloatArray:
        """Return a column as native float64, flattened, scaled by TSCAL and TZERO."""
        number = self.columns[name]
        values = records[f"c{number}"].astype(np.float64).reshape(-1)
        scale, zero = (self.header.value(f"{key}{number}") for key in ("TSCAL", "TZERO"))
        if isinstance(scale, int | float) and scale != 1:
            values *= scale
        return values + zero if isinstance(zero, int | float) and zero else values

    def integers(self, records: Records, name: str) -> IntArray:
        """Return an integer column as native int64; unsigned 64 bits come by TZERO = 2**63."""
        number = self.columns[name]
        raw = records[f"c{number}"]
        if raw.dtype.kind not in "iu":
            raise PermanentError(f"sky map: column {name} does not hold integers")
        values = raw.astype(np.int64).reshape(-1)
        zero = self.header.integer(f"TZERO{number}")
        return values ^ _SIGN_BIT if zero == 2**63 else values + np.int64(zero % 2**32)


def open_stream(content: bytes) -> BinaryIO:
    """Open bytes for reading, through gzip if they are gzipped."""
    plain = BytesIO(content)
    return cast("BinaryIO", gzip.GzipFile(fileobj=plain)) if content[:2] == b"\x1f\x8b" else plain


def read_exactly(stream: BinaryIO, count: int, *, what: str) -> bytes:
    """Read that many bytes; PermanentError if the file ends before or its gzip is broken."""
    try:
        content = stream.read(count)
    except (EOFError, OSError, zlib.error) as error:
        raise PermanentError(f"sky map: gzip broken within the {what}: {error}") from error
    if len(content) < count:
        raise PermanentError(f"sky map: file ends within the {what}, {count} bytes expected")
    return content


def find_table(content: bytes, *names: str) -> Table:
    """Find the first binary table that has one of these columns (upper-case names)."""
    stream = open_stream(content)
    skipped = 0
    for position in range(MAX_TABLES):
        header = _read_header(stream, position)
        table = _table(header, stream) if header.text("XTENSION") == "BINTABLE" else None
        if table and any(name in table.columns for name in names):
            return table
        skipped += _skip(stream, header, MAX_SKIPPED_BYTES - skipped)
    raise PermanentError(f"sky map: no table with a column {' or '.join(names)}")


def _read_header(stream: BinaryIO, position: int) -> Header:
    what = f"header of FITS part {position}"
    blocks: list[bytes] = []
    while not blocks or not _is_last(blocks[-1]):
        if len(blocks) == MAX_HEADER_BLOCKS:
            raise PermanentError(f"sky map: {what} has no END")
        blocks.append(read_exactly(stream, BLOCK, what=what))
        if position == 0 and not blocks[0].startswith(b"SIMPLE  ="):
            raise PermanentError("sky map: not a FITS file (it does not begin with SIMPLE)")
    return Header(_values(b"".join(blocks).decode("ascii", errors="replace")))


def _values(text: str) -> dict[str, Value]:
    """Parse the cards of a header; of cards with one keyword the first counts."""
    found: dict[str, Value] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyWarning)
        for card in fits.Header.fromstring(text.replace("\ufffd", "?")).cards:
            try:
                value: object = card.value
            except (fits.VerifyError, ValueError):
                continue
            if isinstance(value, str | float | int | bool):
                found.setdefault(str(card.keyword), value)
    return found


def _is_last(block: bytes) -> bool:
    return any(block[at : at + 80].rstrip() == b"END" for at in range(0, BLOCK, 80))


def _skip(stream: BinaryIO, header: Header, limit: int) -> int:
    axes = [header.integer(f"NAXIS{n + 1}") for n in range(min(header.integer("NAXIS"), 999))]
    cells = int(np.prod([float(n) for n in axes])) if axes else 0
    size = abs(header.integer("BITPIX")) // 8 * (cells + header.integer("PCOUNT"))
    size = -(-size // BLOCK) * BLOCK
    if not 0 <= size <= limit:
        raise PermanentError(f"sky map: {size} bytes before the table of the map")
    read_exactly(stream, size, what="part before the table of the map")
    return size


def _table(header: Header, stream: BinaryIO) -> Table:
    count = header.integer("TFIELDS")
    if not 0 < count <= MAX_COLUMNS:
        raise PermanentError(f"sky map: table with {count} columns")
    fields = {n: _field(str(header.value(f"TFORM{n}") or "")) for n in range(1, count + 1)}
    row = np.dtype([(f"c{n}", *form) for n, form in fields.items()])
    rows = header.integer("NAXIS2")
    if rows < 1 or row.itemsize != header.integer("NAXIS1"):
        raise PermanentError(
            f"sky map: table of {rows} rows of {header.integer('NAXIS1')} bytes, but its"
            f" columns need {row.itemsize} bytes"
        )
    names = {header.text(f"TTYPE{n}"): n for n in reversed(fields) if fields[n][0] in _NUMERIC}
    return Table(header, stream, row, names, rows)


_NUMERIC = frozenset(_KINDS.values())


def _field(form: str) -> tuple[str, tuple[int, ...]]:
    """Return the numpy type and shape of a TFORM; what is not a number becomes raw bytes."""
    found = _FORM.match(form)
    if not found or len(found[1]) > 7:
        raise PermanentError(f"sky map: column format {form!r} is unknown")
    repeat = int(found[1] or 1)
    if found[2] in _KINDS:
        return _KINDS[found[2]], () if repeat == 1 else (repeat,)
    size = -(-repeat // 8) if found[2] == "X" else repeat * _OTHER_BYTES[found[2]]
    return f"V{size}", ()
