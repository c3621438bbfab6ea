"""What several consumers of a process read is decoded once, and folded once."""

import pytest
from pydantic import ValidationError

from llama.runtime.reading import FactReader
from schemas.envelope import body_of
from schemas.facts import PipelineAdopted
from tests.support.facts import Story


def bodies(number: int) -> list[bytes]:
    story = Story()
    for _ in range(number):
        story.notice()
    return [body_of(step.fact) for step in story.steps]


def test_a_fact_that_was_read_is_the_same_for_who_comes_after() -> None:
    reader, body = FactReader(), bodies(1)[0]

    first, again = reader.read(body), reader.read(bytes(bytearray(body)))

    assert again is first
    assert body_of(first) == body


def test_what_was_read_long_ago_is_decoded_again() -> None:
    reader, some = FactReader(most=2), bodies(3)[:3]
    facts = [reader.read(body) for body in some]

    assert reader.read(some[2]) is facts[2]
    assert reader.read(some[0]) is not facts[0]
    assert reader.read(some[0]) == facts[0]


def test_events_of_one_deployment_have_their_manifest_in_common() -> None:
    reader = FactReader()
    adoptions = [Story(event=event).steps[0].fact for event in ("S1", "S2")]

    first, second = (reader.read(body_of(fact)) for fact in adoptions)

    assert [first, second] == adoptions
    assert isinstance(first, PipelineAdopted)
    assert isinstance(second, PipelineAdopted)
    assert first.manifest is second.manifest


def test_what_is_no_fact_is_refused_each_time() -> None:
    reader = FactReader()

    for _ in range(2):
        with pytest.raises(ValidationError):
            reader.read(b"{}")
