"""Arrays and a heading as bytes: an .npz file, always the same for the same content.

Nothing is compressed, so that no library's version makes a difference and no file unfolds into
more than it is.
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO

import numpy as np
import orjson
from numpy.lib import format as npy

from llama.domain.digests import canonical_json
from llama.handlers.sky.healpix import FloatArray

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]
HEADING = "meta"
"""The member that holds the heading: its JSON text, byte by byte."""
MAX_BYTES = 512 * 1024 * 1024
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, KeyError)


def to_npz(heading: object, arrays: Mapping[str, FloatArray]) -> bytes:
    """Return a heading (a JSON value) and one-dimensional arrays of numbers as one file."""
    text = np.frombuffer(canonical_json(heading), dtype=np.uint8)
    members = {HEADING: text} | {name: one.astype("<f8") for name, one in arrays.items()}
    return zipped({f"{name}.npy": _to_npy(one) for name, one in members.items()})


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return an archive that stores its members plainly: equal members, equal bytes."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _BEGINNING)
            info.create_system = 3
            archive.writestr(info, members[name])
    return content.getvalue()


def from_npz(content: bytes, names: frozenset[str]) -> tuple[object, dict[str, FloatArray]]:
    """Return the heading and the arrays of these names; ValueError if it is no such file."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"{len(content)} bytes: {MAX_BYTES} are the most")
    try:
        members = _members(content)
    except _UNREADABLE as error:
        raise ValueError(f"it cannot be read: {error}") from error
    if members.keys() != {f"{name}.npy" for name in (*names, HEADING)}:
        raise ValueError(f"it holds {', '.join(sorted(members))}: not what belongs there")
    text = _from_npy(members[f"{HEADING}.npy"], "|u1").tobytes()
    arrays = {name: _from_npy(members[f"{name}.npy"], "<f8") for name in names}
    return orjson.loads(text), {name: one.astype(np.float64) for name, one in arrays.items()}


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        found = archive.infolist()
        if len(found) > 8 or sum(one.file_size for one in found) > len(content):
            raise ValueError("its parts are more than itself")
        if any(one.compress_type != zipfile.ZIP_STORED for one in found):
            raise ValueError("it is compressed: store it plainly")
        return {one.filename: archive.read(one) for one in found}


def _to_npy(array: Array) -> bytes:
    return _npy_heading(array) + array.tobytes()


def _from_npy(content: bytes, dtype: str) -> Array:
    """Read one array: its heading must be, byte by byte, what one of its size has."""
    wanted = np.dtype(dtype)
    begins = 10 + int.from_bytes(content[8:10], "little")
    if len(content) < begins or (len(content) - begins) % wanted.itemsize:
        raise ValueError("an array that is not whole")
    array = np.frombuffer(content, dtype=wanted, offset=begins)
    if content[:begins] != _npy_heading(array):
        raise ValueError(f"{len(array)} numbers with a heading of something else")
    return array


def _npy_heading(array: Array) -> bytes:
    heading = BytesIO()
    npy.write_array_header_1_0(heading, npy.header_data_from_array_1_0(array))
    return heading.getvalue()
