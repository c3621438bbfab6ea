"""Checks that everything agrees with the log: tables, history, artifacts, and each other."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from llama.domain.assessment import Status
from llama.domain.contents import brought_by, digests_in, fixed_in
from llama.domain.errors import ArtifactCorrupt, ArtifactMissing, HistoryCorrupt
from llama.domain.outlooks import Outlooks
from llama.domain.revisions import Head, changed_files, revise
from llama.domain.shown import shown_event, shown_files
from llama.domain.shown_details import Details, shown_failures, shown_flags, shown_holds
from llama.domain.states import EventState, Outcome
from llama.domain.work import Step, fold
from llama.ports.artifacts import Artifacts
from llama.ports.history import HistoryReader
from llama.ports.message_log import Batch, LogReader
from llama.ports.projections import FactRow, FileRow, ReadModels
from schemas.facts import FACTS, Fact, FileGenerated, PipelineAdopted
from schemas.files import FLAGS, FileContent
from schemas.topics import FACTS_TOPIC

ALL_EVENTS = 10_000_000
WITHHELD = {Status.FAILED.value, Status.BLOCKED.value, Status.VETOED.value}
"""What such a file holds is no input: a handler that can do without it has done so."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not what the log says."""

    check: str
    """log, projection, history, artifacts or inputs."""
    subject: str
    """The event, file or artifact that it is about."""
    detail: str


Check = Callable[[], AsyncIterator[Problem]]
"""Looks for more, of another kind."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the log amounts to, folded from zero."""

    steps: dict[str, list[Step]]
    """By event, in order."""
    unreadable: list[str]
    """Where records stand that are no facts."""

    def state(self, event: str) -> EventState:
        """Return an event's final state."""
        return self.steps[event][-1].after


@dataclass(frozen=True, slots=True)
class Verification:
    """Compares what is kept with what the log says."""

    reader: LogReader
    models: ReadModels
    artifacts: Artifacts
    history: HistoryReader
    also: Sequence[Check] = ()
    """Further checks."""

    async def problems(self) -> AsyncIterator[Problem]:
        """Go through everything that is wrong."""
        replayed = await self.replay()
        for place in replayed.unreadable:
            yield Problem("log", place, "is not a fact that can be read: everybody skips it")
        async for problem in self._listed(replayed):
            yield problem
        for event in sorted(replayed.steps):
            async for problem in self._event(event, replayed):
                yield problem
        async for problem in self._kept(replayed):
            yield problem

    async def _listed(self, replayed: Replayed) -> AsyncIterator[Problem]:
        """Compare the list of events."""
        listed = {row.event: row for row in await self.models.events(limit=ALL_EVENTS)}
        for event in sorted(replayed.steps):
            if listed.get(event) != shown_event(replayed.state(event)):
                yield Problem("projection", event, "the list of events differs from the log")
        for event in sorted(listed.keys() - replayed.steps.keys()):
            yield Problem("projection", event, "is in the tables and not on the log")

    async def _kept(self, replayed: Replayed) -> AsyncIterator[Problem]:
        """Look at what is kept for all events together."""
        for check in (
            lambda: self._repositories(replayed),
            lambda: self._artifacts(replayed),
            *self.also,
        ):
            async for problem in check():
                yield problem

    async def replay(self) -> Replayed:
        """Fold the whole log from zero."""
        states, outlooks = dict[str, EventState](), Outlooks()
        replayed = Replayed({}, [])
        async for batch in self.reader.read(FACTS_TOPIC):
            facts = list(_readable(batch, replayed.unreadable))
            for step in fold(facts, states, outlooks):
                replayed.steps.setdefault(step.fact.event, []).append(step)
        return replayed

    async def _event(self, event: str, replayed: Replayed) -> AsyncIterator[Problem]:
        state = replayed.state(event)
        if await self.models.state(event) != state:
            yield Problem("projection", event, "its state differs from a replay of the log")
        rows = list(await self.models.files(event))
        for detail in _compare_files(rows, shown_files(state)):
            yield Problem("projection", event, detail)
        facts = await self.models.facts(event)
        for detail in _compare_facts(facts, replayed.steps[event]):
            yield Problem("projection", event, detail)
        for detail in _compare_details(await self.models.details(event), replayed.steps[event]):
            yield Problem("projection", event, detail)
        for detail in _made_from_old_inputs(rows, facts):
            yield Problem("inputs", event, detail)
        async for problem in self._history(event, replayed.steps[event]):
            yield problem

    async def _repositories(self, replayed: Replayed) -> AsyncIterator[Problem]:
        try:
            await self.history.verify()
        except HistoryCorrupt as error:
            yield Problem("history", "repositories", str(error))
        async for event in self.history.events():
            if event not in replayed.steps:
                yield Problem("history", event, "has a history and is not on the log")

    async def _history(self, event: str, steps: Sequence[Step]) -> AsyncIterator[Problem]:
        try:
            heads = await self._heads(event, steps)
        except (ArtifactMissing, ArtifactCorrupt) as error:
            yield Problem("history", event, f"cannot be computed again: {error}")
            return
        shown = [(one.number, one.commit) for one in await self.models.revisions(event)]
        if shown != [(head.number, head.commit) for head in heads]:
            yield Problem("projection", event, "its table of revisions differs from the log")
        try:
            detail = await self._compare_history(event, [head.commit for head in heads])
        except HistoryCorrupt as error:
            detail = str(error)
        if detail:
            yield Problem("history", event, detail)

    async def _heads(self, event: str, steps: Sequence[Step]) -> list[Head]:
        """Return the heads that the history must have had, oldest first."""
        heads: list[Head] = []
        for step in steps:
            changed = changed_files(step.before, step.after)
            if changed:
                contents = {
                    file: await self.artifacts.get(digest) if digest else None
                    for file, digest in changed.items()
                }
                newest = heads[-1] if heads else None
                heads.append(revise(newest, event, contents, fact=step.fact)[1])
        return heads

    async def _compare_history(self, event: str, commits: Sequence[str]) -> str:
        """Return what differs from the commits that must be there, oldest first."""
        expected = commits[-1] if commits else None
        actual = await self.history.head(event)
        if actual != expected:
            return f"head is {actual}, the log says {expected}"
        kept = [revision.commit for revision in await self.history.log(event)]
        if kept != list(reversed(commits)):
            return "commits are missing between its first and its head"
        return ""

    async def _artifacts(self, replayed: Replayed) -> AsyncIterator[Problem]:
        async for digest in self.artifacts.names():
            try:
                await self.artifacts.get(digest)
            except ArtifactCorrupt as error:
                yield Problem("artifacts", digest, str(error))
        for digest, event in _referenced(replayed).items():
            if not await self.artifacts.has(digest):
                yield Problem("artifacts", digest, f"is missing; {event} refers to it")


