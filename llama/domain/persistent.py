"""Mappings that share what has not changed: a new one costs what changed, not what there is.

They are written in the order of their keys, so that equal ones are written alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar, get_args

from immutables import Map
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _AsObject:
    """Written as a JSON object."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        _, value = get_args(source)
        written = handler.generate_schema(dict[str, value])
        serialized = core_schema.plain_serializer_function_ser_schema(
            _in_order, return_schema=written
        )
        return core_schema.no_info_after_validator_function(
            _kept, written, serialization=serialized
        )


@dataclass(frozen=True, slots=True)
class _AsList:
    """Written as a JSON array of the keys."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        written = handler.generate_schema(list[str])
        serialized = core_schema.plain_serializer_function_ser_schema(sorted, return_schema=written)
        return core_schema.no_info_after_validator_function(
            names_of, written, serialization=serialized
        )


Table = Annotated[Map[str, Value], _AsObject()]
"""Values by name."""
Names = Annotated[Map[str, None], _AsList()]
"""A set of names: the keys; there are no values."""


def names_of(names: Iterable[str]) -> Map[str, None]:
    """Return some names as a set that shares."""
    return Map((name, None) for name in names)


def without(table: Map[str, Value], keys: Iterable[str]) -> Map[str, Value]:
    """Return a mapping without some keys, whether or not they are there."""
    for key in keys:
        table = table.delete(key) if key in table else table
    return table


def _kept(values: Mapping[str, Value]) -> Map[str, Value]:
    return Map(values)


def _in_order(table: Map[str, Value]) -> dict[str, Value]:
    return dict(sorted(table.items()))
