"""What the driver raises, in the words of this project."""

from collections.abc import Generator
from contextlib import contextmanager

import asyncpg

from llama.domain.errors import Misconfigured, Unavailable

_TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InternalClientError,
)
"""Gone, going, starting, full, or in another's way: all of these pass. A missing database is one
that the supervisor has not made yet; the driver's internal error is what it says of a connection
that got the server's farewell and not yet its end."""
_GONE = (
    *("connection is closed", "connection was closed", "connection has been released"),
    *("pool is closed", "pool is closing"),
)


@contextmanager
def translated() -> Generator[None]:
    """Raise Unavailable where trying again may help, Misconfigured where the schema is not ours."""
    try:
        yield
    except _TRANSIENT as error:
        raise Unavailable(f"PostgreSQL does not answer: {_words(error)}; try again") from error
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
        raise Misconfigured(f"the database is not ours ({error}): apply the migrations") from error
    except asyncpg.InvalidParameterValueError as error:
        raise Misconfigured(f"PostgreSQL refuses a setting: {error}") from error
    except asyncpg.InterfaceError as error:
        if not any(sign in str(error) for sign in _GONE):
            raise
        raise Unavailable(f"PostgreSQL went away: {error}; try again") from error


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
