"""This project as an engine: the real system, fed as `llama put` feeds it.

A trigger is two puts, nu_raw.json and trigger.json: the bytes go to the artifact store, and then
two facts to the log. An event is made when the last FileGenerated of its files was acknowledged.
"""

import asyncio
import os
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from typing import TypeVar

from benchmarks.yardstick import dag
from benchmarks.yardstick.asking import Asking
from benchmarks.yardstick.copying import MIDDLE, TEMPLATES, copied
from benchmarks.yardstick.dag import REACHED, Change
from benchmarks.yardstick.engine import Scene
from benchmarks.yardstick.following import LogFollower, Seen
from benchmarks.yardstick.handlers import RawNeutrinos, Trigger
from benchmarks.yardstick.meters import Part
from benchmarks.yardstick.system import llama_up, own_servers
from llama.adapters.kafka.log import KafkaLog
from llama.adapters.kafka.reader import KafkaReader
from llama.adapters.kept_artifacts import KeptArtifacts
from llama.adapters.postgres import Database, PostgresReadModels, connect
from llama.adapters.system_clock import SystemClock
from llama.client.acting.orders import Order
from llama.client.acting.placing import Slot
from llama.domain.handler import FileHandler
from llama.runtime.addresses import Addresses, find_addresses
from llama.runtime.settings import Settings, read_settings
from schemas.facts import FilePut, FlagsChanged
from schemas.flags import FlagName
from schemas.topics import FACTS_TOPIC

APACHE = "apache"
"""The mode with Apache Kafka and PostgreSQL 15, in place of the embedded servers."""
AT_ONCE = 16
"""Events that are brought in at the same time."""
WITHIN_S = 60.0
EACH_WITHIN_S = 1.0
LOOK_EVERY_S = 0.01
STANDS = "select consumer, partition, next_offset from offsets where topic = $1"
RESOLVER = "dependency_resolver"
FOLLOWERS = (RESOLVER, "projection", "versioning", "announcing")
PARTS = (
    Part("supervisor", "llama.cli up"),
    Part("broker", "llama.embedded.broker"),
    Part("broker", "kafka.Kafka"),
    Part("worker", "services.handler_worker", ended="handlers"),
    Part("handlers", "llama.adapters.processes.child"),
    Part("services", "-m services", ended="git"),
    Part("git", "git"),
    Part("postgres", "postgres"),
)
Result = TypeVar("Result")


@dataclass(slots=True)
class Connections:
    """What a client of a running system has."""

    settings: Settings
    addresses: Addresses
    artifacts: KeptArtifacts
    log: KafkaLog
    reader: KafkaReader
    database: Database
    follower: LogFollower
    asking: Asking


