"""The kinds of handlers: from outside, JSON, made once, polled, receipts of uploads."""

from pathlib import Path

import orjson
import pytest

from llama.client.trial import GivenFile, GivenInputs
from llama.client.workshop import open_outlet
from llama.domain.digests import digest_bytes, digest_json
from llama.domain.handler import (
    PermanentError,
    Product,
)
from llama.domain.kinds import (
    GenerateOnceHandler,
    PollingHandler,
    TriggeredHandler,
    UploadReceiptHandler,
)
from llama.domain.manifests import spec_of
from tests.support.handlers_for_people import (
    Circular,
    CircularReceipt,
    Galaxies,
    Info,
    Neutrinos,
    Notice,
)
from tests.support.handlers_that_publish import Publication


def test_what_comes_from_outside_cannot_be_made() -> None:
    with pytest.raises(PermanentError, match=r"notice\.json comes from outside and cannot be made"):
        Notice().generate(GivenInputs({}))
    assert spec_of(Notice).kind == "triggered"
    assert issubclass(Notice, TriggeredHandler)


def test_a_json_value_is_written_canonically() -> None:
    one, same = ({"b": 1, "a": [None, "é"]}, {"a": [None, "é"], "b": 1})

    assert Info().product(one).content == '{"a":[null,"é"],"b":1}\n'.encode()
    assert Info().product(one) == Info().product(same)


def test_a_number_that_is_none_becomes_null() -> None:
    assert Info().product({"far": float("nan")}).content == b'{"far":null}\n'


def test_keys_named_in_aspects_become_aspects() -> None:
    product = Info().product({"far": 1e-9, "area": [1, 2], "other": 3})

    assert product.aspects == {"far": digest_json(1e-9), "area": digest_json([1, 2])}
    assert Info().product({"area": 1}).aspects.keys() == {"area"}
    assert Info().product([1]).aspects == {}


def test_of_a_json_file_that_was_written_the_aspects_are_found() -> None:
    assert Info.aspects_of(b'{"far": 1e-9, "other": 2}') == {"far": digest_json(1e-9)}
    assert Info.aspects_of(b"[1]") == {}
    assert set(Info.aspects_of(b"no json").values()) == {digest_bytes(b"no json")}


def test_a_json_handler_may_return_a_product() -> None:
    product = Product(b"{}", {"far": digest_bytes(b"")})

    assert Info().product(product) == product


@pytest.mark.parametrize("value", [{1: 2}, {"a": {1, 2}}, b"bytes", object()])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="Info returned what is no JSON"):
        Info().product(value)


def test_what_is_made_once_says_so() -> None:
    assert spec_of(Galaxies).once
    assert issubclass(Galaxies, GenerateOnceHandler)


def test_what_is_polled_is_tried_every_minute_for_a_day() -> None:
    spec = spec_of(Neutrinos)

    assert issubclass(Neutrinos, PollingHandler)
    assert (spec.cool_down_s, spec.cool_down_factor) == (60.0, 1.0)
    assert spec.cool_down_s * spec.max_attempts == 86400


def test_an_upload_is_tried_again_for_a_day_while_its_receiver_is_away() -> None:
    spec = spec_of(CircularReceipt)

    pauses = [
        min(spec.cool_down_s * spec.cool_down_factor**number, spec.longest_cool_down_s)
        for number in range(spec.max_attempts - 1)
    ]
    assert sum(pauses) >= 86400
    assert max(pauses) <= 300


def test_an_upload_sends_its_first_dependency_and_keeps_a_receipt() -> None:
    sent = b"We report"

    receipt = CircularReceipt().generate(GivenInputs({Circular: GivenFile(sent)}))

    assert receipt == {
        "file": "circular.txt",
        "digest": digest_bytes(sent),
        "size": 9,
        "answer": {"accepted": 9},
    }
    assert orjson.loads(CircularReceipt().product(receipt).content) == receipt


def test_an_upload_is_vetoed_until_the_event_may_be_published() -> None:
    (veto,) = spec_of(CircularReceipt).vetoes

    assert (veto.subject, veto.name, veto.equals, veto.negated) == ("flag", "UPLOAD", False, False)


class Bulletin(UploadReceiptHandler):
    FILENAME = "bulletin.json"
    DEPENDENCIES = (Circular,)
    TOPIC = "bulletins"


def test_an_upload_with_a_topic_goes_through_the_outlet(tmp_path: Path) -> None:
    outlet = open_outlet(tmp_path, "S1", "Bulletin")

    receipts = [
        Bulletin().generate(GivenInputs({Circular: GivenFile(content)}, to=outlet))
        for content in (b"a", b"a", b"b", b"a")
    ]

    assert [sent.content for sent in outlet.earlier()] == [b"a", b"b", b"a"]
    assert receipts[0] == receipts[1]
    assert [sent.topic for sent in outlet.earlier()] == ["bulletins"] * 3


def test_whoever_speaks_when_the_event_is_withdrawn_says_so_to_the_fold() -> None:
    assert spec_of(Publication).speaks_when_withdrawn
    assert not spec_of(CircularReceipt).speaks_when_withdrawn
