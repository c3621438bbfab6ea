"""Projects a generated log in a process of its own, and prints the hashes of the tables.

`python -m tests.support.project_log DSN EVENTS PARTITIONS MOST`
"""

import asyncio
import json
import sys
from dataclasses import asdict

from llama.adapters.postgres import connect
from tests.support.projections import a_log, hashes, project


async def projected(dsn: str, events: int, partitions: int, most: int) -> None:
    """Project, and print."""
    async with await connect(dsn) as database:
        await project(database, a_log(events, partitions=partitions).mixed(most))
        found = await hashes(database)
        sys.stdout.write(json.dumps({table: asdict(known) for table, known in found.items()}))


if __name__ == "__main__":
    asyncio.run(projected(sys.argv[1], *map(int, sys.argv[2:])))
