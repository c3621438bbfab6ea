"""The OpenAPI document agrees with the assembled gateway, and with what it really answers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.openapi import openapi
from schemas.publish import PUBLISHED
from services.gateway.addresses import addresses_among
from tests.unit.gateway.scene import EVENT, a_made_scene, a_scene
from tests.unit.gateway.test_addresses import whole

DOCUMENT: Mapping[str, Any] = json.loads((PUBLISHED / "openapi.json").read_text())
ASKED = {
    "/": "/",
    "/events": "/events?limit=5",
    "/events/{event}": f"/events/{EVENT}",
    "/events/{event}/page": f"/events/{EVENT}/page",
    "/events/{event}/files/{file}": f"/events/{EVENT}/files/skymap.fits",
    "/events/{event}/why/{file}": f"/events/{EVENT}/why/skymap.fits",
    "/events/{event}/facts": f"/events/{EVENT}/facts",
    "/events/{event}/revisions": f"/events/{EVENT}/revisions",
    "/dead-letters": "/dead-letters?state=all",
    "/archive": "/archive",
    "/neutrinos": "/neutrinos",
    "/external-triggers": "/external-triggers?test=true",
    "/sources": "/sources",
    "/selections": "/selections",
    "/livez": "/livez",
    "/readyz": "/readyz?verbose",
    "/metrics": "/metrics",
    "/asyncapi.json": "/asyncapi.json",
    "/openapi.json": "/openapi.json",
}
"""By the path of an operation: what is asked of the gateway here."""
REFUSED = (f"/events/{EVENT}?asof=2h", "/events/MS404", "/archive/nonsense", "/nowhere")
"""Also what a client may get that asks in vain."""


def query_of(operation: Mapping[str, Any]) -> set[str]:
    return {one["name"] for one in operation["parameters"] if one["in"] == "query"}


def validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": DOCUMENT["components"]})


async def test_every_address_of_the_gateway_is_in_it_with_its_parameters(tmp_path: Path) -> None:
    async with a_scene() as scene:
        addresses = addresses_among(whole(scene, tmp_path).routes)
    served: dict[str, set[str]] = {}
    for one in addresses:
        for method in {"GET", "POST"} & set(one.methods or ()):
            taken = served.setdefault(f"{method} {one.path}", set())
            taken |= {*one.parameters, *(["criteria"] if one.takes_criteria else [])}

    told = {
        f"{method.upper()} {path}": query_of(operation)
        for path, methods in openapi()["paths"].items()
        for method, operation in methods.items()
    }
    assert told == served


@pytest.mark.parametrize("path", ASKED)
async def test_an_answer_is_what_the_document_says(path: str, tmp_path: Path) -> None:
    async with a_made_scene() as scene:
        whole(scene, tmp_path)
        answer = await scene.get(ASKED[path])

    content = DOCUMENT["paths"][path]["get"]["responses"][str(answer.status_code)]["content"]
    media = answer.headers["Content-Type"].partition(";")[0]
    assert {media, "*/*"} & {*content}
    schema = content.get(media, {}).get("schema")
    if schema is not None:
        validator(schema["$ref"]).validate(answer.json())


@pytest.mark.parametrize("address", REFUSED)
async def test_a_refusal_is_what_the_document_says(address: str) -> None:
    async with a_made_scene() as scene:
        answer = await scene.get(address)

    assert answer.status_code >= 400
    validator("#/components/schemas/Refused").validate(answer.json())


async def test_a_field_that_an_answer_lacks_is_noticed() -> None:
    async with a_made_scene() as scene:
        answer = (await scene.get(f"/events/{EVENT}")).json()
    del answer["settled"]

    assert not validator("#/components/schemas/EventStatus").is_valid(answer)


async def test_it_is_served(tmp_path: Path) -> None:
    async with a_scene() as scene:
        whole(scene, tmp_path)
        answer = await scene.get("/openapi.json")

    assert answer.json() == DOCUMENT == openapi()
