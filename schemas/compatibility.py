"""What breaks readers: how a schema takes less than the released one did."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any

Schema = Mapping[str, Any]
_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NOTHING: Schema = MappingProxyType({})


def breaks(released: Schema, present: Schema) -> list[str]:
    """Return in words what a released schema takes and the present one does not.

    Fields that are gone, newly required, or take less; nothing if all that was ever written under
    the released one can be read, and has all its fields.
    """
    return list(_compared("", _Node(released, released), _Node(present, present)))


class _Node:
    """A part of a schema, with the whole that its references point into."""

    def __init__(self, schema: Any, root: Schema) -> None:
        self.root = root
        self.schema: Schema = schema if isinstance(schema, Mapping) else _NOTHING
        while "$ref" in self.schema:
            name = str(self.schema["$ref"]).rpartition("/")[2]
            self.schema = root["$defs"][name]

    def part(self, schema: Any) -> "_Node":
        return _Node(schema, self.root)

    def get(self, name: str) -> Any:
        return self.schema.get(name)

    @property
    def alternatives(self) -> list["_Node"]:
        several = self.get("anyOf") or self.get("oneOf")
        return [self.part(one) for one in several] if several else [self]

    @property
    def types(self) -> set[str]:
        told = self.get("type")
        types: set[str] = {told} if isinstance(told, str) else {*(told or ())}
        return types | {"integer"} if "number" in types else types

    @property
    def values(self) -> list[Any] | None:
        return [self.get("const")] if "const" in self.schema else self.get("enum")


def _compared(path: str, old: _Node, new: _Node) -> Iterator[str]:
    if len(old.alternatives) == len(new.alternatives) == 1:
        yield from _plain(path, old.alternatives[0], new.alternatives[0])
        return
    for one in old.alternatives:
        if not any(_takes(path, one, other) for other in new.alternatives):
            yield f"{path or 'it'} no longer takes {_said(one)}"


def _takes(path: str, old: _Node, new: _Node) -> bool:
    return next(_plain(path, old, new), None) is None


def _plain(path: str, old: _Node, new: _Node) -> Iterator[str]:
    checks: tuple[Callable[[str, _Node, _Node], Iterator[str]], ...]
    checks = (_types, _values, _bounds, _patterns, _fields, _items)
    yield from chain.from_iterable(check(path, old, new) for check in checks)


def _types(path: str, old: _Node, new: _Node) -> Iterator[str]:
    if new.types and not (old.types and old.types <= new.types):
        lost = sorted(old.types - new.types) or ["any type"]
        yield f"{path or 'it'} no longer takes {' or '.join(lost)}"


def _values(path: str, old: _Node, new: _Node) -> Iterator[str]:
    if new.values is None:
        return
    lost = [value for value in old.values or ["any value"] if value not in new.values]
    if lost:
        yield f"{path or 'it'} no longer takes {', '.join(map(str, lost))}"


def _bounds(path: str, old: _Node, new: _Node) -> Iterator[str]:
    for name in (*_LEAST, *_MOST):
        was, now = old.get(name), new.get(name)
        if now is not None and (was is None or (now > was if name in _LEAST else now < was)):
            yield f"{path or 'it'} has the narrower bound {name} {now} (it was {was})"


def _patterns(path: str, old: _Node, new: _Node) -> Iterator[str]:
    for name in ("pattern", "format"):
        if new.get(name) not in {None, old.get(name)}:
            yield f"{path or 'it'} has another {name}: {new.get(name)}"


def _fields(path: str, old: _Node, new: _Node) -> Iterator[str]:
    fields, present = old.get("properties") or {}, new.get("properties") or {}
    for name in fields:
        if name not in present:
            yield f"{_below(path, name)} is gone"
        else:
            field, now = old.part(fields[name]), new.part(present[name])
            yield from _compared(_below(path, name), field, now)
    for name in sorted(set(new.get("required") or ()) - set(old.get("required") or ())):
        yield f"{_below(path, name)} is newly required"
    for name in ("additionalProperties", "propertyNames"):
        if isinstance(new.get(name), Mapping):
            was, now = old.part(old.get(name)), new.part(new.get(name))
            yield from _compared(_below(path, "*"), was, now)


def _items(path: str, old: _Node, new: _Node) -> Iterator[str]:
    if isinstance(new.get("items"), Mapping):
        yield from _compared(f"{path}[]", old.part(old.get("items")), new.part(new.get("items")))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _said(node: _Node) -> str:
    return " or ".join(map(str, node.values or sorted(node.types) or ["any value"]))
