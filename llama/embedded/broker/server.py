"""The broker as a running server: socket, connections, housekeeping, and a clean end."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from llama.embedded.broker import connection
from llama.embedded.broker.api.routes import routes
from llama.embedded.broker.broker import Broker, open_broker
from llama.embedded.broker.errors import DataFolderInUse
from llama.embedded.broker.housekeeping import keep_house
from llama.embedded.broker.settings import Settings

logger = logging.getLogger(__name__)

_READ_AHEAD_BYTES = 256 * 1024


@asynccontextmanager
async def running_broker(settings: Settings) -> AsyncGenerator[tuple[str, int]]:
    """Serve clients for as long as the block lasts; gives host and port.

    Raises DataFolderInUse when another live broker uses the data folder, JournalCorrupt, and
    OSError when the port is taken.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with locked(settings), opened(settings) as broker:
        clients = _Clients(broker)
        server = await asyncio.start_server(
            clients.accept,
            settings.host,
            settings.port,
            limit=_READ_AHEAD_BYTES,
            start_serving=False,
        )
        async with server, asyncio.TaskGroup() as tasks:
            clients.tasks = tasks
            chores = tasks.create_task(keep_house(broker))
            await server.start_serving()
            host, port = server.sockets[0].getsockname()[:2]
            yield host, port
            server.close()
            clients.cancel()
            chores.cancel()


class _Clients:
    """The open connections, each a task of the server's group."""

    tasks: asyncio.TaskGroup

    def __init__(self, broker: Broker) -> None:
        settings = broker.settings
        large_frames = asyncio.Semaphore(settings.large_frames_at_once)
        self._shared = connection.Shared(broker, routes(), large_frames)
        self._open: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._shared.broker.settings.max_connections:
            logger.warning("connection_refused because=too_many open=%d", len(self._open))
            writer.close()
            return
        task = self.tasks.create_task(connection.serve(self._shared, reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    def cancel(self) -> None:
        for task in self._open:
            task.cancel()


@contextmanager
def opened(settings: Settings) -> Generator[Broker]:
    """Open the broker's state and close it again."""
    broker = open_broker(settings)
    try:
        yield broker
    finally:
        broker.close()


@contextmanager
def locked(settings: Settings) -> Generator[None]:
    """Hold the lock of the data folder; it falls when the process dies, however it dies."""
    path = settings.data / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise DataFolderInUse(
            f"{settings.data} is used by another broker; stop it or choose another folder"
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)
