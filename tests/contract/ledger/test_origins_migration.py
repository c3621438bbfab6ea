"""Copies that came in before copies told their sources tell them after the upgrade."""

from datetime import UTC, datetime

import asyncpg
import orjson

from llama.adapters.postgres import migrate
from llama.adapters.postgres.migrating import load_migrations
from tests.support.postgres import Databases

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORIGIN = {"source": "gcn.nasa.gov", "topic": "igwn.gwalert", "partition": 0, "offset": 9}
FACT = (
    "insert into facts (partition, log_offset, event, sequence, id, kind, occurred_at, outcome, "
    "body) values (0, 4, 'S1', 1, 'm0', 'TriggerReceived', $1, 'accepted', $2)"
)
COPY = (
    "insert into notice_copies values ('igwn.gwalert', 0, $1, $2, '', repeat('a', 64), 1, false, "
    "$3, 'subject', '', 'identity', $4, 0, 4)"
)
RECEIPT = (
    "insert into receipts (topic, partition, log_offset, event, origin) "
    "values ('igwn.gwalert', 0, $1, 'S1', $2)"
)


async def fill(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Write an event's copy, of which the fact tells; a refused one with a receipt; one without."""
    body = orjson.dumps({"id": "m0", "source": {"topic": "igwn.gwalert", "origin": ORIGIN}})
    await connection.execute(FACT, NOON, body)
    for offset, became in enumerate(("event", "refused", "refused")):
        await connection.execute(COPY, offset, NOON, became, f"m{offset}")
    await connection.execute(RECEIPT, 1, orjson.dumps({**ORIGIN, "source": "scimma"}).decode())
    await connection.execute(RECEIPT, 2, None)


async def test_a_copy_from_before_tells_its_source(databases: Databases) -> None:
    origins = next(one.number for one in load_migrations() if one.name == "origins")
    before = [one for one in load_migrations() if one.number < origins]
    async with databases.fresh(template="template0") as dsn:
        await migrate(dsn, migrations=before)
        connection = await asyncpg.connect(dsn)
        await fill(connection)
        await migrate(dsn)
        rows = await connection.fetch("select origin from notice_copies order by source_offset")
        await connection.close()

    assert [row["origin"] for row in rows] == ["gcn.nasa.gov", "scimma", ""]
