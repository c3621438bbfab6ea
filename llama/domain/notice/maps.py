"""Maps as notices carry them: base64 of a FITS file, plain or gzipped."""

import base64
from collections.abc import Iterable

from llama.domain.notice.inflation import GZIP, inspect_gzip
from llama.domain.notice.model import JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.oddities import Oddities, refuse, shown

_FITS = b"SIMPLE  ="
_SPACE = b" \t\r\n"
_NO_MAP = ": no map"


def read_map(
    value: JsonValue, place: str, limits: Limits, oddities: Oddities
) -> bytes | Refused | None:
    """Decode the map at `place` of a notice; None if there is none that can be decoded.

    A gzipped map stays gzipped: it is inflated only to know that it can be. Refused: a map
    beyond `limits.max_map_bytes`, decoded or inflated.
    """
    content = _decode(value) if isinstance(value, str) else None
    if not content:
        oddities.add(f"{place} is {shown(value, limits)}{_NO_MAP}")
        return None
    if len(content) > limits.max_map_bytes:
        return refuse(RefusalReason.TOO_LARGE, f"{place} has {len(content)} bytes")
    if content.startswith(GZIP):
        return _read_gzipped(content, place, limits, oddities)
    if not content.startswith(_FITS):
        oddities.add(f"{place} does not begin like FITS")
    return content


def is_unreadable(place: str, oddities: Iterable[str]) -> bool:
    """Tell by a notice's oddities whether something is at `place` that is no map."""
    begun = f"{place} is "
    told = [one for one in oddities if one.startswith(begun) and one.endswith(_NO_MAP)]
    return any(one != f"{begun}null{_NO_MAP}" for one in told)


def _decode(text: str) -> bytes | None:
    """Decode strict base64, or base64 that is broken into lines."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        pass
    try:
        return base64.b64decode(text.encode("ascii").translate(None, _SPACE), validate=True)
    except ValueError:
        return None


def _read_gzipped(
    content: bytes, place: str, limits: Limits, oddities: Oddities
) -> bytes | Refused:
    verdict = inspect_gzip(content, limits.max_map_bytes)
    if verdict == "bomb":
        detail = f"{place} inflates from {len(content)} to over {limits.max_map_bytes} bytes"
        return refuse(RefusalReason.DECOMPRESSION_BOMB, f"{detail}, or has too many members")
    if verdict != "whole":
        oddities.add(f"{place} is not whole gzip: {verdict}")
    return content
