"""Clients for the suite: aiokafka for what it can say, raw requests for what it cannot."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.protocol.api import RequestStruct
from aiokafka.protocol.commit import OffsetFetchRequest_v3
from aiokafka.protocol.coordination import FindCoordinatorRequest_v1
from aiokafka.protocol.offset import OffsetRequest_v3
from aiokafka.protocol.produce import ProduceRequest_v8
from aiokafka.protocol.transaction import InitProducerIdRequest_v0
from aiokafka.record.default_records import DefaultRecordBatchBuilder

WITHIN_S = 30.0  # generous: servers and tests share two cores with others


class Cluster:
    """One server under test; everything opened here is closed with it."""

    def __init__(self, address: str, numbers: Iterator[int]) -> None:
        self.address = address
        self._numbers = numbers
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def name(self, label: str = "it") -> str:
        """Make up a name nobody used before on this server."""
        return f"{label}-{next(self._numbers)}"

    async def admin(self) -> AIOKafkaAdminClient:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        await admin.start()
        self._stack.push_async_callback(admin.close)
        return admin

    async def topic(self, partitions: int = 1, /, **config: str) -> str:
        """Make a topic and wait until it is served; `_` in config names stands for `.`."""
        name = self.name("topic")
        settings = {key.replace("_", "."): value for key, value in config.items()}
        admin = await self.admin()
        answer: Any = await admin.create_topics(
            [NewTopic(name, partitions, 1, topic_configs=settings)]
        )
        assert [row[1] for row in answer.topic_errors] == [0]

        async def is_served() -> bool:
            wanted = [(number, -1) for number in range(partitions)]
            [(_, rows)] = (await self.ask(OffsetRequest_v3(-1, 0, [(name, wanted)]))).topics
            return all(error == 0 for _, error, _, _ in rows)

        await until(is_served)
        return name

    async def group(self) -> str:
        """Make up the name of a group and wait until its coordinator is ready for it."""
        name = self.name("group")

        async def is_coordinated() -> bool:
            found = await self.ask(FindCoordinatorRequest_v1(name, 0))
            committed = await self.ask(OffsetFetchRequest_v3(name, None))
            return found.error_code == committed.error_code == 0

        await until(is_coordinated)
        return name

    async def producer(self, **options: Any) -> AIOKafkaProducer:
        options.setdefault("acks", "all")
        producer = AIOKafkaProducer(bootstrap_servers=self.address, **options)
        self._stack.push_async_callback(producer.stop)
        await producer.start()
        return producer

    async def consumer(self, *topics: str, **options: Any) -> AIOKafkaConsumer:
        options.setdefault("auto_offset_reset", "earliest")
        options.setdefault("enable_auto_commit", False)
        consumer = AIOKafkaConsumer(*topics, bootstrap_servers=self.address, **options)
        self._stack.push_async_callback(consumer.stop)
        await consumer.start()
        return consumer

    async def send(self, topic: str, values: Iterable[bytes | None], **options: Any) -> None:
        """Send values to partition 0, in order, and wait until all are acknowledged."""
        producer = await self.producer()
        sent = [await producer.send(topic, value, partition=0, **options) for value in values]
        await asyncio.gather(*sent)

    async def values(self, topic: str, count: int) -> list[bytes | None]:
        """Read the first values of a topic."""
        return [record.value for record in await read(await self.consumer(topic), count)]

    async def ask(self, request: RequestStruct) -> Any:
        """Send one request over a connection of its own and read the answer."""
        header = request.build_request_header(7, "suite").encode()
        answer = BytesIO(await exchange(self.address, header + request.encode()))
        request.parse_response_header(answer)
        return request.RESPONSE_TYPE.decode(answer)

    async def new_producer_id(self) -> int:
        """Ask until a number comes: a server that has just started may still be loading."""
        given: list[int] = []

        async def is_given() -> bool:
            answer = await self.ask(InitProducerIdRequest_v0(None, 1000))
            given.append(answer.producer_id)
            return answer.error_code == 0

        await until(is_given)
        return given[-1]

    async def produce(self, topic: str, batch: bytes) -> tuple[int, int]:
        """Append one batch to partition 0; gives the error code and the offset."""
        answer = await self.ask(ProduceRequest_v8(None, -1, 10_000, [(topic, [(0, batch)])]))
        [(_, [row])] = answer.topics
        return row[1], row[2]


async def exchange(address: str, payload: bytes) -> bytes:
    """Send one frame and read one frame."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(struct.pack(">i", len(payload)) + payload)
        [length] = struct.unpack(">i", await asyncio.wait_for(reader.readexactly(4), WITHIN_S))
        return await asyncio.wait_for(reader.readexactly(length), WITHIN_S)
    finally:
        writer.close()
        await writer.wait_closed()


def a_batch(
    *values: bytes,
    key: bytes | None = b"key",
    producer_id: int = -1,
    epoch: int = -1,
    sequence: int = -1,
) -> bytes:
    """Build a record batch as a producer would send it."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=producer_id,
        producer_epoch=epoch,
        base_sequence=sequence,
        batch_size=1 << 30,
    )
    for position, value in enumerate(values):
        builder.append(position, int(time.time() * 1000), key, value, [])
    return bytes(builder.build())


async def read(consumer: AIOKafkaConsumer, count: int) -> list[ConsumerRecord[Any, Any]]:
    """Read until there are `count` records, in the order they come."""
    records: list[ConsumerRecord[Any, Any]] = []
    deadline = time.monotonic() + WITHIN_S
    while len(records) < count:
        assert time.monotonic() < deadline, f"only {len(records)} of {count} records came"
        for some in (await consumer.getmany(timeout_ms=200)).values():
            records += some
    return records


async def until(condition: Callable[[], Any], *, within_s: float = WITHIN_S) -> None:
    """Wait until a condition, which may be a coroutine function, holds."""
    deadline = time.monotonic() + within_s
    while True:
        result = condition()
        if await result if asyncio.iscoroutine(result) else result:
            return
        assert time.monotonic() < deadline, f"{condition.__name__} never became true"
        await asyncio.sleep(0.02)


def config_of(answer: Iterable[Any]) -> Mapping[str, str]:
    """Pick the values out of a DescribeConfigs answer."""
    return {row[0]: row[1] for response in answer for each in response.resources for row in each[4]}
