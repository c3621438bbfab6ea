"""Connections to one database, with a limit to every wait."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from llama.adapters.postgres.failures import translated
from llama.adapters.postgres.listening import COMMAND_TIMEOUT_S, CONNECT_TIMEOUT_S, Listener
from llama.adapters.postgres.statements import load_statements
from llama.domain.errors import Unavailable

ACQUIRE_TIMEOUT_S = 15.0
"""Longer than a connect: whoever waits this long for a connection has lent them all out."""
CLOSE_TIMEOUT_S = 5.0
"""A process that stops has let go of its connections before."""
_RELEASE_TIMEOUT_S = 5.0
_BEGIN = "begin"
_BEGIN_STILL = "begin isolation level repeatable read read only"
_PLAN_ANEW = "set local plan_cache_mode = force_custom_plan"
"""A plan for any values would be a bad one for most: files are rare or in every event."""
_BEGIN_LAZILY = "begin; set local synchronous_commit = off"

Row: TypeAlias = asyncpg.Record
_Connection: TypeAlias = "PoolConnectionProxy[Row]"


@dataclass(frozen=True, slots=True)
class Session:
    """One connection, for a while: statements go by the names they have in `queries/`."""

    connection: _Connection
    statements: Mapping[str, str]

    async def fetch(self, name: str, *arguments: object) -> Sequence[Row]:
        """Run a statement and return its rows."""
        with translated():
            return await self.connection.fetch(self.statements[name], *arguments)

    async def run(self, text: str, *arguments: object) -> Sequence[Row]:
        """Run a statement that was made of fixed pieces, and return its rows."""
        with translated():
            return await self.connection.fetch(text, *arguments)

    async def first(self, name: str, *arguments: object) -> Row | None:
        """Run a statement and return its first row, if there is one."""
        with translated():
            return await self.connection.fetchrow(self.statements[name], *arguments)


class Database:
    """A pool of connections. `connect` makes one; close it, or use it in an `async with`."""

    def __init__(self, dsn: str, pool: "asyncpg.Pool[Row]", statements: Mapping[str, str]) -> None:
        self._dsn = dsn
        self._pool = pool
        self._statements = statements
        self._listeners: dict[str, Listener] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the server; connections that do not come back soon are cut."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                for listener in self._listeners.values():
                    await listener.close()
                await self._pool.close()
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._pool.terminate()

    def listener(self, channel: str) -> Listener:
        """Return what hears the notifications of a channel, one for everybody."""
        known = self._listeners.get(channel)
        if known is None:
            known = self._listeners[channel] = Listener(self._dsn, channel)
        return known

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Session]:
        """Lend a connection; every statement is a transaction of its own."""
        with translated():
            connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        try:
            yield Session(connection, self._statements)
        except BaseException:
            # Why it ended counts: a cancelled task must not be told that a server is away.
            with suppress(Exception):
                await self._clean_and_release(connection)
            raise
        with translated():
            await self._pool.release(connection, timeout=_RELEASE_TIMEOUT_S)

    async def _clean_and_release(self, connection: _Connection) -> None:
        """Take back a connection of which nobody knows what it holds: a lock, perhaps."""
        try:
            await connection.reset(timeout=_RELEASE_TIMEOUT_S)
        except BaseException:
            connection.terminate()
            raise
        finally:
            await self._pool.release(connection, timeout=_RELEASE_TIMEOUT_S)

    @asynccontextmanager
    async def moment(self, *tables: str) -> AsyncGenerator[Session]:
        """Lend a connection to whose questions about some tables all answers are of one moment.

        The tables cannot be replaced meanwhile: what has come into new ones since that moment
        would not be seen, as if they were empty. Name them in the order of `PROJECTED_TABLES`, in
        which they are replaced: nobody then waits for each other. Questions are planned for their
        values.
        """
        lock = f"lock table {', '.join(tables)} in access share mode"
        async with self._begun(f"{_BEGIN_STILL}; {lock}; {_PLAN_ANEW}") as session:
            yield session

    def transaction(self, *, lazily: bool = False) -> AbstractAsyncContextManager[Session]:
        """Lend a connection with a transaction: committed at the end, or nothing is left of it.

        One that ends lazily does not wait for the disk.
        """
        return self._begun(_BEGIN_LAZILY if lazily else _BEGIN)

    @asynccontextmanager
    async def _begun(self, begin: str) -> AsyncGenerator[Session]:
        """Lend a connection with a transaction that begins so, in one round trip."""
        async with self.session() as session:
            with translated():
                await session.connection.execute(begin)
            try:
                yield session
            except BaseException:
                # A connection that is gone the server has rolled back; one that hangs, the pool
                # cuts when it comes back.
                with suppress(Unavailable), translated():
                    await session.connection.execute("rollback")
                raise
            with translated():
                await session.connection.execute("commit")

    async def fetch(self, name: str, *arguments: object) -> Sequence[Row]:
        """Run one statement by itself and return its rows."""
        async with self.session() as session:
            return await session.fetch(name, *arguments)

    async def first(self, name: str, *arguments: object) -> Row | None:
        """Run one statement by itself and return its first row, if there is one."""
        async with self.session() as session:
            return await session.first(name, *arguments)


async def connect(dsn: str, *, size: int = 4, schemas: str = "", role: str = "") -> Database:
    """Connect to a database with up to `size` connections; Unavailable if it does not answer.

    `schemas`, in order, are where tables are looked for, if not where the server says; `role` is
    whose privileges count, if not the user's own: Misconfigured if that is not to be had.
    """
    settings = {"application_name": "llama", "timezone": "UTC"}
    asked = {"search_path": schemas, "role": role}
    with translated():
        pool = await asyncpg.create_pool(
            dsn,
            # The driver keeps no connection alive behind our back: we ask for one when we need it.
            min_size=0,
            max_size=size,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=COMMAND_TIMEOUT_S,
            reset=_leave_as_it_is,
            server_settings={**settings, **{name: said for name, said in asked.items() if said}},
        )
    database = Database(dsn, pool, load_statements())
    try:
        async with database.session():
            return database
    except BaseException:
        pool.terminate()
        raise


async def _leave_as_it_is(_connection: "asyncpg.Connection[Row]") -> None:
    """Spare the server the driver's four statements after every loan.

    What we set or lock ends with its transaction, who listens has a connection of his own, and an
    open transaction has been rolled back before this is called.
    """
