"""Writes to the log: what has been appended is on all replicas."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from llama.domain.errors import LlamaError, Misconfigured, Unavailable
from llama.ports.message_log import Record
from schemas.base import Message
from schemas.envelope import Headers, body_of, headers_of, key_of
from schemas.topics import MEBIBYTE, Topic

MAX_REQUEST_BYTES = 25 * MEBIBYTE
"""Above the largest notice that any topic takes, so that the topic's own limit decides."""
LEAVE_WITHIN_S = 2.0
"""For what was sent to arrive; a small part of the time that a service has for stopping."""
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


class KafkaLog:
    """An idempotent producer that waits for all replicas; one that failed is replaced.

    A producer numbers what it sends to a partition. What the server refused has left a gap, and
    the server takes nothing more of that producer there: only a new one can go on.
    """

    _producer: AIOKafkaProducer

    def __init__(self, bootstrap: str, *, client_id: str) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._replacing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._producer = await self._started()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await _leave(self._producer)

    async def append(self, topic: Topic, messages: Sequence[Message]) -> Sequence[Record]:
        """Write messages in order; once this returns, all replicas have them.

        Unavailable if the server does not take them now, Misconfigured if it never will.
        """
        async with self._sending(topic) as producer:
            written = [_written(message) for message in messages]
            pending = [
                await producer.send(topic.name, value, key=key, headers=headers)
                for key, value, headers in written
            ]
            places = await asyncio.gather(*pending)
        return [
            Record(place.topic, place.partition, place.offset, key, value, tuple(headers))
            for place, (key, value, headers) in zip(places, written, strict=True)
        ]

    async def append_raw(
        self, topic: Topic, value: bytes, *, headers: Mapping[str, bytes], key: bytes | None = None
    ) -> Record:
        """Write bytes as they are: a notice as the observatory sent it, or as it is published."""
        given = list(headers.items())
        async with self._sending(topic) as producer:
            place = await producer.send_and_wait(topic.name, value, key=key, headers=given)
        return Record(place.topic, place.partition, place.offset, key, value, tuple(given))

    async def _started(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            max_request_size=MAX_REQUEST_BYTES,
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            raise Unavailable(f"no Kafka at {self._bootstrap}: is it running?") from error
        return producer

    @asynccontextmanager
    async def _sending(self, topic: Topic) -> AsyncGenerator[AIOKafkaProducer]:
        producer = self._producer
        try:
            yield producer
        except KafkaError as error:
            await self._replace(producer)
            raise self._refusal(topic, error) from error

    async def _replace(self, failed: AIOKafkaProducer) -> None:
        async with self._replacing:
            if self._producer is not failed:
                return
            self._producer = await self._started()
        await _leave(failed)

    def _refusal(self, topic: Topic, error: KafkaError) -> LlamaError:
        where = f"{topic.name} at {self._bootstrap}"
        if isinstance(error, _TOO_LARGE):
            return Misconfigured(f"{where} takes no message so large: raise its max.message.bytes")
        return Unavailable(f"{where} takes nothing: {error}")


def _written(message: Message) -> tuple[bytes, bytes, Headers]:
    """Return a message as it stands on the topic: key, body and headers."""
    return key_of(message), body_of(message), headers_of(message)


async def _leave(producer: AIOKafkaProducer) -> None:
    """Stop a producer; what nobody waits for any more does not keep it while the server is away."""
    try:
        async with asyncio.timeout(LEAVE_WITHIN_S):
            await producer.stop()
    except TimeoutError:
        # aiokafka itself would wait until the server is back.
        await producer._sender.close()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        await producer.client.close()
