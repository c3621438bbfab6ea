"""One seed's world: the services over their edges, and every step that can happen in it."""

import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.adapters.memory.history import MemoryHistory
from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.tasks import MemoryTaskQueue
from llama.adapters.memory.timers import MemoryTimerQueue
from llama.domain.errors import Fenced, Unavailable
from llama.domain.work import Step
from llama.ports.ledger import Transaction
from llama.ports.message_log import Batch
from llama.ports.tasks import Lease
from llama.runtime.folding import Folder
from schemas.facts import FACTS, Fact
from schemas.files import Manifest
from schemas.topics import FACTS_TOPIC, REVISIONS_TOPIC, Topic
from services.dependency_resolver.expiring import Alarm
from services.dependency_resolver.reactions import Resolver
from services.handler_worker.reactions import Worker
from services.projection.reactions import Projector, show
from services.versioning.reactions import Historian
from tests.simulation.edges import (
    FAILURES,
    SkewedClock,
    StormyLedger,
    StormyLog,
    StormyRunner,
    VirtualClock,
    Weather,
)
from tests.simulation.errands import Errand, drive
from tests.simulation.scenery import Notice, notices, pipelines, whimsical
from tests.simulation.words import in_words, label

RESOLVER, HISTORY, PROJECTION = "dependency_resolver", "versioning", "projection"
FOLLOWED: dict[str, Sequence[Topic]] = {
    RESOLVER: (FACTS_TOPIC,),
    HISTORY: (FACTS_TOPIC,),
    PROJECTION: (FACTS_TOPIC, REVISIONS_TOPIC),
}
EVENTS = ("S230914ak", "S230914al")
LEASE = timedelta(seconds=15)
MOST_RECORDS = 6
Handle = Callable[[Batch], Coroutine[object, None, None]]


@dataclass(slots=True)
class Service:
    """One instance of a consumer: what it remembers, and what it is doing."""

    consumer: str
    handle: Handle
    folder: Folder
    resolver: Resolver | None = None
    batch: Batch | None = None
    """What it has not been able to confirm yet."""
    errand: Errand | None = None


@dataclass(slots=True)
class Machine:
    """A worker process, its clock, and the runs under way."""

    worker: Worker
    clock: SkewedClock
    release: int
    runs: list[tuple[Lease, Errand]] = field(default_factory=list[tuple[Lease, Errand]])


