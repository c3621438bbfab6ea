"""Several sets in one file, and the one that an event is judged by."""

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO

from llama.handlers.background.arrays import MAX_BYTES, from_npz, to_npz, zipped
from llama.handlers.background.lookup import Found
from llama.handlers.background.sets import BackgroundSet
from llama.handlers.background.store import file_name
from llama.handlers.sky.fields import mapping

NONE = "no background set 1"


def to_bytes(sets: Iterable[BackgroundSet]) -> bytes:
    """Return sets as one file: the same for the same sets, in whatever order, also if repeated."""
    return zipped({file_name(one): one.content for one in sets})


def from_bytes(content: bytes) -> tuple[BackgroundSet, ...]:
    """Read such a file; ValueError if it is none."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(one.file_size for one in members) > min(len(content), MAX_BYTES):
                raise ValueError("its parts are more than itself")
            return tuple(BackgroundSet.from_bytes(archive.read(one)) for one in members)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"it cannot be read: {error}") from error


def chosen_to_bytes(found: Found, key: Mapping[str, object]) -> bytes:
    """Return the set that an event is judged by as a file, or that there is none of its key."""
    background, reason = found
    if background is not None:
        return background.content
    return to_npz({"format": NONE, "key": dict(key), "reason": reason}, {})


def chosen_from_bytes(content: bytes, key: Mapping[str, object]) -> Found:
    """Read the set that an event is judged by, or why there is none; ValueError for others.

    A set of another key than the event's, which somebody may have put there, is none.
    """
    reason = _why_none(content)
    if reason:
        return None, reason
    background = BackgroundSet.from_bytes(content)
    if background.key.to_json() != dict(key):
        return None, f"the set that was put there is of another search: {background.key.words()}"
    return background, ""


def _why_none(content: bytes) -> str:
    """Return what a file says that tells of no set; nothing if it is not such a file."""
    try:
        said, _ = from_npz(content, frozenset())
    except ValueError:
        return ""
    heading = mapping(said)
    return str(heading.get("reason")) if heading.get("format") == NONE else ""
