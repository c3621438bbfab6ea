"""Faust, and what is to be known of it: the one module that names it.

Nothing here relies on what Faust keeps. It reads with a group of its own at each start, so it
begins at the beginning, and nobody waits until the session of a killed one has run out. Offsets
tell whether a record came twice or was left out; an error ends the reading, as Faust would
acknowledge the record and go on.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from llama.domain.errors import Misconfigured, Unavailable
from llama.ports.message_log import Record
from schemas.topics import Topic

if TYPE_CHECKING:
    from faust import App
    from faust.types import EventT, StreamT

COMMIT_EVERY_S = 60.0
"""Nobody reads the offsets of these groups; Faust warns if they never move."""
LEAVE_WITHIN_S = 4.0
"""Less than a process has for stopping; there is nothing to be put in order."""

_EXTRA = "stream_monitor reads with Faust: install llama-gwhen[monitor]"

See = Callable[[Record], None]
"""Takes the next record of a partition; what it raises ends the reading."""


async def follow(
    server: str,
    topics: Sequence[Topic],
    see: See,
    *,
    group: str,
    folder: Path,
    on_start: Callable[[], None],
) -> None:
    """Show every record of some topics, from their beginning, for ever.

    What `see` raises is raised; Unavailable if Faust gives up.
    """
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def show(stream: "StreamT[bytes]") -> None:
        try:
            async for _ in stream:
                if stream.current_event is not None:
                    see(_record_of(stream.current_event))
        except Exception as error:  # noqa: BLE001 - whatever it is, Faust would hide it
            if not failed.done():
                failed.set_exception(error)

    folder.mkdir(parents=True, exist_ok=True)
    app = _app(server, group, folder)
    names = [topic.name for topic in topics]
    source = app.topic(*names, key_type=bytes, value_type=bytes, value_serializer="raw")
    app.agent(source, name=group)(show)
    async with _running(app):
        on_start()
        await _until_either(failed, app.wait_until_stopped())
    if failed.done():
        failed.result()
    raise Unavailable(f"Faust stopped reading from {server}: {app.crash_reason}")


def _app(server: str, group: str, folder: Path) -> "App":
    try:
        import faust  # some tens of megabytes, for this process alone
    except ImportError as error:
        raise Misconfigured(_EXTRA) from error

    return faust.App(
        group,
        broker=[f"kafka://{one}" for one in server.split(",")],
        store="memory://",
        datadir=str(folder),
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        broker_commit_interval=COMMIT_EVERY_S,
        consumer_auto_offset_reset="earliest",
        loop=asyncio.get_running_loop(),
    )


@asynccontextmanager
async def _running(app: "App") -> AsyncGenerator[None]:
    app.finalize()
    try:
        await app.start()
        yield
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await app.stop()


async def _until_either(failed: "asyncio.Future[None]", stopped: Awaitable[None]) -> None:
    stopping = asyncio.ensure_future(stopped)
    try:
        await asyncio.wait({failed, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


def _record_of(event: "EventT[bytes]") -> Record:
    told = event.message
    return Record(told.topic, told.partition, told.offset, None, event.value)
