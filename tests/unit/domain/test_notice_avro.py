"""Notices in Avro: the same notice as in JSON, and nothing that a stranger's file can exhaust."""

import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.notice import Limits, Notice, RefusalReason, Refused, read_notice
from tests.support.avro_notices import (
    a_container,
    a_record,
    as_avro,
    deflated,
    doubling,
    nested,
    zigzag,
)
from tests.support.notices import (
    BYTE_MUTATIONS,
    SHARED_ALERTS,
    a_map,
    a_notice,
    a_retraction,
    an_event,
    an_external,
)

KINDS = ("earlywarning", "preliminary", "initial", "update", "ext-update", "retraction")
RECURSIVE = a_record("string", ["null", "Alert"])
ENDLESS = zigzag(2**61)


def refusal(raw: bytes, limits: Limits | None = None) -> Refused:
    found = read_notice(raw, limits=limits or Limits())
    assert isinstance(found, Refused), found
    return found


@pytest.mark.parametrize("codec", ["null", "deflate"])
@pytest.mark.parametrize(
    "notice",
    [a_notice(), a_notice(external_coinc=an_external()), a_retraction()],
    ids=["plain", "coincidence", "retraction"],
)
def test_a_notice_in_avro_is_the_notice_in_json(notice: bytes, codec: str) -> None:
    assert read_notice(as_avro(notice, codec=codec)) == read_notice(notice)


@pytest.mark.skipif(not SHARED_ALERTS.is_dir(), reason="real alerts are not in ../shared/data")
@pytest.mark.parametrize("kind", KINDS)
def test_a_real_notice_in_avro_is_the_notice_in_json(kind: str) -> None:
    path = SHARED_ALERTS / "MS181101ab" / f"MS181101ab-{kind}"
    in_avro, in_json = (path.with_suffix(suffix).read_bytes() for suffix in (".avro", ".json"))

    said, expected = read_notice(in_avro), read_notice(in_json)

    assert isinstance(said, Notice)
    assert isinstance(expected, Notice)
    assert (said.identity, said.aspects) == (expected.identity, expected.aspects)


def test_dates_and_decimals_are_read_as_what_they_are_written_as() -> None:
    schema = a_record(
        {"type": "string", "logicalType": "uuid"}, {"type": "int", "logicalType": "date"}
    )

    found = refusal(a_container(schema, zigzag(1) + b"x" + zigzag(7)))

    assert found.reason is RefusalReason.NOT_A_NOTICE


@pytest.mark.parametrize(
    ("schema", "has"),
    [
        (a_record({"type": "array", "items": "null"}), "no size"),
        (a_record({"type": "map", "values": "null"}), "no size"),
        (a_record("null"), "no size"),
        (a_record({"type": "fixed", "name": "F", "size": 0}), "no size"),
        (a_record({"type": "fixed", "name": "F"}), "no size"),
        (a_record({"type": "array", "items": a_record(name="Empty")}), "empty record"),
        (RECURSIVE, "within itself"),
        (a_record({"type": "array", "items": "other.Alert"}), "within itself"),
        (a_record(nested(40)), "too deep"),
        (a_record([]), "choice of nothing"),
        (a_record(7), "int in the place of a type"),
        ({"type": "record", "name": "Alert", "fields": [1]}, "field that is none"),
        ({"type": "record", "name": "Alert", "fields": [{"type": "int"}]}, "field that is none"),
        ({"type": "record", "name": "Alert", "fields": {}}, "empty record"),
    ],
)
def test_a_schema_by_which_nothing_can_be_read_safely_is_refused(schema: object, has: str) -> None:
    found = refusal(a_container(schema, ENDLESS))

    assert found.reason is RefusalReason.UNSUPPORTED_FORMAT
    assert has in found.detail


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(a_container(a_record("string"), ENDLESS), id="string-without-end"),
        pytest.param(a_container(a_record("bytes"), zigzag(-5)), id="negative-length"),
        pytest.param(a_container(a_record("long"), b"\xff" * 100), id="number-without-end"),
        pytest.param(a_container(a_record(["null", "int"]), zigzag(9)), id="no-such-branch"),
        pytest.param(a_container(a_record("string"), zigzag(1) + b"\xff"), id="no-utf-8"),
        pytest.param(a_container(a_record("Unknown"), b""), id="no-such-type"),
        pytest.param(
            a_container(a_record({"type": "enum", "name": "E"}), b"\x00"), id="no-symbols"
        ),
        pytest.param(a_container(None, head=b"{"), id="schema-is-no-json"),
        pytest.param(a_container(None, head=b"[" * 60_000), id="schema-of-brackets"),
        pytest.param(a_container(None, head=b" " * 70_000 + b'"int"'), id="schema-too-long"),
        pytest.param(b"Obj\x01", id="only-the-first-bytes"),
        pytest.param(b"Obj\x01" + ENDLESS, id="head-without-end"),
        pytest.param(a_container(a_record("int"), b"\x00", codec=b"deflate"), id="not-deflated"),
    ],
)
def test_a_damaged_file_is_refused(raw: bytes) -> None:
    assert refusal(raw).reason is RefusalReason.DAMAGED


