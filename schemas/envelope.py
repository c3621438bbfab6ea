"""How a message becomes a Kafka record: JSON body, CloudEvents 1.0 headers, hop's own."""

from schemas.base import Message, zulu

SOURCE = "urn:llama"
SCHEMA_VERSION = 1
NAME_HEADER = "llama_name"
"""Header of a notice that was read from a file: the name of the file."""
TEST_HEADER = "_test"
"""hop's header of what is a test."""
ORIGIN_HEADERS = ("llama_source", "llama_topic", "llama_partition", "llama_offset", "llama_time")
"""Headers of a record that was copied from a source: where it stood there, and its own time."""
COPIES_HEADER = "llama_copies"
"""How often a record was copied from topic to topic, so that no circle of systems is endless."""
Headers = list[tuple[str, bytes]]


def type_name(message_type: type[Message]) -> str:
    """Return the CloudEvents type of a message class, with the version of its schema."""
    return f"llama.{message_type.__name__}.v{SCHEMA_VERSION}"


def key_of(message: Message) -> bytes:
    """Return the key of a message: its event, its neutrino, its trigger, or its own id."""
    return message.key.encode()


def body_of(message: Message) -> bytes:
    """Return the JSON body of a message."""
    return message.model_dump_json(by_alias=True).encode()


def headers_of(message: Message, *, is_test: bool = False) -> Headers:
    """Return the headers that CloudEvents consumers and hop clients read."""
    fields = {
        "ce_specversion": "1.0",
        "ce_id": message.id,
        "ce_source": SOURCE,
        "ce_type": type_name(type(message)),
        "ce_subject": message.key,
        "ce_time": zulu(message.occurred_at),
        "ce_dataschema": f"{SOURCE}:schema:{type_name(type(message))}",
        "content-type": "application/json",
        "_id": message.id,
        "_format": "json",
    }
    if is_test or message.marks_test:
        fields[TEST_HEADER] = "true"
    return [(name, value.encode()) for name, value in fields.items()]
