"""Wires trigger_ingest."""

import asyncio

from llama.runtime.consuming import consume
from services.trigger_ingest import CONSUMES
from services.trigger_ingest.reactions import CONSUMER, Ingest
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Take in notices, one at a time: each may be megabytes. Sources bring them, each by itself."""
    ingest = Ingest(wiring.log, wiring.artifacts, wiring.ledger, wiring.clock)
    subscribe = wiring.subscribe(CONSUMER, CONSUMES, max_records=1)
    async with asyncio.TaskGroup() as group:
        for bringer in wiring.bringers():
            group.create_task(bringer.bring())
        await consume(
            subscribe,
            ingest.handle,
            on_start=lambda: wiring.is_ready(CONSUMER),
            watch=wiring.watch(),
        )


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
