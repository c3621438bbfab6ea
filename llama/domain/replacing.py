"""`replace` for frozen dataclasses with slots, at a third of what the standard library's costs.

A fact replaces its event's state about four times, and the state has two dozen fields: what the
library spends on each was a third of all folding.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Record = TypeVar("Record", bound=DataclassInstance)
else:
    Record = TypeVar("Record")

_Put = Callable[[object, object], None]


class _Slots(NamedTuple):
    """How the fields of a class are read and written."""

    read: Callable[[object], tuple[object, ...]]
    puts: tuple[_Put, ...]
    by_name: Mapping[str, _Put]


def replace(record: Record, **changes: object) -> Record:
    """Return a copy of a record with some fields changed; KeyError if it has no such field.

    The class must have slots, several fields, and nothing to do after its making.
    """
    slots = _slots(type(record))
    copy = object.__new__(type(record))
    for put, value in zip(slots.puts, slots.read(record), strict=True):
        put(copy, value)
    for name, value in changes.items():
        slots.by_name[name](copy, value)
    return copy


@cache
def _slots(kind: "type[DataclassInstance]") -> _Slots:
    names = [field.name for field in fields(kind)]
    by_name: dict[str, _Put] = {name: getattr(kind, name).__set__ for name in names}
    return _Slots(attrgetter(*names), tuple(by_name.values()), by_name)
