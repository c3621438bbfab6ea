"""A consumer in a process of its own, to be killed: `python -m ... ADDRESS TOPIC GROUP`."""

from __future__ import annotations

import asyncio
import sys

from aiokafka import AIOKafkaConsumer


async def main(address: str, topic: str, group: str) -> None:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=address,
        group_id=group,
        session_timeout_ms=2000,
        heartbeat_interval_ms=300,
    )
    async with consumer:
        while True:
            await consumer.getmany(timeout_ms=100)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
