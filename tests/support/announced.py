"""What was announced: the messages of the public topics, read as any subscriber reads them."""

import json
from typing import Any

from llama.adapters.kafka.reader import KafkaReader
from llama.ports.message_log import LogReader
from schemas.topics import Topic

Told = dict[str, Any]
"""A message as JSON."""


async def told_on(reader: LogReader, topic: Topic) -> list[Told]:
    """Return all messages of a topic, in order."""
    read = reader.read(topic)
    return [json.loads(one.value or b"") async for batch in read for one in batch.records]


async def told_at(server: str, topic: Topic) -> list[Told]:
    """Return all messages of a topic of a server, in order."""
    async with KafkaReader(server) as reader:
        return await told_on(reader, topic)
