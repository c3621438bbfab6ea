"""The oracle vectors on a running system: every case is an event, all of them go on at once.

A step of a case begins when all that came of the one before has settled. Cases whose next step
raises a version wait until no other can go on: then the services are started again with new code.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from llama.cli.session import LogSession, Session, open_log, open_session
from llama.client.ingestion import Ingestion, within
from schemas.facts import FACTS, FileFailed, FileGenerated
from schemas.topics import FACTS_TOPIC
from tests.support.rerun_pipeline import fact_of, write_versions
from tests.support.rerun_vectors import Act, Bump, Case, Put
from tests.support.system import System

DEPLOYED = ("services", "handler_worker")
"""The processes that import the pipeline."""
PATIENCE = timedelta(seconds=90)
LOOK_EVERY_S = 0.05


@dataclass(slots=True)
class Playing:
    """A case, and how far it is."""

    number: int
    case: Case
    begun: list[Mapping[int, int]] = field(default_factory=list[Mapping[int, int]])
    """Where the log ended when each step began, by partition."""
    versions: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def event(self) -> str:
        """The event that plays the case."""
        return f"E{self.number:03}"

    @property
    def prefix(self) -> str:
        """What the names of the case's handlers begin with."""
        return prefix_of(self.number)

    @property
    def is_over(self) -> bool:
        """Whether all steps have been done."""
        return len(self.begun) == len(self.case.steps)

    @property
    def waits_for_code(self) -> bool:
        """Whether the next step raises a version."""
        return self.case.steps[len(self.begun)][0] == "bump"

    def begin(self, ends: Mapping[int, int]) -> Sequence[Act]:
        """Begin the next step; return what it does."""
        self.begun.append(ends)
        acts = self.case.acts[len(self.begun) - 1]
        self.versions |= {act.name: act.version for act in acts if isinstance(act, Bump)}
        return acts

    def step_at(self, partition: int, offset: int) -> int:
        """Return the number of the step during which a record was written."""
        return sum(ends[partition] <= offset for ends in self.begun) - 1


@dataclass(slots=True)
class Stage:
    """A running system and the cases that are played on it."""

    system: System
    session: Session
    log: LogSession
    folder: Path
    """Where the module of the pipeline finds the versions."""
    playing: Sequence[Playing]

    async def play(self) -> None:
        """Play all cases to their ends."""
        while left := [one for one in self.playing if not one.is_over]:
            able = [one for one in left if not one.waits_for_code]
            await self._begin(able or left)
            if not able:
                await self._deploy()
            await self._settle()

    async def ran(self) -> Mapping[int, Sequence[Sequence[str]]]:
        """Return which nodes ran, whatever came of it, by case and step, as the log says."""
        ran = {one.number: [list[str]() for _ in one.begun] for one in self.playing}
        playing = {one.event: one for one in self.playing}
        async for partition, offset, run in self._runs():
            one = playing[run.event]
            if run.handler.startswith(one.prefix):
                name = run.handler.removeprefix(one.prefix)
                ran[one.number][one.step_at(partition, offset)].append(name)
        return ran

    async def values(self, one: Playing) -> Mapping[str, str]:
        """Return what the files of a case's nodes hold."""
        state = await self.session.models.state(one.event)
        tree = state.tree if state else {}
        return {
            name: (await self.session.artifacts.get(tree[file].content.digest)).decode()
            for name in one.case.nodes
            if (file := one.prefix + name) in tree
        }

    async def _begin(self, able: Sequence[Playing]) -> None:
        ends = await self.log.reader.ends(FACTS_TOPIC)
        for one in able:
            for number, act in enumerate(one.begin(ends)):
                await self._do(act, one, number)

    async def _do(self, act: Act, one: Playing, number: int) -> None:
        if isinstance(act, Bump):
            return
        if isinstance(act, Put):
            await self.session.artifacts.put(act.text.encode())
        step = f"{one.event}-{len(one.begun) - 1}-{number}"
        now = self.session.clock.now()
        fact = fact_of(act, message_id=step, event=one.event, at=now, prefix=one.prefix)
        await self.log.log.append(FACTS_TOPIC, [fact])

    async def _deploy(self) -> None:
        """Start the services again, with the versions that the cases have by now."""
        write_versions(self.folder, {one.prefix: one.versions for one in self.playing})
        for process in DEPLOYED:
            self.system.kill(process)
        await self._wait_for(self._is_adopted(), "adopting the new code")

    async def _is_adopted(self) -> None:
        for one in self.playing:
            while not one.versions.items() <= (await self._adopted(one)).items():
                await asyncio.sleep(LOOK_EVERY_S)

    async def _adopted(self, one: Playing) -> Mapping[str, str]:
        state = await self.session.models.state(one.event)
        handlers = state.manifest.handlers if state and state.manifest else ()
        return {spec.name.removeprefix(one.prefix): spec.code for spec in handlers}

    async def _settle(self) -> None:
        ingestion = Ingestion(
            self.log.log,
            self.log.reader,
            self.session.ledger,
            self.session.models,
            self.session.clock,
        )
        events = [one.event for one in self.playing]
        await self._wait_for(ingestion.settle(events), "settling a step")

    async def _runs(self) -> AsyncIterator[tuple[int, int, FileGenerated | FileFailed]]:
        async for batch in self.log.reader.read(FACTS_TOPIC):
            for record in batch.records:
                fact = FACTS.validate_json(record.value or b"")
                if isinstance(fact, FileGenerated | FileFailed):
                    yield record.partition, record.offset, fact

    @staticmethod
    async def _wait_for(waiting: Coroutine[None, None, None], what: str) -> None:
        await within(PATIENCE, asyncio.ensure_future(waiting), what=what)


def prefix_of(number: int) -> str:
    """Return what the names of a case's handlers begin with."""
    return f"c{number:03}_"


@asynccontextmanager
async def a_stage(system: System, folder: Path, cases: Sequence[Case]) -> AsyncGenerator[Stage]:
    """Connect to the running system that LLAMA_HOME names."""
    playing = [Playing(number, case) for number, case in enumerate(cases)]
    async with open_session() as session, open_log(session) as log:
        yield Stage(system, session, log, folder, playing)
