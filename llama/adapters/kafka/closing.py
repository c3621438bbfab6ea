"""Stops consumers without taking their inner cancellations for our own."""

import asyncio

from aiokafka import AIOKafkaConsumer


async def stop(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer, also while its server is away.

    aiokafka cancels the fetches that it is pausing to repeat, and passes that cancellation on to
    whoever stops it. A service that took it for its own would end silently.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        await consumer._client.close()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
