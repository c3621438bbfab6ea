"""What becomes of a source's record on its way to our own log."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llama.domain.sources.copying import (
    LARGEST_HEADERS,
    Arrival,
    copies_so_far,
    headers_of_copy,
    local_topic,
    origin_in,
    origin_of,
    oversized,
    place_of,
)
from schemas.envelope import NAME_HEADER, TEST_HEADER
from schemas.topics import ALERTS_TOPIC, INTAKE_TOPIC, NEUTRINO_ALERTS_TOPIC

SOURCE = "kafka://kafka.scimma.org"
AT = datetime(2023, 4, 25, 12, tzinfo=UTC)


def an_arrival(**headers: bytes) -> Arrival:
    return Arrival("igwn.gwalert", 3, 17, b"{}", 2, AT, tuple(headers.items()))


@pytest.mark.parametrize("topic", [ALERTS_TOPIC, NEUTRINO_ALERTS_TOPIC])
def test_a_topic_of_the_catalogue_keeps_its_name(topic: object) -> None:
    assert local_topic(getattr(topic, "name", "")) is topic


@pytest.mark.parametrize("topic", ["gcn.circulars", "llama.facts", "alert.json"])
def test_any_other_topic_goes_to_the_intake(topic: str) -> None:
    assert local_topic(topic) is INTAKE_TOPIC


@given(
    topic=st.text(max_size=400),
    partition=st.integers(0, 2**31),
    offset=st.integers(0, 2**63),
    at=st.none() | st.integers(1, 10**9).map(lambda late: AT + timedelta(seconds=late)),
)
def test_the_headers_of_a_copy_tell_where_it_was(
    topic: str, partition: int, offset: int, at: datetime | None
) -> None:
    arrival = Arrival(topic.encode("utf-8", "replace").decode(), partition, offset, b"", 0, at)

    copied = headers_of_copy(SOURCE, arrival).items()

    told = origin_in(copied)
    assert told == origin_of(SOURCE, arrival)


def test_a_records_own_headers_come_along_but_none_that_claim_to_be_ours() -> None:
    arrival = an_arrival(_test=b"true", _id=b"\xff", llama_source=b"forged", llama_name=b"a.json")

    copied = headers_of_copy(SOURCE, arrival)

    assert (copied[TEST_HEADER], copied["_id"], copied[NAME_HEADER]) == (
        b"true",
        b"\xff",
        b"a.json",
    )
    assert copied["llama_source"] == SOURCE.encode()


def test_of_headers_without_end_only_what_is_needed_is_kept() -> None:
    copied = headers_of_copy(SOURCE, an_arrival(big=b"x" * LARGEST_HEADERS, _test=b"true"))

    assert "big" not in copied
    assert copied[TEST_HEADER] == b"true"


def test_copies_of_copies_are_counted() -> None:
    once = headers_of_copy(SOURCE, an_arrival())
    twice = headers_of_copy(SOURCE, an_arrival(**once))

    assert [copies_so_far(headers.items()) for headers in ({}, once, twice)] == [0, 1, 2]


@pytest.mark.parametrize("forged", [b"many", b"-1", b"\xb2", b"9" * 5000])
def test_a_count_that_is_none_counts_nothing(forged: bytes) -> None:
    assert copies_so_far([("llama_copies", forged)]) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"llama_source": b"s"},
        {"llama_source": b"s", "llama_topic": b"t", "llama_partition": b"-1", "llama_offset": b"0"},
        {"llama_source": b"\xff" * 999, "llama_topic": b"t"},
    ],
)
def test_headers_that_tell_no_place_tell_nothing(headers: dict[str, bytes]) -> None:
    assert origin_in(headers.items()) is None


@given(name=st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace").decode()))
def test_a_position_is_kept_under_what_any_table_takes(name: str) -> None:
    place = place_of(name)

    assert place.isprintable()
    assert len(place.encode()) <= 249


def test_file_names_that_are_not_text_have_places_of_their_own() -> None:
    names = ["\udcff.json", "\udcfe.json", "a\n.json", "x" * 250, "plain.json"]

    assert len({place_of(name) for name in names}) == len(names)


def test_a_record_that_is_too_large_is_the_same_dead_letter_again() -> None:
    later = AT + timedelta(days=1)
    first, again = (oversized(SOURCE, an_arrival(), at=at) for at in (AT, later))

    assert first.id == again.id
    assert (first.reason, first.raw) == ("too_large", None)
    assert "kafka.scimma.org igwn.gwalert[3]@17" in first.name
