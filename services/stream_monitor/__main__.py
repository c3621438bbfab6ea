"""Wires stream_monitor."""

import asyncio

from llama.adapters.kafka.reader import KafkaReader
from llama.adapters.postgres.boards import PostgresBoards
from llama.domain.monitoring import hopping
from llama.runtime.vitals import SHOWING_WITHIN_S
from services.stream_monitor import CONSUMES
from services.stream_monitor.following import follow
from services.stream_monitor.reactions import CONSUMER, Monitor
from services.stream_monitor.showing import Showing
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Read the log from its beginning, and show what was counted."""
    server, now = wiring.addresses.kafka, wiring.clock.now()
    publishers = frozenset(name for name, one in wiring.handlers.items() if one.PUBLISHES)
    monitor = Monitor(hopping(wiring.settings.monitor_window_s), publishers)
    watch = wiring.watch("showing", within_s=SHOWING_WITHIN_S)
    boards = PostgresBoards(wiring.models.database)
    async with KafkaReader(server) as reader, asyncio.TaskGroup() as group:
        showing = Showing(monitor, CONSUMES, reader, boards, wiring.clock, wiring.telemetry, watch)
        reading = follow(
            server,
            CONSUMES,
            monitor.see,
            group=f"llama.{CONSUMER}.{now:%Y%m%dT%H%M%S.%f}",
            folder=wiring.settings.home / "cache" / CONSUMER,
            on_start=lambda: wiring.is_ready(CONSUMER),
        )
        group.create_task(reading)
        group.create_task(showing.show_for_ever())


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
