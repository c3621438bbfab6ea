"""Counts, every now and then, how much there is of everything."""

import asyncio

from llama.ports.census import Census
from llama.ports.telemetry import Telemetry, Watch
from llama.runtime.patience import persist

COUNT_EVERY_S = 10.0
"""Tasks wait for seconds; a hundred thousand events are counted in some hundredths of one."""


async def count_for_ever(
    census: Census, telemetry: Telemetry, watch: Watch, *, every_s: float = COUNT_EVERY_S
) -> None:
    """Count again and again; a server that is away is waited for."""
    while True:
        counts = await persist("counting", census.take, watch=watch)
        telemetry.counted(counts)
        watch.beat()
        await asyncio.sleep(every_s)
