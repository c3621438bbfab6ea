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
from llama.ports.message_log import Batch, Haul
from llama.runtime.folding import Folder, MoveFolder
from llama.runtime.recent import RecentArtifacts
from llama.runtime.telling import TellingFolder
from schemas.facts import FACTS, Fact
from schemas.files import Manifest
from schemas.topics import FACTS_TOPIC, REVISIONS_TOPIC, Topic
from services.dependency_resolver.expiring import Alarm
from services.dependency_resolver.reactions import Resolver
from services.handler_worker.carrying import Carrying
from services.handler_worker.horizon import Horizon
from services.handler_worker.jobs import Job
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
from tests.simulation.scenery import (
    ACTS,
    RARE,
    UNDECIDED,
    Notice,
    notices,
    pipelines,
    whimsical,
)
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
EVENLY = 0.5
Handle = Callable[[Haul], Coroutine[object, None, None]]


@dataclass(slots=True)
class Service:
    """One instance of a consumer: what it remembers, and what it is doing."""

    consumer: str
    handle: Handle
    folder: Folder | MoveFolder
    resolver: Resolver | None = None
    haul: Haul = ()
    """What it has not been able to confirm yet."""
    errand: Errand | None = None


@dataclass(slots=True)
class Machine:
    """A worker process, its clock, the runs under way, and what it is about to tell."""

    carrying: Carrying
    handlers: Sequence[tuple[str, str]]
    clock: SkewedClock
    release: int
    runs: list[tuple[Job, Errand]] = field(default_factory=list[tuple[Job, Errand]])
    ended: list[Job] = field(default_factory=list[Job])
    telling: Errand | None = None

    @property
    def name(self) -> str:
        """What the worker calls itself."""
        return self.carrying.worker

    @property
    def in_hand(self) -> list[Job]:
        """All that is not told yet, or being told."""
        return [*self.ended, *(job for job, _ in self.runs)]

    def begin(self, jobs: Sequence[Job]) -> None:
        """Begin to carry out jobs, also ahead of what is to be told first."""
        for job in jobs:
            self.carrying.horizon.begin(job.task)
            self.runs.append((job, Errand(label(job.task), partial(self._carry_out, job))))

    def forget(self, job: Job) -> None:
        """Have a job in hand no more."""
        self.carrying.forget(job)
        if job in self.ended:
            self.ended.remove(job)

    async def _carry_out(self, job: Job) -> None:
        carrying, outcome = self.carrying, None
        if not job.is_void:
            await carrying.horizon.look([job.task] if job.lease else [])
            outcome = await carrying.run(job.task)
        if outcome is None or job.is_void:
            self.forget(job)
            await carrying.give_back([job])
            return
        self.begin(carrying.ended(job, outcome))
        self.ended.append(job)

    def tell(self) -> bool:
        """Begin to tell what has ended, unless that is under way; False if there is nothing."""
        if self.telling is None and self.ended:
            self.telling = Errand(f"{self.name} tells", self._tell)
        return self.telling is not None

    async def _tell(self) -> None:
        ended = list(self.ended)
        await self.carrying.take_ahead(ended)
        await self.carrying.keep(ended)
        for job in [one for one in ended if one.is_void]:
            self.forget(job)
        due = [job for job in ended if not job.is_void]
        await self.carrying.tell(due)
        await self.carrying.close(due)
        for job in due:
            self.forget(job)


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
        self.habits = ACTS
        if self.chance.random() < RARE:
            self.habits, failures = UNDECIDED, max(FAILURES)
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
        """Let a worker take a few tasks; False if there are none for it."""
        queue, limit = machine.carrying.queue, self.chance.choice((1, 1, 3))
        claim = queue.claim(machine.name, handlers=machine.handlers, limit=limit, lease=LEASE)
        claimed = drive(claim)
        for lease in claimed:
            self.say(machine.name, "takes", label(lease.task))
        machine.begin([Job(lease.task, lease) for lease in claimed])
        return bool(claimed)

    def go_on_working(self, machine: Machine, *, pauses: int = 1000) -> bool:
        """Let a worker go on for some places with a run, or with telling; False if it is idle."""
        is_telling = machine.tell() and self.chance.random() < EVENLY
        if machine.runs and not is_telling:
            job, errand = machine.runs[self.chance.randrange(len(machine.runs))]
            if self._advance(machine, errand, pauses):
                machine.runs.remove((job, errand))
        elif machine.telling is None:
            return False
        elif self._advance(machine, machine.telling, pauses):
            machine.telling = None
        return True

    def _advance(self, machine: Machine, errand: Errand, pauses: int) -> bool:
        for _ in range(pauses):
            errand.go_on()
            if errand.is_over:
                break
        state = "is over" if errand.is_over else errand.place
        self.say(f"{machine.name}: {errand.name} {state}")
        return errand.is_over

    def renew(self, machine: Machine) -> None:
        """Let a worker renew its leases; it gives up the runs that it has lost."""
        leases = [job.lease for job in machine.in_hand if job.lease is not None]
        held = {one.key for one in drive(machine.carrying.queue.renew(leases, lease=LEASE))}
        for job, errand in list(machine.runs):
            is_lost = job.lease is not None and job.lease.key not in held
            if is_lost and job.outcome is None:
                self.say(machine.name, "gives up", errand.name)
                job.is_dropped = True
                errand.cancel()
                machine.forget(job)
                machine.runs.remove((job, errand))

    def stop_worker(self, machine: Machine, *, kindly: bool) -> None:
        """End a worker, at once or so that it gives its leases back; start the newest release."""
        self.say(f"{machine.name} is {'stopped' if kindly else 'killed'}")
        in_hand = machine.in_hand
        errands = [errand for _, errand in machine.runs]
        for errand in [*errands, machine.telling] if machine.telling else errands:
            if kindly:
                errand.cancel()
            else:
                errand.kill()
        if kindly:
            drive(machine.carrying.give_back(in_hand))
        self.machines[self.machines.index(machine)] = self._machine(self.machines.index(machine))

    def set_clock(self, machine: Machine) -> None:
        """Let the clock of a worker's machine jump."""
        machine.clock.skew = timedelta(seconds=self.chance.choice((0, -7200, -30, 30, 3600)))
        self.say(f"the clock of {machine.name} is off by {machine.clock.skew}")

    # --- within

    def say(self, *words: object) -> None:
        """Add a line to the story; facts are put into words only if somebody reads it."""
        self.story.append(words)

    def told(self, lines: int) -> str:
        """Return the last lines of the story."""
        told = [" ".join(map(in_words, words)) for words in self.story[-lines:]]
        return "\n".join(told)

    def _take_up(self, service: Service, most: int) -> bool:
        service.haul = service.haul or self._unread(service.consumer, most)
        if not service.haul:
            return False
        name = " ".join(map(_named, service.haul))
        service.errand = Errand(name, partial(service.handle, service.haul))
        return True

    def _go_on(self, service: Service, pauses: int) -> bool:
        errand = service.errand
        if errand is None:
            return False
        try:
            for _ in range(pauses):
                errand.go_on()
                if errand.is_over:
                    service.haul, service.errand = (), None
                    break
        except Unavailable as error:
            self.say(f"{service.consumer} {errand.name}: {error}")
            service.errand = None
            return True
        except Fenced:
            self.say(f"{service.consumer} {errand.name}: fenced")
            service.haul, service.errand = (), None
            service.folder.forget()
            return True
        state = "is done" if errand.is_over else errand.place
        self.say(f"{service.consumer} {errand.name}: {state}")
        return True

    def _unread(self, consumer: str, most: int) -> Haul:
        found = [
            batch
            for topic in FOLLOWED[consumer]
            for number in self._grown(topic)
            if (batch := self._after(consumer, topic, number, most)) is not None
        ]
        return self.chance.sample(found, self.chance.randint(1, len(found))) if found else ()

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
            folder = MoveFolder(consumer, self.ledger, historian.react)
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
        folder = TellingFolder(RESOLVER, self.ledger, reacting.tell, reacting.react)
        return Service(RESOLVER, folder.handle, folder)

    async def _show(self, transaction: Transaction, steps: Sequence[Step]) -> None:
        for step in steps:
            self.steps[step.partition, step.offset] = step
        await show(transaction, steps)

    def _machine(self, number: int) -> Machine:
        clock = SkewedClock(self.clock)
        manifest = self.manifests[self.release]
        handlers = [(spec.name, spec.code) for spec in manifest.handlers]
        carrying = Carrying(
            worker=f"w{number}",
            queue=MemoryTaskQueue(self.store),
            runner=self.runner,
            artifacts=RecentArtifacts(self.artifacts),
            log=self.patient_log,
            clock=clock,
            horizon=Horizon(self.ledger, handlers),
            lease=LEASE,
        )
        return Machine(carrying, handlers, clock, self.release)


def _named(batch: Batch) -> str:
    topic = batch.topic.removeprefix("llama.")
    return f"{topic}[{batch.partition}]@{batch.start}..{batch.end}"
