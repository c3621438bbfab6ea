"""The OpenAPI 3.1 document of the gateway, made from its operations and the classes of answers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from schemas.answers import Refused
from schemas.base import SHA256
from schemas.changes import EventChange
from schemas.compatibility import breaks
from schemas.envelope import SCHEMA_VERSION
from schemas.json_schemas import DIALECT, components_of
from schemas.operations import JSON, OPERATIONS, PARAMETERS, Operation

Json = dict[str, Any]
OPENAPI_FILE = "openapi.json"
_COMPONENT = "#/components/schemas/{model}"
_BRACES = re.compile(r"{(\w+)}")
_NAMES: Mapping[str, Json] = {
    "event": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"},
    "file": {"type": "string", "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"},
    "sha256": {"type": "string", "pattern": SHA256},
}
"""What stands in a path between braces."""
_BEARER = "token"


def openapi() -> Json:
    """Return the document."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _told(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LLAMA's gateway",
            "version": f"{SCHEMA_VERSION}.0.0",
            "description": "Events, their files and histories, notices as they came. Every GET "
            "may be a HEAD. Parameters that an address does not know are refused.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "jsonSchemaDialect": DIALECT,
        "paths": paths,
        "components": {
            "schemas": components_of(_answers(), _COMPONENT),
            "securitySchemes": {_BEARER: {"type": "http", "scheme": "bearer"}},
        },
    }


def openapi_breaks(released: Json, present: Json) -> list[str]:
    """Return in words what those lose who rely on a released document; nothing if they do not."""
    return [
        *_lost_operations(released["paths"], present["paths"]),
        *_lost_fields(released["components"]["schemas"], present["components"]["schemas"]),
    ]


def _answers() -> list[type[BaseModel]]:
    classes = [one.answers for one in OPERATIONS if not isinstance(one.answers, str)]
    return list(dict.fromkeys([*classes, Refused, EventChange]))


def _told(operation: Operation) -> Json:
    words = re.sub(r"\W+", "_", f"{operation.method}{operation.path}").strip("_")
    body = {"required": True, "content": {operation.body: {}}}
    return {
        "operationId": words,
        "summary": operation.says,
        "parameters": list(_parameters(operation)),
        **({"requestBody": body} if operation.body else {}),
        **({"security": [{_BEARER: []}]} if operation.is_closed else {}),
        "responses": _responses(operation),
    }


def _parameters(operation: Operation) -> Iterator[Json]:
    for name in _BRACES.findall(operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": _NAMES[name]}
    for name in operation.takes:
        yield {"name": name, "in": "query", "required": False, **PARAMETERS[name]}
    if operation.takes_criteria:
        yield {
            "name": "criteria",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": True,
            "description": "Criteria, each a parameter by its own name: see docs/asking.md.",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }


def _responses(operation: Operation) -> Json:
    refused = {"description": "Why it is not answered as asked.", "content": _content(Refused)}
    answer = {"description": operation.says, "content": _content(operation.answers)}
    others = {"503": {**answer, "description": "The same, when a service fails."}}
    is_probe = operation.path in {"/livez", "/readyz"}
    return {str(operation.status): answer, **(others if is_probe else {}), "default": refused}


def _content(answers: type[BaseModel] | str) -> Json:
    if isinstance(answers, str):
        return {answers: {}}
    return {JSON: {"schema": {"$ref": _COMPONENT.format(model=answers.__name__)}}}


def _lost_operations(released: Json, present: Json) -> Iterator[str]:
    for path, methods in released.items():
        for method, operation in methods.items():
            said = f"{method.upper()} {path}"
            now = present.get(path, {}).get(method)
            if now is None:
                yield f"{said} is gone"
            else:
                yield from _lost_parameters(said, operation, now)
                yield from _lost_answers(said, operation["responses"], now["responses"])


def _lost_parameters(said: str, released: Json, present: Json) -> Iterator[str]:
    known = {one["name"]: one for one in released["parameters"]}
    now = {one["name"]: one for one in present["parameters"]}
    for name in known.keys() - now.keys():
        yield f"{said} no longer takes {name}"
    for name in known.keys() & now.keys():
        for what in breaks(known[name]["schema"], now[name]["schema"]):
            yield f"{said}: of {name}, {what}"
    for name in now:
        if now[name]["required"] and not known.get(name, {}).get("required", False):
            yield f"{said}: {name} is newly required"


def _lost_answers(said: str, released: Json, present: Json) -> Iterator[str]:
    for status, answer in released.items():
        if present.get(status, {}).get("content") != answer["content"]:
            yield f"{said} answers with another type for {status}"


def _lost_fields(released: Json, present: Json) -> Iterator[str]:
    for name in released:
        if name not in present:
            yield f"{name} is gone"
            continue
        reference = {"$ref": _COMPONENT.format(model=name)}
        old, new = ({"$defs": each, **reference} for each in (released, present))
        yield from (f"{name}: {what}" for what in breaks(old, new))
