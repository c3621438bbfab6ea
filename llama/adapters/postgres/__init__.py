"""PostgreSQL: ledger, task queue, timers and read models in one database.

The SQL stands in `migrations/` (numbered, forward only) and `queries/` (each with its name and a
line that says what it does). Modules here bind it to the ports and translate the driver's errors.
Each name is imported when it is first used: a list needs few of them.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama.adapters.postgres.census import PostgresCensus
    from llama.adapters.postgres.database import Database, connect
    from llama.adapters.postgres.generations import PostgresGenerations
    from llama.adapters.postgres.ledger import PostgresLedger
    from llama.adapters.postgres.migrating import migrate
    from llama.adapters.postgres.outbox import PostgresOutbox
    from llama.adapters.postgres.pauses import PostgresPauses
    from llama.adapters.postgres.read_models import PostgresReadModels
    from llama.adapters.postgres.source_book import PostgresSourceBook
    from llama.adapters.postgres.tasks import PostgresTaskQueue
    from llama.adapters.postgres.timers import PostgresTimerQueue

__all__ = [
    "Database",
    "PostgresCensus",
    "PostgresGenerations",
    "PostgresLedger",
    "PostgresOutbox",
    "PostgresPauses",
    "PostgresReadModels",
    "PostgresSourceBook",
    "PostgresTaskQueue",
    "PostgresTimerQueue",
    "connect",
    "migrate",
]

_HOMES: Mapping[str, str] = MappingProxyType(
    {
        "Database": "database",
        "PostgresCensus": "census",
        "PostgresGenerations": "generations",
        "PostgresLedger": "ledger",
        "PostgresOutbox": "outbox",
        "PostgresPauses": "pauses",
        "PostgresReadModels": "read_models",
        "PostgresSourceBook": "source_book",
        "PostgresTaskQueue": "tasks",
        "PostgresTimerQueue": "timers",
        "connect": "database",
        "migrate": "migrating",
    }
)


def __getattr__(name: str) -> object:
    """Import one of the names above."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
