"""The JSON Schema (draft 2020-12) of a message class, as it is published."""

from collections.abc import Iterable

from pydantic import BaseModel
from pydantic.json_schema import (
    GenerateJsonSchema,
    JsonSchemaMode,
    JsonSchemaValue,
    models_json_schema,
)

from schemas.base import Message
from schemas.envelope import SOURCE, type_name

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Plain(GenerateJsonSchema):
    """Leaves out the titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - named by pydantic
        return False


def schema_of(message_type: type[Message]) -> JsonSchemaValue:
    """Return the JSON Schema of a message class.

    It accepts every message of this version ever written: a field with a default may be absent,
    as in messages older than the field. `kind` alone must be there, for it tells classes apart.
    """
    schema = message_type.model_json_schema(mode="validation", schema_generator=_Plain)
    schema["required"] = ["kind", *schema["required"]]
    return {"$schema": DIALECT, "$id": schema_id(message_type), **schema}


def components_of(models: Iterable[type[BaseModel]], reference: str) -> JsonSchemaValue:
    """Return the JSON Schemas of answers and of their parts, by the names of the classes.

    They say what is written, so a field that may be left out has a default. `reference` is how they
    name each other.
    """
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]]
    wanted = [(one, "serialization") for one in models]
    _, found = models_json_schema(wanted, schema_generator=_Plain, ref_template=reference)
    return found["$defs"]


def schema_id(message_type: type[Message]) -> str:
    """Return the name of a schema, as the header `ce_dataschema` gives it."""
    return f"{SOURCE}:schema:{type_name(message_type)}"
