"""What counts as breaking readers of a released schema, and what does not."""

from typing import Any

import pytest

from schemas.base import Message
from schemas.compatibility import breaks
from schemas.json_schemas import schema_of

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "maxLength": 10}
PAIR: Schema = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}


def of(field: Schema, *, required: bool = True, **defs: Schema) -> Schema:
    fields = {"kind": {"const": "Sung"}, "field": field}
    names = ["kind", "field"] if required else ["kind"]
    return {"type": "object", "properties": fields, "required": names, "$defs": defs}


def without() -> Schema:
    return {"type": "object", "properties": {"kind": {"const": "Sung"}}, "required": ["kind"]}


def test_what_is_published_breaks_nobody_who_reads_by_it(example: Message) -> None:
    schema = schema_of(type(example))

    assert breaks(schema, schema) == []


@pytest.mark.parametrize(
    ("released", "present"),
    [
        (without(), of(TEXT, required=False)),
        (of(TEXT), of(TEXT, required=False)),
        (of(TEXT), of({"type": "string"})),
        (of(TEXT), of({"anyOf": [{"type": "null"}, TEXT]})),
        (of({"type": "integer"}), of({"type": "number"})),
        (of({"enum": ["a"]}), of({"enum": ["a", "b"]})),
        (of({"$ref": "#/$defs/Old"}, Old=PAIR), of({"$ref": "#/$defs/New"}, New=PAIR)),
        (of({"type": "integer", "minimum": 1}), of({"type": "integer", "minimum": 0})),
    ],
)
def test_what_takes_more_breaks_nobody(released: Schema, present: Schema) -> None:
    assert breaks(released, present) == []


@pytest.mark.parametrize(
    ("released", "present", "told"),
    [
        (of(TEXT), without(), "field is gone"),
        (without(), of(TEXT), "field is newly required"),
        (of({"type": "number"}), of({"type": "integer"}), "field no longer takes number"),
        (of({}), of(TEXT), "field no longer takes any type"),
        (of({"enum": ["a", "b"]}), of({"enum": ["a"]}), "field no longer takes b"),
        (of({"const": 1}), of({"const": 2}), "field no longer takes 1"),
        (of({"anyOf": [TEXT, {"type": "null"}]}), of(TEXT), "field no longer takes null"),
        (of({"type": "string"}), of(TEXT), "narrower bound maxLength 10"),
        (of({"minimum": 0}), of({"minimum": 1}), "narrower bound minimum 1"),
        (of({"pattern": "a"}), of({"pattern": "b"}), "field has another pattern: b"),
        (of({"items": PAIR}), of({"items": {"type": "object"}}), "field[].a is gone"),
        (of({"items": PAIR}), of({"items": TEXT}), "field[] no longer takes object"),
        (
            of({"additionalProperties": {"type": "string"}}),
            of({"additionalProperties": {"type": "boolean"}}),
            "field.* no longer takes string",
        ),
        (
            of({"$ref": "#/$defs/Old"}, Old=PAIR),
            of({"$ref": "#/$defs/New"}, New={"type": "object"}),
            "field.a is gone",
        ),
    ],
)
def test_what_takes_less_breaks_readers(released: Schema, present: Schema, told: str) -> None:
    assert told in "; ".join(breaks(released, present))
