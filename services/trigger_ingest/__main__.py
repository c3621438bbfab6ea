"""Wires trigger_ingest."""

from llama.runtime.consuming import consume
from services.trigger_ingest import CONSUMES
from services.trigger_ingest.reactions import CONSUMER, Ingest
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Take in notices, one at a time: each may be megabytes."""
    ingest = Ingest(wiring.log, wiring.artifacts, wiring.ledger, wiring.clock)
    subscribe = wiring.subscribe(CONSUMER, CONSUMES, max_records=1)
    await consume(subscribe, ingest.handle, on_start=lambda: wiring.is_ready(CONSUMER))


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