@pytest.mark.parametrize("codec", [b"snappy", b"zstandard", b"bzip2", b"\xff"])
def test_other_compressions_are_refused(codec: bytes) -> None:
    found = refusal(a_container(a_record("int"), b"\x00", codec=codec))

    assert found.reason is RefusalReason.UNSUPPORTED_FORMAT
    assert "compression" in found.detail


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(as_avro(a_notice(), copies=2), RefusalReason.NOT_A_NOTICE, id="two-records"),
        pytest.param(a_container("int", zigzag(1)), RefusalReason.NOT_A_NOTICE, id="no-record"),
        # Without a record there is no block: the file ends where one begins.
        pytest.param(as_avro(a_notice(), copies=0), RefusalReason.DAMAGED, id="none"),
    ],
)
def test_what_is_not_one_record_is_no_notice(raw: bytes, reason: RefusalReason) -> None:
    assert refusal(raw).reason is reason


def test_a_bomb_is_not_inflated() -> None:
    limits = Limits(max_bytes=100_000)
    block = zigzag(50_000_000) + bytes(50_000_000)
    raw = a_container(a_record("bytes"), deflated(block), codec=b"deflate")

    tracemalloc.start()
    found = refusal(raw, limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert "inflates" in found.detail
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            a_container(
                a_record({"type": "array", "items": a_record("boolean", name="Small")}),
                zigzag(300_000) + bytes(300_000) + zigzag(0),
            ),
            id="many-small-records",
        ),
        pytest.param(a_container(a_record(*doubling(25)), bytes(1_000_000)), id="doubling"),
    ],
)
def test_values_are_counted_while_they_are_read(raw: bytes) -> None:
    tracemalloc.start()
    found = refusal(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found.reason is RefusalReason.DAMAGED
    assert "more values than any notice has" in found.detail
    assert peak < 150_000_000


def test_a_file_that_is_cut_anywhere_is_refused() -> None:
    raw = as_avro(a_notice(event=an_event(skymap=a_map())))
    sync = 16  # the mark at the end of the block is not needed

    reasons = {refusal(raw[:end]).reason for end in range(4, len(raw) - sync)}

    assert reasons <= {RefusalReason.DAMAGED, RefusalReason.UNSUPPORTED_FORMAT}


@settings(deadline=None, max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_whatever_comes_is_answered(seed: int) -> None:
    chance, raw = random.Random(seed), as_avro(a_notice())
    mutate = chance.choice([one for one in BYTE_MUTATIONS if "code" not in one.__name__])

    found = read_notice(raw[:4] + mutate(raw[4:], chance))

    assert isinstance(found, Notice | Refused)
