"""The resolver's timers and releases on every ledger, by the clock of its database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from llama.adapters.memory.log import MemoryLog
from llama.adapters.system_clock import SystemClock
from llama.domain.needs import need_of
from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.ports.message_log import Batch, Haul
from llama.runtime.telling import TellingFolder
from schemas.facts import FileExpired, FlagsChanged, PipelineRequested
from schemas.files import Manifest
from schemas.flags import FlagName
from schemas.topics import FACTS_TOPIC
from services.dependency_resolver.expiring import Alarm
from services.dependency_resolver.reactions import CONSUMER, Resolver
from tests.support.facts import EVENT, START, a_pipeline, a_result, a_trigger
from tests.support.postgres import Persistence

GRAPH = "alert -> neutrinos -> joint"
OVER = START + timedelta(hours=1)
NEVER = datetime(2199, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Scene:
    """A resolver on a ledger, and what it reads and writes."""

    persistence: Persistence
    manifest: Manifest = field(default_factory=lambda: a_pipeline(GRAPH))
    log: MemoryLog = field(default_factory=MemoryLog)

    async def follow(self) -> None:
        """Let the deployed resolver read until there is nothing more to read."""
        ledger = self.persistence.ledger
        epoch = await ledger.deployment_epoch(self.manifest.digest)
        resolver = Resolver(self.log, SystemClock(), self.manifest, epoch)
        folder = TellingFolder(CONSUMER, ledger, resolver.tell, resolver.react)
        while haul := await self.unread():
            await folder.handle(haul)

    async def unread(self) -> Haul:
        topic = FACTS_TOPIC.name
        stands = await self.persistence.ledger.positions(CONSUMER, topic)
        return [
            Batch(topic, number, start, tuple(self.log.partition(topic, number)[start:]))
            for number, end in (await self.log.ends(FACTS_TOPIC)).items()
            if (start := stands.get(number, 0)) < end
        ]

    async def make(self, handler: str, *, valid_until: datetime | None = None) -> None:
        need = need_of(await self.state(), handler)
        assert need is not None
        made = a_result(need).model_copy(update={"valid_until": valid_until})
        await self.log.append(FACTS_TOPIC, [made])
        await self.follow()

    async def ring(self) -> int:
        return await Alarm(self.persistence.timers, self.log).ring()

    async def state(self) -> EventState:
        async with self.persistence.ledger.transaction(CONSUMER) as transaction:
            return (await transaction.load([EVENT]))[EVENT]

    async def wanted(self) -> list[str]:
        """Take what is wanted, and say which handlers."""
        known = [(spec.name, spec.code) for spec in self.manifest.handlers]
        leases = await self.persistence.queue.claim(
            "w", handlers=known, limit=9, lease=timedelta(hours=1)
        )
        return [lease.task.handler.name for lease in leases]


@pytest.fixture
async def scene(persistence: Persistence) -> Scene:
    """Make an event whose list of neutrinos is still to be made."""
    scene = Scene(persistence)
    await scene.log.append(FACTS_TOPIC, [a_trigger()])
    await scene.follow()
    return scene


async def test_an_incomplete_neutrino_list_does_not_stay_final(scene: Scene) -> None:
    await scene.make("neutrinos", valid_until=OVER)
    await scene.make("joint")
    before = await scene.wanted()

    rung = await scene.ring()
    await scene.follow()
    again = await scene.wanted()
    await scene.make("neutrinos")

    assert (before, rung, again, await scene.wanted()) == ([], 1, ["neutrinos"], ["joint"])
    assert await scene.ring() == 0


async def test_what_is_still_valid_is_left_alone(scene: Scene) -> None:
    await scene.make("neutrinos", valid_until=NEVER)

    assert await scene.ring() == 0


async def test_a_timer_is_dropped_when_its_expiry_has_been_read(scene: Scene) -> None:
    await scene.make("neutrinos", valid_until=OVER)
    await scene.ring()

    await scene.follow()

    taken = await scene.persistence.timers.take_due(limit=9, again_after=timedelta(0))
    expired = [record for record in _records(scene) if FileExpired.__name__ in str(record)]
    assert (list(taken), len(expired)) == ([], 1)


def _records(scene: Scene) -> list[bytes | None]:
    partitions = range(FACTS_TOPIC.partitions)
    return [
        record.value
        for number in partitions
        for record in scene.log.partition(FACTS_TOPIC.name, number)
    ]


async def test_an_old_settled_event_stays_stale_until_it_is_asked_for(scene: Scene) -> None:
    await scene.make("neutrinos")
    await scene.make("joint")
    scene.manifest = a_pipeline(GRAPH, code={"joint": "2"})
    stale: list[bool] = []

    for fact in (
        FlagsChanged(id="1", occurred_at=START, event=EVENT, changes={FlagName.UPLOAD: True}),
        PipelineRequested(id="2", occurred_at=START, event=EVENT),
    ):
        await scene.log.append(FACTS_TOPIC, [fact])
        await scene.follow()
        stale.append(await _is_stale(scene))

    assert stale == [True, False]
    assert await scene.wanted() == ["joint"]


async def _is_stale(scene: Scene) -> bool:
    deployed = await scene.persistence.models.deployed()
    state = await scene.state()
    return status_of(state, leased=[], now=START, deployed=deployed).stale
