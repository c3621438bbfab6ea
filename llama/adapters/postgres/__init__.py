"""PostgreSQL: ledger, task queue, timers and read models in one database.

The SQL stands in `migrations/` (numbered, forward only) and `queries/` (each with its name and a
line that says what it does). Modules here bind it to the ports and translate the driver's errors.
"""

from llama.adapters.postgres.database import Database, connect
from llama.adapters.postgres.ledger import PostgresLedger
from llama.adapters.postgres.migrating import migrate
from llama.adapters.postgres.read_models import PostgresReadModels
from llama.adapters.postgres.tasks import PostgresTaskQueue
from llama.adapters.postgres.timers import PostgresTimerQueue

__all__ = [
    "Database",
    "PostgresLedger",
    "PostgresReadModels",
    "PostgresTaskQueue",
    "PostgresTimerQueue",
    "connect",
    "migrate",
]
