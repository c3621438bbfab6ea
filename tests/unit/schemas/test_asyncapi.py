"""The AsyncAPI document agrees with the topics, and with the schemas that are published."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.asyncapi import ANNOUNCED, asyncapi
from schemas.publish import PUBLISHED
from schemas.topics import DEAD_LETTERS_TOPIC, FACTS_TOPIC

DOCUMENT = json.loads((PUBLISHED / "asyncapi.json").read_text())
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
REFERENCE = {
    "type": "object",
    "required": ["$ref"],
    "additionalProperties": False,
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
}
CHANNEL = {
    "type": "object",
    "required": ["address", "messages"],
    "properties": {"messages": {"minProperties": 1, "additionalProperties": REFERENCE}},
}
OPERATION = {
    "type": "object",
    "required": ["action", "channel", "messages"],
    "properties": {
        "action": {"enum": ["send", "receive"]},
        "channel": REFERENCE,
        "messages": {"type": "array", "items": REFERENCE, "minItems": 1},
    },
}
SHAPE = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"required": ["title", "version"]},
        "channels": {"additionalProperties": CHANNEL},
        "operations": {"additionalProperties": OPERATION},
    },
}
"""What AsyncAPI 3.0 asks of the parts that there are."""


def references(part: Any) -> Iterator[str]:
    """Go through the references of the document itself; those in payloads are the schemas' own."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            elif name != "payload":
                yield from references(value)
    elif isinstance(part, list):
        for one in part:
            yield from references(one)


def resolved(reference: str) -> Any:
    found = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_it_is_what_the_code_says() -> None:
    assert asyncapi() == DOCUMENT


def test_it_has_the_shape_of_an_asyncapi_document() -> None:
    Draft202012Validator(SHAPE).validate(DOCUMENT)


def test_every_reference_leads_to_something() -> None:
    found = list(references(DOCUMENT))

    assert all(resolved(one) for one in found)
    assert len(found) > 3 * len(ANNOUNCED)


def test_every_public_topic_is_a_channel_and_no_other() -> None:
    assert set(DOCUMENT["channels"]) == {topic.name for topic in ANNOUNCED}
    assert not {FACTS_TOPIC.name, DEAD_LETTERS_TOPIC.name} & set(DOCUMENT["channels"])
    for topic in ANNOUNCED:
        messages = DOCUMENT["channels"][topic.name]["messages"]
        assert list(messages) == [one.__name__ for one in topic.messages]


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message_has_the_published_schema_and_an_example_that_meets_it(name: str) -> None:
    message = MESSAGES[name]
    schema = json.loads((PUBLISHED / f"{name}.schema.json").read_text())

    assert message["payload"]["schema"] == schema
    for example in message["examples"]:
        Draft202012Validator(schema).validate(example["payload"])
        Draft202012Validator(message["headers"]).validate(example["headers"])
    assert message["headers"]["properties"]["ce_dataschema"]["const"] == schema["$id"]
