"""The AsyncAPI 3 document of what goes out on Kafka, made from the catalogue of topics."""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.base import Message
from schemas.envelope import SCHEMA_VERSION, headers_of, type_name
from schemas.examples import EXAMPLES
from schemas.json_schemas import schema_id, schema_of
from schemas.topics import NEUTRINOS_TOPIC, PUBLIC, Topic

Json = dict[str, Any]
ANNOUNCED = (*PUBLIC, NEUTRINOS_TOPIC)
"""What anybody may read."""
FORMAT = "application/schema+json;version=draft-2020-12"
_NUMBERS = frozenset({"retention.ms", "retention.bytes", "max.message.bytes"})
"""Settings of topics that AsyncAPI's binding knows, with numbers as values."""


def asyncapi() -> Json:
    """Return the document."""
    messages = [one for topic in ANNOUNCED for one in topic.messages]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "LLAMA",
            "version": f"{SCHEMA_VERSION}.0.0",
            "description": "What LLAMA tells subscribers on Kafka: contents of files, what became "
            "obsolete and why, how events stand, revisions, standing selections.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in ANNOUNCED},
        "operations": {f"send.{topic.name}": _operation(topic) for topic in ANNOUNCED},
        "components": {"messages": {one.__name__: _message(one) for one in messages}},
    }


def _channel(topic: Topic) -> Json:
    return {
        "address": topic.name,
        "description": f"The key of a record: {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": dict(_configuration(topic.config)),
                "bindingVersion": "0.5.0",
            }
        },
    }


def _configuration(config: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    for name, value in sorted(config.items()):
        if name == "cleanup.policy":
            yield name, value.split(",")
        elif name in _NUMBERS:
            yield name, int(value)


def _operation(topic: Topic) -> Json:
    channel = f"#/channels/{topic.name}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _names(topic)],
    }


def _names(topic: Topic) -> list[str]:
    return [one.__name__ for one in topic.messages]


def _message(message_type: type[Message]) -> Json:
    example = next(one for one in EXAMPLES if type(one) is message_type)
    return {
        "name": type_name(message_type),
        "title": message_type.__name__,
        "summary": (message_type.__doc__ or "").partition("\n")[0],
        "contentType": "application/json",
        "headers": _headers(message_type, example),
        "payload": {"schemaFormat": FORMAT, "schema": schema_of(message_type)},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
        "examples": [
            {
                "headers": _texts(example),
                "payload": example.model_dump(mode="json", by_alias=True),
            }
        ],
    }


def _texts(example: Message) -> dict[str, str]:
    return {name: value.decode() for name, value in headers_of(example)}


def _headers(message_type: type[Message], example: Message) -> Json:
    fixed = {"ce_type": type_name(message_type), "ce_dataschema": schema_id(message_type)}
    told: Json = {
        name: {"type": "string", "const": fixed[name]} if name in fixed else {"type": "string"}
        for name in _texts(example)
    }
    marked = {"_test": {"type": "string", "const": "true", "description": "There for tests only."}}
    return {"type": "object", "properties": {**told, **marked}, "required": sorted(told)}
