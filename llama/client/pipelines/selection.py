"""Which handler classes meet some criteria: the same for pipelines and for an event's files."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias, TypeGuard, TypeVar

from llama.domain.handler import FileHandler, is_handler
from llama.domain.pipeline import with_ancestors

Reducer: TypeAlias = Callable[[Iterable[bool]], bool]
"""Makes one answer of several: `all` or `any`."""
HandlerClass: TypeAlias = type[FileHandler]
Criterion: TypeAlias = Callable[[HandlerClass], bool]
Item = TypeVar("Item")
OneOrSeveral: TypeAlias = Item | Collection[Item]
"""A value, or several of which any will do."""


def criteria_of(
    *,
    exact: OneOrSeveral[HandlerClass] | None,
    typename: OneOrSeveral[str] | None,
    subclass: OneOrSeveral[type] | None,
    subgraph: OneOrSeveral[HandlerClass] | None,
) -> tuple[Criterion, ...]:
    """Return the criteria that are given; TypeError if one of them is given something else."""
    criteria: list[Criterion] = []
    if exact is not None:
        criteria.append(set(_several("type", exact, is_handler)).__contains__)
    if typename is not None:
        names = _several("typename", typename, _is_name)
        criteria.append(lambda handler: handler.__name__ in names)
    if subclass is not None:
        above = _several("subclass", subclass, _is_class)
        criteria.append(lambda handler: issubclass(handler, above))
    if subgraph is not None:
        family = with_ancestors(_several("subgraph", subgraph, is_handler))
        criteria.append(set(family).__contains__)
    return tuple(criteria)


def refuse_odd_switches(invert: object, reducer: object) -> None:
    """Raise TypeError if a class or a name stands where `invert` or `reducer` belong."""
    if not isinstance(invert, bool):
        raise TypeError(f"invert is {invert!r}: say True or False, and name criteria: type=...")
    if not callable(reducer) or isinstance(reducer, type):
        raise TypeError(f"reducer is {reducer!r}: say all or any, and name criteria: type=...")


def is_selected(
    handler: HandlerClass, criteria: Collection[Criterion], *, reducer: Reducer, invert: bool
) -> bool:
    """Tell whether a class meets all (or any) of the criteria; without any, everything does."""
    met = reducer(meets(handler) for meets in criteria) if criteria else True
    return bool(met) is not invert


def _several(
    criterion: str, given: object, fits: Callable[[object], TypeGuard[Item]]
) -> tuple[Item, ...]:
    values: tuple[object, ...] = (given,)
    if isinstance(given, Iterable) and not isinstance(given, str | type):
        values = tuple(given)
    for value in values:
        if not fits(value):
            kind = "class names" if criterion == "typename" else "classes of handlers"
            raise TypeError(f"{criterion}={value!r} does not select: give {kind}")
    return tuple(filter(fits, values))


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _is_class(value: object) -> TypeGuard[type]:
    return isinstance(value, type)
