"""GCN's brokers, read through librdkafka: it renews the token that they ask for."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from llama.adapters.secret_files import read_secret
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.sources.copying import LARGEST_RECORD, Arrival
from llama.domain.sources.kafka_urls import HEARTBEATS
from llama.domain.sources.kinds import GcnSource
from llama.ports.sources import Haul, Places
from schemas.topics import MEBIBYTE

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

POLL_S = 0.5
MOST_RECORDS = 100
LOOK_EVERY_S = 5.0
ANSWER_WITHIN_S = 15.0
"""The first answer comes after a token was fetched."""
FETCH_BYTES = 25 * MEBIBYTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 7_000_000_000_000
_EXTRA = "GCN's brokers are read with confluent-kafka: install llama-gwhen[gcn]"


def gcn_options(source: GcnSource) -> dict[str, Any]:
    """Return what librdkafka is told; whoever gets this must not show it: a secret is in it."""
    options = {
        "bootstrap.servers": f"kafka.{source.domain}",
        "security.protocol": "sasl_ssl",
        "sasl.mechanisms": "OAUTHBEARER",
        "sasl.oauthbearer.method": "oidc",
        "sasl.oauthbearer.client.id": read_secret(source.client_id_file, "client_id_file"),
        "sasl.oauthbearer.client.secret": read_secret(
            source.client_secret_file, "client_secret_file"
        ),
        "sasl.oauthbearer.token.endpoint.url": f"https://auth.{source.domain}/oauth2/token",
    }
    if trusted := ssl.get_default_verify_paths().cafile:
        # Its wheels bring an OpenSSL of their own, which may look elsewhere.
        options |= {"ssl.ca.location": trusted, "https.ca.location": trusted}
    return options


class GcnFeed:
    """A consumer of librdkafka in a thread; whoever uses it keeps the positions."""

    _consumer: "Consumer"

    def __init__(
        self,
        topics: Sequence[str],
        places: Places,
        options: Mapping[str, Any],
        *,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._topics = topics
        self._places = places
        self._options = options
        self._look_every_s = look_every_s
        self._looked_at = float("-inf")
        self._stands: dict[tuple[str, int], int] = {}
        self._complaints: dict[str, str] = {}
        self._beat: datetime | None = None
        self._lost = 0
        self._moved: dict[tuple[str, int], int] = {}
        self._said: list[str] = []

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._open)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self._consumer.close)

    async def hauls(self) -> AsyncIterator[Haul]:
        """Look for ever; there is a haul when something came, and each time the server answered."""
        while True:
            haul = await asyncio.to_thread(self._look)
            if haul is not None:
                yield haul

    def _open(self) -> None:
        try:
            from confluent_kafka import Consumer, KafkaException
        except ImportError as error:
            raise Misconfigured(_EXTRA) from error
        self._consumer = Consumer(
            {
                "group.id": "llama.intake",
                "enable.auto.commit": False,
                # Whoever falls behind what the server keeps is told so, and begins where it does.
                "auto.offset.reset": "error",
                "error_cb": self._hear,
                "fetch.max.bytes": FETCH_BYTES,
                "max.partition.fetch.bytes": FETCH_BYTES,
                "receive.message.max.bytes": FETCH_BYTES + MEBIBYTE,
                "queued.max.messages.kbytes": 2 * FETCH_BYTES // 1024,
                # What is wrong is told by us.
                "log_level": 0,
                **self._options,
            }
        )
        try:
            self._assign()
        except KafkaException as error:
            self._consumer.close()
            raise self._refusal(error) from error
        except Unavailable:
            self._consumer.close()
            raise

    @property
    def _server(self) -> str:
        return str(self._options.get("bootstrap.servers", ""))

    def _assign(self) -> None:
        """Take all partitions of our topics, from where we stopped; heartbeats from their end."""
        from confluent_kafka import TopicPartition

        known = self._consumer.list_topics(timeout=ANSWER_WITHIN_S).topics
        wanted: list[TopicPartition] = []
        for topic in self._topics:
            found = known.get(topic)
            if found is None or found.error is not None:
                self._complaints[topic] = f"there is no topic {topic} for us"
                continue
            wanted += [TopicPartition(topic, number) for number in found.partitions]
        if not wanted:
            raise Unavailable(f"{self._server}: {'; '.join(self._complaints.values())}: look there")
        for one in wanted:
            one.offset = self._begin(one)
        self._consumer.assign(wanted)
        self._stands = {(one.topic, one.partition): one.offset for one in wanted}

    def _begin(self, one: "TopicPartition") -> int:
        low, high = self._ends(one)
        stand = self._places.get((one.topic, one.partition), low)
        if one.topic in HEARTBEATS:
            return high
        # A topic that ends before the place that was read to was made anew at the source.
        begin = low if stand > high else max(stand, low)
        self._lost += max(0, low - stand)
        if begin != stand:
            self._moved[one.topic, one.partition] = begin
        return begin

    def _ends(self, one: "TopicPartition") -> tuple[int, int]:
        return self._consumer.get_watermark_offsets(one, timeout=ANSWER_WITHIN_S)

    def _look(self) -> Haul | None:
        from confluent_kafka import KafkaException

        try:
            arrivals = self._arrivals(self._consumer.consume(MOST_RECORDS, timeout=POLL_S))
            is_due = time.monotonic() - self._looked_at > self._look_every_s
            if not arrivals and not is_due:
                return None
            lag = self._lag()
        except KafkaException as error:
            raise self._refusal(error) from error
        beat, lost, moved = self._beat, self._lost, self._moved
        self._beat, self._lost, self._moved = None, 0, {}
        complaint = "; ".join(self._complaints.values())
        return Haul(tuple(arrivals), beat, lag, complaint, lost, moved)

    def _lag(self) -> int:
        """Return how much there is to come; asking is how a server that is gone is noticed."""
        from confluent_kafka import TopicPartition

        self._looked_at = time.monotonic()
        lag = 0
        for (topic, partition), stand in self._stands.items():
            _, end = self._ends(TopicPartition(topic, partition))
            lag += 0 if topic in HEARTBEATS else max(0, end - stand)
        return lag

    def _arrivals(self, messages: Sequence["Message"]) -> list[Arrival]:
        found: list[Arrival] = []
        for message in messages:
            topic = message.topic() or ""
            if error := message.error():
                # It stands in the place of a payload, and is none.
                self._refuse_expired(topic, error)
                self._complaints[topic] = f"{topic}: {error.str()[:200]}"
                continue
            self._complaints.pop(topic, None)
            self._stands[topic, message.partition() or 0] = (message.offset() or 0) + 1
            if topic in HEARTBEATS:
                self._beat = _time(message) or self._beat
            else:
                found.append(_arrival(message))
        return found

    def _refuse_expired(self, topic: str, error: "KafkaError") -> None:
        from confluent_kafka import KafkaError

        if error.code() == KafkaError._AUTO_OFFSET_RESET:  # noqa: SLF001 - so it is called
            raise Unavailable(f"{self._server} has not kept {topic} long enough: it is opened anew")

    def _hear(self, error: "KafkaError") -> None:
        self._said = [*self._said[-2:], error.str()[:200]]

    def _refusal(self, error: Exception) -> Unavailable:
        """Say what the client has said meanwhile: the error itself is only that time was over."""
        said = "; ".join(dict.fromkeys(self._said)) or str(error)[:200]
        return Unavailable(f"{self._server} does not answer: {said}")


def _arrival(message: "Message") -> Arrival:
    value = message.value() or b""
    headers = message.headers() or []
    return Arrival(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        value=value if len(value) <= LARGEST_RECORD else None,
        size=len(value),
        at=_time(message),
        headers=tuple((name, _bytes(held)) for name, held in headers),
    )


def _bytes(held: str | bytes | None) -> bytes:
    return held.encode() if isinstance(held, str) else held or b""


def _time(message: "Message") -> datetime | None:
    _, stamp_ms = message.timestamp()
    return _EPOCH + timedelta(milliseconds=stamp_ms) if 0 < stamp_ms < _LATEST_MS else None