class World:
    """Everything that there is; each public method is one thing that can happen."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.story: list[tuple[object, ...]] = []
        self.weather = Weather(self.chance)
        self.clock = VirtualClock()
        self.store = MemoryStore(self.clock)
        self.ledger = StormyLedger(self.store, self.weather)
        self.log = StormyLog(self.weather)
        self.patient_log = StormyLog(self.weather, self.log.partitions, lost_answers=0.0)
        self.artifacts, self.history = MemoryArtifacts(), MemoryHistory()
        self.manifests: list[Manifest] = pipelines(self.chance)
        self.release = 0
        self.stale_after = timedelta(seconds=self.chance.choice((1, 604_800)))
        whims, failures = whimsical(self.manifests, self.chance), self.chance.choice(FAILURES)
        self.runner = StormyRunner(self.weather, self.clock, whims, failures)
        self.events = EVENTS[: 2 if self.chance.random() < 0.25 else 1]
        self.steps: dict[tuple[int, int], Step] = {}
        """What the projection has folded, by partition and offset."""
        self.acts = 0
        self.coming: list[Notice] = []
        for event in self.events:
            self.coming += notices(event, self.chance)
        self.services = {name: self._begin(name) for name in FOLLOWED}
        self.lingering: list[Service] = []
        self.machines = [self._machine(number) for number in range(2)]

    # --- what comes from outside

    def tell(self, *facts: Fact) -> None:
        """Put facts on the log, as the gateway and the ingest do."""
        for fact in facts:
            self.say("on the log:", fact)
            self.log.write(FACTS_TOPIC, fact)

    def receive_notice(self) -> None:
        """Let the next notice come in."""
        notice = self.coming.pop(0)
        self.artifacts.contents[notice.fact.raw] = notice.alert
        self.tell(notice.fact.model_copy(update={"occurred_at": self.clock.now()}))

    def repeat_fact(self) -> None:
        """Append a fact once more that is on the log already."""
        records = self.log.records(FACTS_TOPIC)
        if records:
            record = self.chance.choice(records)
            self.say("again on the log:", FACTS.validate_json(record.value or b""))
            self.log.repeat(FACTS_TOPIC, record)

    def ring(self, *, pauses: int = 1000) -> bool:
        """Let the alarm say what has expired, if it lives so long; False if nothing has."""
        alarm, rung = Alarm(MemoryTimerQueue(self.store), self.patient_log), list[int]()

        async def ring() -> None:
            rung.append(await alarm.ring())

        errand = Errand("the alarm", ring)
        for _ in range(pauses):
            errand.go_on()
            if errand.is_over:
                break
        if not errand.is_over:
            self.say(errand.name, "is killed while", errand.place)
            errand.kill()
        if any(rung):
            self.say(errand.name, "rings", *rung)
        return any(rung)

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.moment += timedelta(seconds=seconds)

    # --- services

    def turn(self, name: str, *, pauses: int = 1000, most: int = MOST_RECORDS) -> bool:
        """Let a service go on for some places; False if it has nothing to do."""
        service = self.services[name]
        if service.errand is None and not self._take_up(service, most):
            return False
        return self._go_on(service, pauses)

    def kill_service(self, name: str) -> None:
        """End a service where it stands; another process takes over from the ledger."""
        old = self.services[name]
        place = old.errand.place if old.errand else "idle"
        may_linger = old.errand is not None and name != HISTORY and self.chance.random() < 0.5
        self.say(f"{name} {'lingers' if may_linger else 'is killed'} while {place}")
        if may_linger:
            self.lingering.append(old)
        elif old.errand is not None:
            old.errand.kill()
        self.services[name] = self._begin(name)

    def wake_lingering(self) -> None:
        """Let a service that was thought dead do what it was about to do."""
        if self.lingering:
            service = self.lingering.pop(self.chance.randrange(len(self.lingering)))
            self.say(f"a {service.consumer} that was thought dead goes on")
            self._go_on(service, 1000)

    def deploy(self) -> None:
        """Begin to deploy the next release: its resolver first, workers follow one by one."""
        if self.release + 1 < len(self.manifests):
            self.release += 1
            self.say(f"release {self.release} is deployed")
            self.kill_service(RESOLVER)

    # --- workers

    def claim(self, machine: Machine) -> bool:
        """Let a worker take a task; False if there is none for it."""
        worker = machine.worker
        claimed = drive(
            worker.queue.claim(worker.name, handlers=worker.handlers, limit=1, lease=LEASE)
        )
        for lease in claimed:
            self.say(worker.name, "takes", label(lease))
            machine.runs.append((lease, Errand(label(lease), partial(worker.carry_out, lease))))
        return bool(claimed)

    def go_on_running(self, machine: Machine, *, pauses: int = 1000) -> bool:
        """Let a run of a worker go on for some places; False if there is none."""
        if not machine.runs:
            return False
        lease, errand = machine.runs[self.chance.randrange(len(machine.runs))]
        for _ in range(pauses):
            errand.go_on()
            if errand.is_over:
                machine.runs.remove((lease, errand))
                break
        state = "is over" if errand.is_over else errand.place
        self.say(f"{machine.worker.name}: {errand.name} {state}")
        return True

    def renew(self, machine: Machine) -> None:
        """Let a worker renew its leases; it gives up the runs that it has lost."""
        leases = [lease for lease, _ in machine.runs]
        held = {one.key for one in drive(machine.worker.queue.renew(leases, lease=LEASE))}
        for lease, errand in list(machine.runs):
            if lease.key not in held:
                self.say(machine.worker.name, "gives up", errand.name)
                errand.cancel()
                machine.runs.remove((lease, errand))

    def stop_worker(self, machine: Machine, *, kindly: bool) -> None:
        """End a worker, at once or so that it gives its leases back; start the newest release."""
        self.say(f"{machine.worker.name} is {'stopped' if kindly else 'killed'}")
        for _, errand in machine.runs:
            if kindly:
                errand.cancel()
            else:
                errand.kill()
        self.machines[self.machines.index(machine)] = self._machine(self.machines.index(machine))

    def set_clock(self, machine: Machine) -> None:
        """Let the clock of a worker's machine jump."""
        machine.clock.skew = timedelta(seconds=self.chance.choice((0, -7200, -30, 30, 3600)))
        self.say(f"the clock of {machine.worker.name} is off by {machine.clock.skew}")

    # --- within

    def say(self, *words: object) -> None:
        """Add a line to the story; facts are put into words only if somebody reads it."""
        self.story.append(words)

    def told(self, lines: int) -> str:
        """Return the last lines of the story."""
        told = [" ".join(map(in_words, words)) for words in self.story[-lines:]]
        return "\n".join(told)

    def _take_up(self, service: Service, most: int) -> bool:
        service.batch = service.batch or self._unread(service.consumer, most)
        if service.batch is None:
            return False
        batch = service.batch
        name = f"{batch.topic.removeprefix('llama.')}[{batch.partition}]@{batch.start}..{batch.end}"
        service.errand = Errand(name, partial(service.handle, batch))
        return True

    def _go_on(self, service: Service, pauses: int) -> bool:
        errand = service.errand
        if errand is None:
            return False
        try:
            for _ in range(pauses):
                errand.go_on()
                if errand.is_over:
                    service.batch = service.errand = None
                    break
        except Unavailable as error:
            self.say(f"{service.consumer} {errand.name}: {error}")
            service.errand = None
            return True
        except Fenced:
            self.say(f"{service.consumer} {errand.name}: fenced")
            service.batch = service.errand = None
            service.folder.forget()
            return True
        state = "is done" if errand.is_over else errand.place
        self.say(f"{service.consumer} {errand.name}: {state}")
        return True

    def _unread(self, consumer: str, most: int) -> Batch | None:
        found = [
            batch
            for topic in FOLLOWED[consumer]
            for number in self._grown(topic)
            if (batch := self._after(consumer, topic, number, most)) is not None
        ]
        return self.chance.choice(found) if found else None

    def _grown(self, topic: Topic) -> list[int]:
        return [number for name, number in self.log.partitions if name == topic.name]

    def _after(self, consumer: str, topic: Topic, number: int, most: int) -> Batch | None:
        start = self.store.offsets.get((consumer, topic.name, number), 0)
        return self.log.batch(topic.name, number, start, self.chance.randint(1, most))

    def _begin(self, consumer: str) -> Service:
        if consumer == RESOLVER:
            return self._begin_resolver()
        if consumer == HISTORY:
            historian = Historian(self.log, self.history, self.artifacts)
            folder = Folder(consumer, self.ledger, historian.react)
            return Service(consumer, folder.handle, folder)
        folder = Folder(consumer, self.ledger, self._show)
        return Service(consumer, Projector(self.ledger, folder).handle, folder)

    def _begin_resolver(self) -> Service:
        manifest = self.manifests[self.release]
        epoch = drive(self.ledger.deployment_epoch(manifest.digest))
        resolver = Resolver(self.patient_log, self.clock, manifest, epoch, self.stale_after)
        behind = drive(self.ledger.states_behind(RESOLVER, epoch))
        drive(resolver.adopt_unfinished(behind))
        reacting = replace(resolver, log=self.log)
        folder = Folder(RESOLVER, self.ledger, reacting.react)
        return Service(RESOLVER, folder.handle, folder)

    async def _show(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        for step in steps:
            self.steps[step.partition, step.offset] = step
        await show(transaction, steps)

    def _machine(self, number: int) -> Machine:
        clock = SkewedClock(self.clock)
        manifest = self.manifests[self.release]
        worker = Worker(
            name=f"w{number}",
            queue=MemoryTaskQueue(self.store),
            runner=self.runner,
            artifacts=self.artifacts,
            log=self.patient_log,
            clock=clock,
            handlers=[(spec.name, spec.code) for spec in manifest.handlers],
            capacity=2,
            lease=LEASE,
        )
        return Machine(worker, clock, self.release)
