"""The adapters that people's classes work with: the one place of this room that chooses them.

They are imported when they are asked for, so that `import llama` stays quick.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from llama.client.local.workbench import Workbench
from llama.domain.outlet import Outlet, Sender
from llama.domain.pipeline import Handlers
from llama.ports.event_folder import EventFolder
from llama.ports.following import Following
from llama.ports.message_log import Subscription
from llama.ports.pictures import Draw, DrawRun
from llama.ports.runner import Runner
from schemas.topics import Topic

if TYPE_CHECKING:
    from llama.adapters.event_folder import DiskEventFolder
    from llama.client.subscribing import Subscriber


def draw() -> Draw:
    """Return what lays out graphs and draws them."""
    from llama.adapters.graphviz import render

    return render


def draw_run() -> DrawRun:
    """Return what draws the figures of many events."""
    from llama.adapters.matplotlib_pictures import picture_of

    return picture_of


def open_bench(eventid: str, eventdir: Path, handlers: Handlers) -> Workbench:
    """Return what works on an event in its folder, with a pipeline."""
    from llama.adapters.processes.forked import ForkingRunner
    from llama.adapters.system_clock import SystemClock

    folder, clock = _folder(eventdir), SystemClock()

    def runner_of(needed: Handlers, work: Path) -> Runner:
        return ForkingRunner(
            needed,
            artifacts=folder.artifacts,
            work=work,
            clock=clock,
            outbox=outbox_in(eventdir),
        )

    return Workbench(eventid, folder, handlers, clock, runner_of)


def outbox_in(eventdir: Path) -> Path:
    """Return the folder into which an event that has a log of its own publishes."""
    from llama.adapters.event_folder import HIDDEN

    return eventdir / HIDDEN / "outbox"


def open_outlet(folder: Path, eventid: str, handler: str) -> Outlet:
    """Return the outlet of a handler into a folder."""
    from llama.adapters.outlets.folder import FolderOutlet
    from llama.adapters.system_clock import SystemClock

    return FolderOutlet(folder, Sender(eventid, handler), SystemClock().now)


def open_folder(path: Path) -> EventFolder:
    """Return what keeps an event in a folder."""
    return _folder(path)


def is_event_folder(path: Path) -> bool:
    """Tell whether a folder is an event's."""
    return _folder(path).exists()


def auxiliary_in(eventdir: Path) -> tuple[Path, ...]:
    """Return the paths in an event's folder that keep the event and are no file of it."""
    from llama.adapters.event_folder import HIDDEN

    return (eventdir / HIDDEN,) if (eventdir / HIDDEN).exists() else ()


@asynccontextmanager
async def open_public() -> "AsyncGenerator[Subscriber]":
    """Read the public topics of the system that the environment names, whenever it is asked."""
    from llama.adapters.kafka.follower import KafkaFollower
    from llama.adapters.kafka.quiet import quiet
    from llama.adapters.kafka.reader import KafkaReader, ReaderOf
    from llama.client.subscribing import Subscriber
    from llama.runtime.addresses import kafka_address
    from llama.runtime.settings import read_settings

    def server() -> str:
        return kafka_address(read_settings())

    @asynccontextmanager
    async def follow(
        topics: Sequence[Topic], places: Mapping[tuple[str, int], int]
    ) -> AsyncGenerator[Subscription]:
        async with KafkaFollower(server(), topics, places) as follower:
            yield follower

    with quiet():
        yield Subscriber(ReaderOf(lambda: KafkaReader(server())), follow)


@asynccontextmanager
async def open_following() -> AsyncGenerator[Following]:
    """Connect to the tables of the system that the environment names."""
    from llama.adapters.postgres import connect
    from llama.adapters.postgres.following import PostgresFollowing
    from llama.runtime.addresses import find_addresses
    from llama.runtime.settings import read_settings

    async with await connect(find_addresses(read_settings()).database_url) as database:
        yield PostgresFollowing(database)


def _folder(path: Path) -> "DiskEventFolder":
    from llama.adapters.event_folder import DiskEventFolder

    return DiskEventFolder(path)
