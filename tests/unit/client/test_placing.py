"""Files put by hand: whose they are, and what their content says."""

import json
from collections.abc import Mapping
from typing import ClassVar

import pytest

from llama.client.acting.placing import slot_of
from llama.domain.digests import Digest, digest_bytes, digest_json
from llama.domain.errors import ActRefused
from llama.domain.event_state import evolve
from llama.domain.handler import FileHandler, Inputs, uses
from llama.domain.kinds import JSONHandler
from llama.domain.manifests import manifest_of
from llama.domain.pipeline import pipeline_of
from llama.domain.states import EventState
from llama.handlers.alert import Alert
from schemas.facts import PipelineAdopted
from tests.support.facts import EVENT, START


class Figures(JSONHandler):
    FILENAME = "figures.json"
    ASPECTS: ClassVar[tuple[str, ...]] = ("area", "distance")
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> object:
        return {"area": 1}


class Unreadable(Figures):
    FILENAME = "unreadable.json"

    @classmethod
    def aspects_of(cls, content: bytes) -> Mapping[str, Digest]:
        raise LookupError(content)


class Picture(FileHandler):
    FILENAME = "picture.png"
    ASPECTS: ClassVar[tuple[str, ...]] = ("pixels",)
    DEPENDENCIES = (uses(Figures),)

    def generate(self, inputs: Inputs) -> object:
        return b""


class Caption(FileHandler):
    FILENAME = "caption.txt"

    def generate(self, inputs: Inputs) -> object:
        return b""


class Pair(FileHandler):
    FILENAME = "pair.txt"
    DEPENDENCIES = (uses(Figures),)
    MANIFEST_TYPES = (Caption,)

    def generate(self, inputs: Inputs) -> object:
        return {}


HANDLERS = pipeline_of([Alert, Figures, Picture, Pair, Caption, Unreadable])


def adopted() -> EventState:
    fact = PipelineAdopted(
        id="a1", occurred_at=START, event=EVENT, epoch=1, manifest=manifest_of(HANDLERS)
    )
    return evolve(EventState(EVENT), fact)


STATES = [EventState(EVENT), adopted()]


@pytest.mark.parametrize("state", STATES, ids=["begun by it", "with a pipeline"])
@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("picture.png", ("Picture", "picture.png")),
        ("Picture", ("Picture", "picture.png")),
        ("Pair", ("Pair", "pair.txt")),
        ("caption.txt", ("Pair", "caption.txt")),
        ("Caption", ("Pair", "caption.txt")),
    ],
)
def test_a_slot_is_found_by_file_and_by_class(
    state: EventState, name: str, slot: tuple[str, str]
) -> None:
    found = slot_of(state, name, HANDLERS)

    assert (found.handler, found.file) == slot


@pytest.mark.parametrize("state", STATES, ids=["begun by it", "with a pipeline"])
@pytest.mark.parametrize(
    ("name", "words"),
    [("alert.json", "ingest"), ("Alert", "ingest"), ("x", r"it has .*picture.png \(Picture\)")],
)
def test_what_cannot_be_put_is_refused(state: EventState, name: str, words: str) -> None:
    with pytest.raises(ActRefused, match=words):
        slot_of(state, name, HANDLERS)


def test_a_file_of_the_events_own_pipeline_can_be_put_without_its_class() -> None:
    slot = slot_of(adopted(), "Picture", {})
    content = slot.content(b"png", digest_bytes(b"png"))

    assert (slot.handler, slot.file) == ("Picture", "picture.png")
    assert content.aspects == {"whole": digest_bytes(b"png")}


def test_the_keys_of_json_are_aspects_by_themselves() -> None:
    raw = json.dumps({"distance": 40, "area": {"b": 1, "a": 2}}).encode()

    content = slot_of(adopted(), "Figures", HANDLERS).content(raw, digest_bytes(raw))

    assert (content.digest, content.size) == (digest_bytes(raw), len(raw))
    assert content.aspects == {
        "whole": digest_bytes(raw),
        "area": digest_json({"a": 2, "b": 1}),
        "distance": digest_json(40),
    }


def test_where_nothing_better_is_known_every_aspect_is_all_of_it() -> None:
    content = slot_of(adopted(), "Picture", HANDLERS).content(b"png", digest_bytes(b"png"))

    assert content.aspects == dict.fromkeys(("whole", "pixels"), digest_bytes(b"png"))


def test_a_content_that_its_handler_cannot_read_can_be_put() -> None:
    raw = b"no JSON"

    content = slot_of(adopted(), "Unreadable", HANDLERS).content(raw, digest_bytes(raw))

    assert content.aspects == dict.fromkeys(("whole", "area", "distance"), digest_bytes(raw))
