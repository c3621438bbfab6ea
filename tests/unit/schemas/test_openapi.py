"""The OpenAPI document has the shape of one, and keeps what was released."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.openapi import openapi, openapi_breaks
from schemas.publish import BREAKING, PUBLISHED, main

OPERATION = {
    "type": "object",
    "required": ["operationId", "summary", "parameters", "responses"],
    "properties": {
        "parameters": {
            "items": {
                "required": ["name", "in", "schema"],
                "properties": {"in": {"enum": ["path", "query"]}},
                "if": {"properties": {"in": {"const": "path"}}},
                "then": {"properties": {"required": {"const": True}}},
            }
        },
        "responses": {
            "minProperties": 1,
            "propertyNames": {"pattern": "^([1-5][0-9]{2}|default)$"},
            "additionalProperties": {"required": ["description", "content"]},
        },
    },
}
SHAPE = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "properties": {
        "openapi": {"const": "3.1.0"},
        "info": {"required": ["title", "version"]},
        "paths": {
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "propertyNames": {"enum": ["get", "post"]},
                "additionalProperties": OPERATION,
            },
        },
    },
}
"""What OpenAPI 3.1 asks of the parts that there are."""


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        yield from ((path, operation) for operation in methods.values())


def references(part: Any) -> Iterator[str]:
    for name, value in part.items() if isinstance(part, dict) else enumerate(part):
        if name == "$ref":
            yield value
        elif isinstance(value, dict | list):
            yield from references(value)


def test_it_has_the_shape_of_an_openapi_document() -> None:
    document = openapi()

    Draft202012Validator(SHAPE).validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_an_id_of_its_own_and_its_path_s_parameters() -> None:
    found = list(operations(openapi()))

    assert len({operation["operationId"] for _, operation in found}) == len(found)
    for path, operation in found:
        named = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
        assert all(f"{{{name}}}" in path for name in named)
        assert path.count("{") == len(named)


def test_every_reference_leads_to_something() -> None:
    document = openapi()

    found = set(references(document))
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert found
    assert found <= known


def without_an_address(document: Any) -> None:
    del document["paths"]["/neutrinos"]


def without_a_parameter(document: Any) -> None:
    document["paths"]["/sources"]["get"]["parameters"] = []


def with_a_required_parameter(document: Any) -> None:
    [limit] = document["paths"]["/sources"]["get"]["parameters"]
    limit["required"] = True


def with_narrower_pages(document: Any) -> None:
    [limit] = document["paths"]["/sources"]["get"]["parameters"]
    limit["schema"]["maximum"] = 10


def with_another_type(document: Any) -> None:
    document["paths"]["/neutrinos"]["get"]["responses"]["200"]["content"] = {"text/csv": {}}


def without_a_field(document: Any) -> None:
    del document["components"]["schemas"]["EventStatus"]["properties"]["settled"]


def without_a_field_further_down(document: Any) -> None:
    del document["components"]["schemas"]["FileStatus"]["properties"]["digest"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without_an_address, "GET /neutrinos is gone"),
        (without_a_parameter, "GET /sources no longer takes limit"),
        (with_a_required_parameter, "GET /sources: limit is newly required"),
        (with_narrower_pages, "of limit, it has the narrower bound maximum 10"),
        (with_another_type, "GET /neutrinos answers with another type for 200"),
        (without_a_field, "EventStatus: settled is gone"),
        (without_a_field_further_down, "FileStatus: digest is gone"),
    ],
)
def test_what_breaks_clients_is_told(change: Callable[[Any], None], told: str) -> None:
    released, present = openapi(), json.loads(json.dumps(openapi()))
    change(present)

    assert told in "; ".join(openapi_breaks(released, present))


def test_what_is_added_breaks_nobody() -> None:
    released, present = json.loads(json.dumps(openapi())), openapi()
    without_an_address(released)
    without_a_field(released)

    assert openapi_breaks(released, present) == []


def test_a_released_address_that_is_gone_stops_the_publication(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = openapi()
    released["paths"]["/of-yesterday"] = released["paths"]["/neutrinos"]
    (tmp_path / "openapi.json").write_text(json.dumps(released))

    status = main([], tmp_path)

    told = capsys.readouterr().err
    assert status == 1
    assert told.startswith(BREAKING)
    assert "openapi.json: GET /of-yesterday is gone" in told
    assert [path.name for path in tmp_path.iterdir()] == ["openapi.json"]


def test_the_repository_holds_it() -> None:
    assert json.loads((PUBLISHED / "openapi.json").read_text()) == openapi()
