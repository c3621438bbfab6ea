"""What several contract suites judge adapters with."""

from tests.support.postgres import (
    database_dsn,
    databases,
    databases_or_memory,
    persistence,
    postgres_15,
    postgres_18,
)

__all__ = [
    "database_dsn",
    "databases",
    "databases_or_memory",
    "persistence",
    "postgres_15",
    "postgres_18",
]
