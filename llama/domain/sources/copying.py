"""A record of a source becomes one of ours: which topic, and headers that tell where it was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from pydantic import ValidationError

from llama.domain.digests import digest_bytes, digest_json
from llama.domain.notice.oddities import printable
from schemas.base import zulu
from schemas.envelope import COPIES_HEADER, NAME_HEADER, ORIGIN_HEADERS, TEST_HEADER
from schemas.facts import Origin
from schemas.reports import DeadLetter, RefusalReason
from schemas.topics import INCOMING, INTAKE_TOPIC, MEBIBYTE, Topic

LARGEST_RECORD = 16 * MEBIBYTE
"""Three times the largest notice known; our own topics take half as much again."""
LARGEST_HEADERS = 16 * 1024
"""What comes in headers beyond it is left out: a notice is in the record's value."""
MOST_COPIES = 8
"""From topic to topic: more than any chain of systems needs, and a circle ends there."""
_OURS = frozenset({*ORIGIN_HEADERS, COPIES_HEADER})
_NEEDED = (TEST_HEADER, NAME_HEADER)
_LONGEST_KEPT = 300
_LONGEST_TOPIC = 249
_TOPICS: Mapping[str, Topic] = MappingProxyType({topic.name: topic for topic in INCOMING})
Headers = Iterable[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record as a source has it."""

    topic: str
    """Of a folder: the name of the file."""
    partition: int
    offset: int
    value: bytes | None
    """None: it has more than LARGEST_RECORD bytes, and they were not read."""
    size: int
    at: datetime | None = None
    """The record's own time; None: none is told."""
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def place(self) -> tuple[str, int]:
        """The topic, fit to be kept as a position's key, and the partition."""
        return place_of(self.topic), self.partition


def place_of(topic: str) -> str:
    """Return what a position is kept under: the topic, or the digest of an odd file name."""
    is_plain = topic.isprintable() and "\ufffd" not in topic
    encoded = topic.encode("utf-8", "surrogateescape")
    if is_plain and len(encoded) <= _LONGEST_TOPIC:
        return topic
    return f"sha256:{digest_bytes(encoded)}"


def reader_of(source: str) -> str:
    """Return the consumer under whose name the positions of a source are kept."""
    return f"source:{source}"


def local_topic(topic: str) -> Topic:
    """Return the topic of ours that records of a foreign one are copied to."""
    return _TOPICS.get(topic, INTAKE_TOPIC)


def origin_of(source: str, arrival: Arrival) -> Origin:
    """Return where a source had a record."""
    return Origin(
        source=source,
        topic=printable(arrival.topic, 300),
        partition=arrival.partition,
        offset=arrival.offset,
        at=arrival.at,
    )


def copies_so_far(headers: Headers) -> int:
    """Return how often a record was copied from topic to topic before."""
    said = dict(headers).get(COPIES_HEADER, b"0")
    return int(said) if said.isdigit() and len(said) < 4 else 0


def headers_of_copy(source: str, arrival: Arrival) -> dict[str, bytes]:
    """Return a copy's headers: the record's own, and ours in the place of such as are like ours."""
    origin = origin_of(source, arrival)
    told = (origin.source, origin.topic, str(origin.partition), str(origin.offset))
    copies = str(copies_so_far(arrival.headers) + 1)
    names = (*ORIGIN_HEADERS, COPIES_HEADER)
    ours = dict(zip(names, (*told, zulu(origin.at) if origin.at else "", copies), strict=True))
    own = {name: value for name, value in arrival.headers if name not in _OURS}
    if sum(len(name) + len(value) for name, value in own.items()) > LARGEST_HEADERS:
        own = {name: own[name][:_LONGEST_KEPT] for name in _NEEDED if name in own}
    return {**own, **{name: value.encode() for name, value in ours.items() if value}}


def origin_in(headers: Headers) -> Origin | None:
    """Return where a record was copied from; None if its headers do not tell."""
    found = dict(headers)
    told = (found.get(name, b"").decode("utf-8", "replace") for name in ORIGIN_HEADERS)
    source, topic, partition, offset, at = told
    if not source:
        return None
    said = {"source": source, "topic": topic, "partition": partition, "offset": offset}
    try:
        return Origin.model_validate({**said, "at": at or None})
    except ValidationError:  # written by somebody else: then it tells nothing
        return None


def oversized(source: str, arrival: Arrival, *, at: datetime) -> DeadLetter:
    """Return the dead letter of what is too large to be a notice; its bytes are not kept."""
    place = [source, place_of(arrival.topic), arrival.partition, arrival.offset]
    return DeadLetter(
        id=digest_json(["too large", *place])[:32],
        occurred_at=at,
        reason=RefusalReason.TOO_LARGE,
        detail=f"{arrival.size} bytes; a notice may have {LARGEST_RECORD}",
        source=None,
        name=f"{source} {printable(arrival.topic, 300)}[{arrival.partition}]@{arrival.offset}",
        raw=None,
        size=arrival.size,
    )
