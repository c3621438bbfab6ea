"""The published schemas and examples say what the message classes say."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from schemas.base import Message
from schemas.examples import EXAMPLES
from schemas.facts import FACTS
from schemas.json_schemas import schema_id, schema_of
from schemas.publish import ADVICE, BREAKING, PUBLISHED, differences, main, render
from schemas.topics import FACTS_TOPIC, TOPICS

CARRIED = [message_type for topic in TOPICS for message_type in topic.messages]


def a_published_folder(folder: Path) -> Path:
    assert main([], folder) == 0
    return folder


def validator_of(name: str) -> Draft202012Validator:
    schema = json.loads((PUBLISHED / f"{name}.schema.json").read_text())
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_repository_holds_what_the_classes_say() -> None:
    found = differences(PUBLISHED, render())

    assert not found, "\n".join([*found, "", ADVICE])


def test_every_message_of_every_topic_has_one_example() -> None:
    assert [type(example) for example in EXAMPLES] == CARRIED


def test_every_schema_is_a_schema_and_has_a_name_of_its_own() -> None:
    for message_type in CARRIED:
        Draft202012Validator.check_schema(schema_of(message_type))

    assert len({schema_id(message_type) for message_type in CARRIED}) == len(CARRIED)


def test_a_published_example_validates_against_its_schema(example: Message) -> None:
    name = type(example).__name__
    body = json.loads((PUBLISHED / f"{name}.example.json").read_text())

    validator_of(name).validate(body)


def test_a_published_example_is_read_back_as_the_same_message(example: Message) -> None:
    text = (PUBLISHED / f"{type(example).__name__}.example.json").read_text()

    assert type(example).model_validate_json(text) == example


def test_a_fact_is_recognised_by_its_kind_alone() -> None:
    facts = [example for example in EXAMPLES if type(example) in FACTS_TOPIC.messages]

    assert [FACTS.validate_json(fact.model_dump_json()) for fact in facts] == facts


def test_a_message_without_its_kind_does_not_validate(example: Message) -> None:
    body = example.model_dump(mode="json", exclude={"kind"})

    assert not validator_of(type(example).__name__).is_valid(body)


def test_a_message_written_before_a_field_with_a_default_existed_validates(
    example: Message,
) -> None:
    body = example.model_dump(mode="json", exclude={"cause"})

    validator_of(type(example).__name__).validate(body)


def test_a_message_with_a_field_of_a_later_producer_validates(example: Message) -> None:
    body = {**example.model_dump(mode="json"), "of_tomorrow": 1}

    validator_of(type(example).__name__).validate(body)


def test_a_check_of_a_changed_schema_fails_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_published_folder(tmp_path / "v1")
    schema = folder / "FileGenerated.schema.json"
    schema.write_text(schema.read_text().replace("Wall time", "The time"))

    status = main(["--check"], folder)

    assert status == 1
    assert capsys.readouterr().err == f"FileGenerated.schema.json differs\n\n{ADVICE}"


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_what_would_break_readers_of_the_released_schemas_is_refused(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_published_folder(tmp_path / "v1")
    schema = folder / "FileMade.schema.json"
    released = schema.read_text().replace('"digest"', '"checksum"')
    schema.write_text(released)
    capsys.readouterr()

    status = main(arguments, folder)

    told = capsys.readouterr().err.splitlines()
    assert (status, told[0]) == (1, BREAKING)
    assert told[1:3] == [
        "FileMade.schema.json: checksum is gone",
        "FileMade.schema.json: digest is newly required",
    ]
    assert schema.read_text() == released


def test_a_released_message_cannot_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = a_published_folder(tmp_path / "v1")
    gone = folder / "FileSung.schema.json"
    gone.write_bytes((folder / "FileMade.schema.json").read_bytes())

    status = main([], folder)

    assert status == 1
    assert "FileSung.schema.json: the message is gone" in capsys.readouterr().err


def test_a_check_tells_missing_and_surplus_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_published_folder(tmp_path / "v1")
    (folder / "topics.json").rename(folder / "subjects.json")

    status = main(["--check"], folder)

    told = capsys.readouterr().err.splitlines()[:2]
    assert (status, told) == (1, ["subjects.json belongs to no message", "topics.json is missing"])


def test_publishing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = a_published_folder(tmp_path / "first")
    second = a_published_folder(tmp_path / "second")

    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    assert [(first / name).read_bytes() for name in names] == [
        (second / name).read_bytes() for name in names
    ]


def test_publishing_removes_the_files_of_a_message_that_is_gone(tmp_path: Path) -> None:
    folder = a_published_folder(tmp_path / "v1")
    (folder / "Gone.schema.json").write_text("{}")

    a_published_folder(folder)

    assert differences(folder, render()) == []


def test_a_check_of_the_repository_passes_and_writes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")
