"""A message's record: its key, its body and the headers that others read."""

import json
from datetime import UTC, datetime

import pytest

from schemas.base import Message
from schemas.envelope import body_of, headers_of, key_of, type_name
from schemas.examples import DEAD_LETTER, FILE_GENERATED, NEUTRINO_RECEIVED
from schemas.json_schemas import schema_of


def test_the_headers_of_a_fact_are_those_of_cloudevents_and_hop() -> None:
    assert headers_of(FILE_GENERATED) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", FILE_GENERATED.id.encode()),
        ("ce_source", b"urn:llama"),
        ("ce_type", b"llama.FileGenerated.v1"),
        ("ce_subject", b"S190814bv"),
        ("ce_time", b"2019-08-14T21:31:46.000000Z"),
        ("ce_dataschema", b"urn:llama:schema:llama.FileGenerated.v1"),
        ("content-type", b"application/json"),
        ("_id", FILE_GENERATED.id.encode()),
        ("_format", b"json"),
    ]


def test_the_header_names_the_schema_that_is_published(example: Message) -> None:
    headers = dict(headers_of(example))

    assert headers["ce_dataschema"].decode() == schema_of(type(example))["$id"]
    assert headers["ce_type"].decode() == type_name(type(example))


def test_the_time_header_is_the_moment_the_fact_occurred(example: Message) -> None:
    told = datetime.fromisoformat(dict(headers_of(example))["ce_time"].decode())

    assert told == example.occurred_at
    assert told.tzinfo == UTC


@pytest.mark.parametrize("event", ["MS230425k", "TS190814bv"])
def test_a_message_of_a_mock_or_test_event_is_marked(event: str) -> None:
    message = FILE_GENERATED.model_copy(update={"event": event})

    assert ("_test", b"true") in headers_of(message)


def test_a_message_of_a_real_event_can_be_marked_as_a_test() -> None:
    assert ("_test", b"true") in headers_of(FILE_GENERATED, is_test=True)


def test_all_messages_of_one_thing_share_its_key(example: Message) -> None:
    told = example.model_dump()
    if "observatory" in told:
        told["event"] = f"{told['observatory']}/{told['trigger']}"
    last = "name" if type(example).__name__ in {"SelectionDefined", "SelectionRemoved"} else "id"
    names = ("event", "neutrino", "letter", "source", last)
    expected = next(told[name] for name in names if isinstance(told.get(name), str))

    assert key_of(example) == expected.encode()


def test_a_message_about_a_test_neutrino_is_marked() -> None:
    drill = NEUTRINO_RECEIVED.model_copy(update={"is_test": True})

    assert ("_test", b"true") in headers_of(drill)
    assert ("_test", b"true") not in headers_of(NEUTRINO_RECEIVED)


def test_a_message_of_no_event_has_its_own_id_as_key() -> None:
    assert key_of(DEAD_LETTER) == DEAD_LETTER.id.encode()


def test_a_body_is_json_with_times_in_utc() -> None:
    body = json.loads(body_of(FILE_GENERATED))

    assert body["occurred_at"] == "2019-08-14T21:31:46.000000Z"
    assert body == FILE_GENERATED.model_dump(mode="json")