def _readable(batch: Batch, unreadable: list[str]) -> Iterator[tuple[int, int, Fact]]:
    for record in batch.records:
        try:
            yield record.partition, record.offset, FACTS.validate_json(record.value or b"")
        except ValidationError:
            unreadable.append(f"{record.topic}[{record.partition}]@{record.offset}")


def _compare_files(rows: Sequence[FileRow], expected: Sequence[FileRow]) -> list[str]:
    have = {row.name: row for row in rows}
    want = {row.name: row for row in expected}
    return [
        f"{name}: the table says {have.get(name)}, the log {want.get(name)}"
        for name in sorted(have.keys() | want.keys())
        if have.get(name) != want.get(name)
    ]


def _compare_facts(rows: Sequence[FactRow], steps: Sequence[Step]) -> list[str]:
    have = [(row.partition, row.offset, row.id, row.outcome, _told(row)) for row in rows]
    want = [
        (step.partition, step.offset, step.fact.id, step.after.outcome.value, step.fact)
        for step in steps
    ]
    if have == want:
        return []
    return [f"the table has {len(have)} facts which are not the {len(want)} of the log"]


def _compare_details(have: Details, steps: Sequence[Step]) -> list[str]:
    last = steps[-1]
    flags = tuple(flag for step in steps for flag in shown_flags(step))
    want = Details(flags, shown_holds(last.after), shown_failures(last.board))
    pairs = {
        "flag_changes": (have.flags, want.flags),
        "holds": (have.holds, want.holds),
        "failures": (have.failures, want.failures),
    }
    return [
        f"{table}: the table says {shown}, the log {told}"
        for table, (shown, told) in pairs.items()
        if shown != told
    ]


def _told(row: FactRow) -> Fact | None:
    """Return what a row says; None if nobody can read it."""
    try:
        return FACTS.validate_json(row.body)
    except ValidationError:
        return None


def _made_from_old_inputs(rows: Sequence[FileRow], facts: Sequence[FactRow]) -> list[str]:
    """Check each current file against its inputs, by the facts alone, not the fold's rules."""
    contents: dict[tuple[str, str], FileContent] = {}
    makers: dict[str, FileGenerated | None] = {}
    lasting: set[str] = set()
    fixed: dict[str, str] = {}
    applied = (_told(row) for row in facts if row.outcome == Outcome.APPLIED)
    for fact in (fact for fact in applied if fact is not None):
        contents |= {(content.file, content.digest): content for content in brought_by(fact)}
        maker = fact if isinstance(fact, FileGenerated) else None
        makers |= {content.file: maker for content in brought_by(fact)}
        if isinstance(fact, PipelineAdopted):
            lasting = {spec.name for spec in fact.manifest.handlers if spec.once}
            fixed = fixed_in(fact.manifest)
    shown = {
        row.name: None if row.status in WITHHELD else contents.get((row.name, row.digest or ""))
        for row in rows
    }
    problems: list[str] = []
    for row in rows:
        maker = makers.get(row.name)
        if row.status == "current" and maker is not None and maker.handler not in lasting:
            problems += _stale_inputs(row, maker, shown, fixed)
    return problems


def _stale_inputs(
    row: FileRow,
    maker: FileGenerated,
    shown: Mapping[str, FileContent | None],
    fixed: Mapping[str, str],
) -> list[str]:
    stale: list[str] = []
    for name, used in maker.inputs.items():
        file, _, aspect = name.partition("#")
        if file == FLAGS:
            continue
        content = shown.get(file)
        now = content.aspects.get(aspect) if content else fixed.get(file)
        if now != used:
            stale.append(f"{row.name} is called current; {name} was {used} and is {now}")
    return stale


def _referenced(replayed: Replayed) -> dict[str, str]:
    """Return every digest that the log refers to, and an event that does."""
    return {
        digest: event
        for event, steps in replayed.steps.items()
        for step in steps
        for digest in digests_in(step.fact)
    }
