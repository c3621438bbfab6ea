"""What a service tells of itself while its servers are away, and when they are back."""

import asyncio

from llama.adapters.memory.telemetry import MemoryTelemetry
from llama.adapters.postgres import PostgresCensus, connect, migrate
from llama.runtime.counting import count_for_ever
from llama.runtime.vitals import COUNTING_WITHIN_S, Vitals
from tests.support.memory_system import until
from tests.support.postgres import postgres_server
from tests.support.probing import listening


async def test_a_service_without_postgresql_is_not_ready_until_it_is_back() -> None:
    clock = asyncio.get_running_loop().time
    vitals, telemetry = Vitals(["gateway"], clock=clock), MemoryTelemetry()
    vitals.begun("gateway")
    watch = vitals.loop("gateway", name="counting", within_s=COUNTING_WITHIN_S)
    async with postgres_server() as server:
        await migrate(server.dsn)
        async with await connect(server.dsn) as database:
            census = PostgresCensus(database)
            with listening(vitals) as listener:
                counting = asyncio.create_task(
                    count_for_ever(census, telemetry, watch, every_s=0.05)
                )
                await until(lambda: telemetry.counts is not None, "it has counted")
                whole = listener.get("/readyz")
                await server.stop()
                await until(lambda: not vitals.ready().is_good, "the outage is noticed")
                away, alive = listener.get("/readyz"), listener.get("/livez")
                await server.start()
                await until(lambda: vitals.ready().is_good, "the return is noticed")
                back = listener.get("/readyz")
                counting.cancel()

    assert (whole.status, away.status, alive.status, back.status) == (200, 503, 200, 200)
    [reason] = away.json["reasons"]
    assert (reason["service"], reason["check"]) == ("gateway", "servers")
    assert "PostgreSQL" in reason["reason"]
