"""From the bytes of a message to a JSON object, without trusting them."""

import json

import orjson

from llama.domain.notice.model import JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.oddities import Oddities, refuse

_BOM = b"\xef\xbb\xbf"
_JSON_SPACE = b" \t\r\n"
_FORMATS = (
    (b"\x1f\x8b", "gzip"),
    (b"SIMPLE  =", "FITS"),
    (b"\x89HDF", "HDF5"),
    (b"PK\x03\x04", "zip"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)
_LENIENT_OPENINGS = 200
"""Brackets up to which the lenient parser is used: it recurses, so depth must be bounded first."""


def parse_object(raw: bytes, limits: Limits, oddities: Oddities) -> dict[str, JsonValue] | Refused:
    """Parse a message as one JSON object.

    What strict JSON forbids and real senders write (NaN, half a surrogate pair, stray bytes) is
    read leniently and told as an oddity.
    """
    text = raw.lstrip(_JSON_SPACE).removeprefix(_BOM).lstrip(_JSON_SPACE)
    if not text.startswith((b"{", b"[")):
        return _refuse_other(text)
    if _count_values(text) > limits.max_values:
        return refuse(RefusalReason.TOO_LARGE, f"JSON of over {limits.max_values} values")
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        value = _parse_leniently(text)
        if value is None:
            return refuse(RefusalReason.NOT_JSON, f"{len(raw)} bytes do not parse: {error}")
        oddities.add("not strict JSON: read leniently")
    if isinstance(value, dict):
        return value
    return refuse(RefusalReason.NOT_A_NOTICE, "a JSON array, where a notice is an object")


def _count_values(text: bytes) -> int:
    """Bound the number of values from above: each follows a comma or an opening bracket."""
    return text.count(b",") + text.count(b"[") + text.count(b"{") + 1


def _refuse_other(text: bytes) -> Refused:
    for start, name in _FORMATS:
        if text.startswith(start):
            return refuse(RefusalReason.UNSUPPORTED_FORMAT, f"{name}, where JSON is expected")
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        start = repr(text[:40]) if text else "nothing"
        return refuse(RefusalReason.UNSUPPORTED_FORMAT, f"not JSON: it begins with {start}")
    return refuse(RefusalReason.NOT_A_NOTICE, "one JSON value, where a notice is an object")


def _parse_leniently(text: bytes) -> JsonValue:
    """Parse as Python's own parser does; None if even that fails.

    `value` is always an array or an object here, so None cannot be a value.
    """
    if text.count(b"[") + text.count(b"{") > _LENIENT_OPENINGS:
        return None
    try:
        decoded = text.decode("utf-8", "replace")
        value: JsonValue = json.loads(decoded, parse_int=_bounded_int, strict=False)
    except (ValueError, RecursionError):
        return None
    return value


def _bounded_int(digits: str) -> int | float:
    """Read an integer as orjson does: one beyond 64 bits becomes the nearest float."""
    if len(digits) > 20:  # longer than any 64-bit integer; int() is slow on thousands of digits
        return float(digits)
    value = int(digits)
    return value if -(2**63) <= value < 2**64 else float(value)
