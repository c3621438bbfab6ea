"""Schemas of Avro as strangers write them: what may be read by them, and what may not."""

from collections.abc import Mapping
from typing import TypeGuard

MAX_DEPTH = 32
_PLAIN = {"boolean", "int", "long", "float", "double", "bytes", "string"}
_KEPT = ("type", "name", "namespace", "symbols", "size")
"""What decides how bytes are read. What they then mean (dates, decimals) JSON has no words for."""


class HostileSchema(Exception):
    """A schema by which nothing is read: its text says what it has."""


def safe_schema(said: object) -> object:
    """Return a schema that can be read by in bounded time and memory; HostileSchema if none can.

    Every value of it costs at least one read (nothing is `null` but a choice among others, no
    record is empty), and no type contains itself: so whoever bounds the reads bounds it all.
    """
    return _safe(said, ())


def _safe(said: object, within: tuple[str, ...]) -> object:
    """`within`: the names of the types around it."""
    if len(within) > MAX_DEPTH:
        raise HostileSchema("types that lie too deep")
    if isinstance(said, str):
        return _named(said, within)
    if _is_list(said):
        return _choice(said, within)
    if not _is_object(said):
        raise HostileSchema(f"a {type(said).__name__} in the place of a type")
    return _composed(said, within)


def _named(name: str, within: tuple[str, ...]) -> str:
    """Return a plain type, or the name of one that was described before."""
    if name == "null":
        raise HostileSchema("values of no size")
    if name not in _PLAIN and _last(name) in within:
        raise HostileSchema(f"a type within itself: {name}")
    return name


def _choice(said: list[object], within: tuple[str, ...]) -> list[object]:
    """Return a union: which branch it takes is read, so one of them may be null."""
    if not said:
        raise HostileSchema("a choice of nothing")
    return ["null" if one == "null" else _safe(one, (*within, "")) for one in said]


def _composed(said: Mapping[str, object], within: tuple[str, ...]) -> object:
    kept = {key: said[key] for key in _KEPT if key in said}
    inner = (*within, _last(str(said.get("name", ""))))
    match said.get("type"):
        case "record":
            return kept | {"fields": _fields(said.get("fields"), inner)}
        case "array":
            return {"type": "array", "items": _safe(said.get("items"), inner)}
        case "map":
            return {"type": "map", "values": _safe(said.get("values"), inner)}
        case "enum":
            return kept
        case "fixed" if isinstance(said.get("size"), int) and said.get("size") != 0:
            return kept
        case "fixed":
            raise HostileSchema("values of no size")
        case other:
            return _safe(other, inner)


def _fields(said: object, within: tuple[str, ...]) -> list[object]:
    if not _is_list(said) or not said:
        raise HostileSchema("an empty record")
    return [_field(one, within) for one in said]


def _field(said: object, within: tuple[str, ...]) -> object:
    if not _is_object(said) or not isinstance(said.get("name"), str):
        raise HostileSchema("a field that is none")
    return {"name": said["name"], "type": _safe(said.get("type"), within)}


def _last(name: str) -> str:
    """Return a name without its namespace: two may be written differently and be one."""
    return name.rpartition(".")[2]


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)
