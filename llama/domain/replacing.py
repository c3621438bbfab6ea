"""`replace` for frozen dataclasses, at a third of what the standard library's costs.

A fact replaces its event's state twice or more, and the state has two dozen fields: what the
library spends on each was a third of all folding.
"""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Record = TypeVar("Record", bound=DataclassInstance)
else:
    Record = TypeVar("Record")


def replace(record: Record, **changes: object) -> Record:
    """Return a copy of a record with some fields changed; KeyError if it has no such field.

    The class must have no slots, and nothing to do after its making.
    """
    had = vars(record)
    fields = {**had, **changes}
    if len(fields) > len(had):
        raise KeyError(f"{type(record).__name__} has no {', '.join(changes.keys() - had.keys())}")
    copy = object.__new__(type(record))
    # All fields at once: a frozen class refuses the ordinary way.
    object.__setattr__(copy, "__dict__", fields)
    return copy