@dataclass(slots=True)
class Llama:
    """The whole embedded system, or one with servers that the environment names."""

    scene: Scene
    name: str = "llama"
    parts: Sequence[Part] = PARTS
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _open: Connections | None = None
    _orders: int = 0
    _since: datetime | None = None
    """When the earlier half of all events had been made."""
    _clock: SystemClock = field(default_factory=SystemClock)
    _waiting: dict[int, list[FilePut]] = field(default_factory=dict[int, list[FilePut]])

    def start(self) -> None:
        """Start the system and connect to it."""
        self._run(self._start())

    def stop(self) -> None:
        """Stop it."""
        self._run(self._stack.aclose())
        self._loop.close()

    def many(self, numbers: Sequence[int]) -> None:
        """Put side inputs and triggers, and wait for all files."""
        since = time.monotonic()
        self._run(self._bring(numbers))
        self._wait(numbers, tuple(dag.INPUTS), since)

    def change(self, numbers: Sequence[int], change: Change) -> None:
        """Put the bytes into the store: nobody has been told of them."""
        contents = {number: dag.changed_side_input(number, change) for number in numbers}
        self._run(self._keep_all(contents))

    def update(self, numbers: Sequence[int], change: Change) -> None:
        """Tell of the side inputs, and wait for what they lead to."""
        since = time.monotonic()
        self._run(self._tell(numbers))
        if files := REACHED[change]:
            self._wait(numbers, files, since)
        else:
            self._run(self._nothing_wanted())

    def prepare(self, numbers: Sequence[int], vetoed: Sequence[int]) -> None:
        """Make events, or copies of a thousand that are made; veto some as `llama veto` does."""
        made = numbers[:TEMPLATES]
        self.many(made)
        orders = [self._order(number) for number in vetoed if number in made]
        self._run(self._append([order.flags({FlagName.VETOED: True}) for order in orders]))
        self.settle()
        if len(numbers) > len(made):
            self._run(copied(self._connections.database, len(numbers)))

    def look(self, numbers: Sequence[int]) -> None:
        """See that the resolver has read all of the log, and wants no run."""
        if not self._run(self._nothing_wanted()):
            raise RuntimeError(f"some run is wanted, though all {len(numbers)} events were made")

    def query(self) -> int:
        """Ask the gateway over HTTP."""
        self._since = self._since or self._run(self._middle())
        return self._connections.asking.newest(since=self._since)

    def made_at(self, numbers: Sequence[int]) -> Mapping[int, float]:
        """Return when the last FileGenerated of each event was acknowledged."""
        made = self._connections.follower.seen.made
        return {number: max(made[dag.event(number)].values()) for number in numbers}

    def settle(self) -> Mapping[str, float]:
        """Wait until tables and histories have everything."""
        return self._run(self._settle())

    def files(self, number: int) -> Mapping[str, bytes]:
        """Return what the tables say that an event has."""
        return self._run(self._files(number))

    @property
    def seen(self) -> Seen:
        """What a subscriber of the log was given, and when."""
        return self._connections.follower.seen

    @property
    def _connections(self) -> Connections:
        if self._open is None:
            raise RuntimeError("the engine was not started")
        return self._open

    async def _start(self) -> None:
        stack, scene = self._stack, self.scene
        home = scene.folder / "home"
        own = stack.enter_context(own_servers(scene.folder)) if scene.mode == APACHE else {}
        stack.enter_context(llama_up(home, scene.runs, own))
        settings = read_settings({**os.environ, **own, "LLAMA_HOME": str(home)})
        addresses = find_addresses(settings)
        database = await stack.enter_async_context(await connect(addresses.database_url))
        log = KafkaLog(addresses.kafka, client_id="yardstick")
        self._open = Connections(
            settings=settings,
            addresses=addresses,
            artifacts=KeptArtifacts(settings.artifacts_folder),
            log=await stack.enter_async_context(log),
            reader=await stack.enter_async_context(KafkaReader(addresses.kafka)),
            database=database,
            follower=stack.enter_context(LogFollower(addresses.kafka)),
            asking=Asking(stack.enter_context(closing(HTTPConnection(addresses.http)))),
        )

    async def _bring(self, numbers: Sequence[int]) -> None:
        free = asyncio.Semaphore(AT_ONCE)

        async def bring(number: int) -> None:
            async with free:
                facts = await asyncio.gather(
                    self._kept(number, RawNeutrinos, dag.side_input(number)),
                    self._kept(number, Trigger, dag.trigger(number)),
                )
                await self._append(facts)

        await asyncio.gather(*map(bring, numbers))

    async def _kept(self, number: int, handler: type[FileHandler], content: bytes) -> FilePut:
        """Keep a content in the store, and return the fact that it is an event's file."""
        digest = await self._connections.artifacts.put(content)
        slot = Slot(handler.__name__, handler.FILENAME, handler)
        return self._order(number).put(slot.handler, slot.content(content, digest))

    def _order(self, number: int) -> Order:
        self._orders += 1
        return Order(dag.event(number), str(self._orders), at=self._clock.now(), by="yardstick")

    async def _keep_all(self, contents: Mapping[int, bytes]) -> None:
        for number, content in contents.items():
            self._waiting[number] = [await self._kept(number, RawNeutrinos, content)]

    async def _tell(self, numbers: Sequence[int]) -> None:
        facts = [fact for number in numbers for fact in self._waiting.pop(number)]
        await self._append(facts)

    async def _append(self, facts: Sequence[FilePut | FlagsChanged]) -> None:
        await self._connections.log.append(FACTS_TOPIC, facts)

    def _wait(self, numbers: Sequence[int], files: Sequence[str], since: float) -> None:
        wanted = dict.fromkeys(map(dag.event, numbers), files)
        within_s = WITHIN_S + EACH_WITHIN_S * len(numbers)
        self._connections.follower.wait_for(wanted, since=since, within_s=within_s)

    async def _settle(self) -> Mapping[str, float]:
        while True:
            ends = await self._ends()
            moments = await self._read_by(FOLLOWERS, ends)
            if not await self._open_runs() and await self._ends() == ends:
                return moments
            await asyncio.sleep(LOOK_EVERY_S)

    async def _nothing_wanted(self) -> bool:
        """Tell whether no run is wanted, once the resolver has read all that is on the log."""
        await self._read_by([RESOLVER], await self._ends())
        return not await self._open_runs()

    async def _open_runs(self) -> int:
        (tasks,) = await self._connections.database.fetch("count_tasks")
        return tasks["ready"] + tasks["leased"] + tasks["cooling"]

    async def _ends(self) -> Mapping[int, int]:
        return await self._connections.reader.ends(FACTS_TOPIC)

    async def _read_by(
        self, consumers: Sequence[str], ends: Mapping[int, int]
    ) -> Mapping[str, float]:
        """Wait until some have read to these places; return when that was seen of each."""
        deadline, found = time.monotonic() + WITHIN_S, dict[str, float]()
        while True:
            stands = await self._stands()
            now = time.monotonic()
            for consumer in set(consumers) - found.keys():
                if all(stands.get((consumer, one), 0) >= end for one, end in ends.items()):
                    found[consumer] = now
            if len(found) == len(consumers):
                return found
            if now > deadline:
                raise TimeoutError(f"not all of the log was read: {stands}, and it ends at {ends}")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _stands(self) -> Mapping[tuple[str, int], int]:
        async with self._connections.database.session() as session:
            rows = await session.run(STANDS, FACTS_TOPIC.name)
        return {(row["consumer"], row["partition"]): row["next_offset"] for row in rows}

    async def _middle(self) -> datetime:
        async with self._connections.database.session() as session:
            (row,) = await session.run(MIDDLE)
        return row["modified_at"]

    async def _files(self, number: int) -> Mapping[str, bytes]:
        models = PostgresReadModels(self._connections.database)
        state = await models.state(dag.event(number))
        files = state.files if state else {}
        return {
            name: await self._connections.artifacts.get(stored.content.digest)
            for name, stored in files.items()
        }

    def _run(self, work: Coroutine[object, object, Result]) -> Result:
        return self._loop.run_until_complete(work)
