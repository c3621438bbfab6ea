"""Verification: everything that is not what the log says is found, and called by its name."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from llama.adapters.system_clock import SystemClock
from llama.client.verification import Problem, Verification
from llama.domain.digests import digest_bytes
from llama.domain.errors import HistoryCorrupt
from llama.domain.revisions import revise
from llama.ports.history import HistoryReader, Revision
from schemas.envelope import body_of
from schemas.facts import FileDeleted
from schemas.topics import FACTS_TOPIC
from tests.support.facts import EVENT, START, a_pipeline
from tests.support.memory_system import MemorySystem, ScriptedRunner, not_made
from tests.support.notices import a_map, a_notice, a_retraction, an_event
from tests.support.resources import using

GRAPH = "alert#skymap -> skymap -> plot; alert#event -> info"
UNKNOWN = "S991231zz"


async def a_settled_system() -> MemorySystem:
    """Build a system with one event: two notices, a failure, all files made."""
    system = MemorySystem.of(
        GRAPH,
        clock=SystemClock(),
        runner=ScriptedRunner({"info": [not_made("permanent", "not yet")]}),
    )
    update = a_notice(
        alert_type="UPDATE",
        time_created="2023-09-14T11:40:00Z",
        event=an_event(skymap=a_map("better"), far=1e-3),
    )
    async with system.living():
        await system.settled(a_notice())
        await system.settled(update)
    return system


def found(problems: Sequence[Problem]) -> set[tuple[str, str]]:
    return {(problem.check, problem.subject) for problem in problems}


def digest_of(system: MemorySystem, file: str) -> str:
    digest = next(row.digest for row in system.store.files[EVENT] if row.name == file)
    assert digest is not None
    return digest


def change_file_row(system: MemorySystem, file: str, **changes: object) -> None:
    rows = system.store.files[EVENT]
    system.store.files[EVENT] = tuple(
        replace(row, **changes) if row.name == file else row for row in rows
    )


def change_fact_row(system: MemorySystem, place: int, **changes: object) -> None:
    key = list(system.store.facts)[place]
    event, row = system.store.facts[key]
    system.store.facts[key] = event, replace(row, **changes)


@dataclass(frozen=True, slots=True)
class DamagedHistory:
    """A history that has lost its first commits, or cannot be read at all."""

    history: HistoryReader
    lost: int = 0
    complaint: str = ""

    async def head(self, event: str) -> str | None:
        return await self.history.head(event)

    async def log(self, event: str) -> Sequence[Revision]:
        if self.complaint:
            raise HistoryCorrupt(self.complaint)
        revisions = await self.history.log(event)
        return revisions[: len(revisions) - self.lost]

    async def read(self, event: str, file: str, *, commit: str) -> bytes:
        return await self.history.read(event, file, commit=commit)

    async def files(self, event: str, *, commit: str) -> Mapping[str, str]:
        return await self.history.files(event, commit=commit)

    async def events(self) -> AsyncIterator[str]:
        async for event in self.history.events():
            yield event

    async def verify(self) -> None:
        await self.history.verify()


async def test_a_system_in_which_much_has_happened_has_no_problems() -> None:
    system = await a_settled_system()
    acts = [
        FileDeleted(id="act-1", occurred_at=START, event=EVENT, handler="plot"),
        FileDeleted(id="act-1", occurred_at=START, event=EVENT, handler="plot"),
    ]

    async with system.living():
        await system.tell(*acts)
        await system.settled(b"no notice", a_notice(), a_notice(superevent_id="S230101a"))
        await system.settled(a_retraction())

    assert await system.problems() == []


async def test_what_a_deployment_brings_along_is_looked_at_too() -> None:
    system = MemorySystem.of(using(a_pipeline(GRAPH), "plot", "curves"), clock=SystemClock())
    kept = await system.artifacts.put(b"curves")
    async with system.living():
        await system.settled(a_notice())

    assert await system.problems() == []
    del system.artifacts.contents[kept]
    assert found(await system.problems()) == {("artifacts", kept)}


async def test_a_file_that_is_called_current_with_another_resource_is_found() -> None:
    system = MemorySystem.of(using(a_pipeline(GRAPH), "plot", "curves"), clock=SystemClock())
    await system.artifacts.put(b"curves")
    async with system.living():
        await system.settled(a_notice())
    place, fact = next(
        (place, fact) for place, fact in enumerate(system.facts()) if fact.kind == "PipelineAdopted"
    )

    other = fact.model_copy(update={"manifest": using(a_pipeline(GRAPH), "plot", "others")})
    change_fact_row(system, place, body=body_of(other))

    assert ("inputs", EVENT) in found(await system.problems())


async def test_an_empty_system_has_no_problems() -> None:
    assert await MemorySystem.of(GRAPH).problems() == []


@pytest.mark.parametrize(
    "change", [{"digest": "0" * 64}, {"status": "obsolete"}, {"version": 7}, {"reason": "why not"}]
)
async def test_a_wrong_row_of_a_file_is_found(change: dict[str, object]) -> None:
    system = await a_settled_system()

    change_file_row(system, "plot.json", **change)

    problems = await system.problems()
    assert ("projection", EVENT) in found(problems)
    assert any(problem.detail.startswith("plot.json: the table says") for problem in problems)


async def test_a_missing_row_of_a_file_is_found() -> None:
    system = await a_settled_system()
    system.store.files[EVENT] = system.store.files[EVENT][:-1]

    [problem] = await system.problems()

    assert (problem.check, problem.subject) == ("projection", EVENT)
    assert "the table says None" in problem.detail


async def test_a_wrong_row_in_the_list_of_events_is_found() -> None:
    system = await a_settled_system()
    system.store.events[EVENT] = replace(system.store.events[EVENT], significant=False)

    [problem] = await system.problems()

    assert (problem.check, problem.subject) == ("projection", EVENT)
    assert "the list of events" in problem.detail


async def test_a_wrong_state_is_found() -> None:
    system = await a_settled_system()
    key = ("projection", EVENT)
    system.store.states[key] = replace(system.store.states[key], sequence=1)

    [problem] = await system.problems()

    assert problem == Problem("projection", EVENT, "its state differs from a replay of the log")


@pytest.mark.parametrize(
    "change", [{"outcome": "ignored"}, {"id": "another"}, {"body": b"{}"}, {"body": b"\xff"}]
)
async def test_a_wrong_row_of_a_fact_is_found(change: dict[str, object]) -> None:
    system = await a_settled_system()

    change_fact_row(system, 1, **change)

    assert ("projection", EVENT) in found(await system.problems())


async def test_a_missing_row_of_a_fact_is_found() -> None:
    system = await a_settled_system()
    system.store.facts.popitem()

    assert ("projection", EVENT) in found(await system.problems())


async def test_a_wrong_row_of_a_revision_is_found() -> None:
    system = await a_settled_system()
    one = system.store.revisions[EVENT, 1]
    system.store.revisions[EVENT, 1] = one.model_copy(update={"commit": "0" * 40})

    [problem] = await system.problems()

    assert (problem.check, problem.subject) == ("projection", EVENT)
    assert "table of revisions" in problem.detail


async def test_a_missing_artifact_is_found_by_its_name() -> None:
    system = await a_settled_system()
    digest = digest_of(system, "skymap.json")
    del system.artifacts.contents[digest]

    problems = await system.problems()

    assert found(problems) == {("artifacts", digest), ("history", EVENT)}
    assert Problem("artifacts", digest, f"is missing; {EVENT} refers to it") in problems


@pytest.mark.parametrize("lost", [a_notice(), a_map("better")])
async def test_lost_bytes_of_a_notice_and_lost_maps_are_found(lost: bytes) -> None:
    system = await a_settled_system()
    del system.artifacts.contents[digest_bytes(lost)]

    assert found(await system.problems()) == {("artifacts", digest_bytes(lost))}


async def test_a_corrupt_artifact_is_found_by_its_name() -> None:
    system = await a_settled_system()
    digest = digest_of(system, "plot.json")
    system.artifacts.contents[digest] = b"bit rot"

    problems = await system.problems()

    assert found(problems) == {("artifacts", digest), ("history", EVENT)}
    assert any("do not hash to it" in problem.detail for problem in problems)


async def test_a_corrupt_artifact_that_nothing_refers_to_is_found() -> None:
    system = await a_settled_system()
    system.artifacts.contents["0" * 64] = b"not zeros"

    assert found(await system.problems()) == {("artifacts", "0" * 64)}


async def test_a_rewritten_head_is_found() -> None:
    system = await a_settled_system()
    before = await system.history.head(EVENT)
    fact = FileDeleted(id="act-1", occurred_at=START, event=EVENT, handler="plot")
    forged, _ = revise(None, EVENT, {"alert.json": b"forged"}, fact=fact)
    await system.history.commit([forged])

    [problem] = await system.problems()

    assert problem == Problem("history", EVENT, f"head is {forged.commit}, the log says {before}")


async def test_a_missing_history_is_found() -> None:
    system = await a_settled_system()
    system.history = type(system.history)()

    [problem] = await system.problems()

    assert (problem.check, problem.subject) == ("history", EVENT)
    assert problem.detail.startswith("head is None")


@pytest.mark.parametrize(
    ("damage", "detail"),
    [({"lost": 2}, "commits are missing"), ({"complaint": "the pack is torn"}, "the pack is torn")],
)
async def test_a_damaged_history_is_found(damage: dict[str, object], detail: str) -> None:
    system = await a_settled_system()
    history = replace(DamagedHistory(system.history), **damage)
    verification = Verification(system.records, system.models, system.artifacts, history)

    [problem] = [problem async for problem in verification.problems()]

    assert (problem.check, problem.subject) == ("history", EVENT)
    assert detail in problem.detail


async def test_a_current_file_that_is_made_from_old_inputs_is_found() -> None:
    """By the facts alone: it is found even if the rules of the fold were wrong."""
    system = await a_settled_system()
    later = a_notice(
        alert_type="UPDATE",
        time_created="2023-09-14T11:50:00Z",
        event=an_event(skymap=a_map("best")),
    )
    await system.send(later)
    await system.follow("trigger_ingest", *("versioning", "projection", "projection"))

    change_file_row(system, "skymap.json", status="current")

    stale = [problem for problem in await system.problems() if problem.check == "inputs"]
    old, new = digest_bytes(a_map("better")), digest_bytes(a_map("best"))
    detail = f"skymap.json is called current; alert.json#skymap was {old} and is {new}"
    assert stale == [Problem("inputs", EVENT, detail)]


async def test_an_event_that_nobody_has_told_of_is_found() -> None:
    system = await a_settled_system()
    system.store.events[UNKNOWN] = replace(system.store.events[EVENT], event=UNKNOWN)

    [problem] = await system.problems()

    assert problem == Problem("projection", UNKNOWN, "is in the tables and not on the log")


async def test_an_event_that_the_tables_do_not_have_is_found() -> None:
    system = await a_settled_system()
    for table in (system.store.events, system.store.files):
        table.pop(EVENT)
    system.store.states.pop(("projection", EVENT))

    details = {problem.detail for problem in await system.problems() if problem.subject == EVENT}

    assert "its state differs from a replay of the log" in details
    assert "the list of events differs from the log" in details


async def test_a_history_that_nobody_has_told_of_is_found() -> None:
    system = await a_settled_system()
    at = START + timedelta(days=1)
    fact = FileDeleted(id="act-1", occurred_at=at, event=UNKNOWN, handler="plot")
    forged, _ = revise(None, UNKNOWN, {"alert.json": b"forged"}, fact=fact)
    await system.history.commit([forged])

    [problem] = await system.problems()

    assert problem == Problem("history", UNKNOWN, "has a history and is not on the log")


async def test_a_record_that_is_no_fact_is_found_by_its_place() -> None:
    system = await a_settled_system()
    written = await system.records.append_raw(FACTS_TOPIC, b"{", headers={})

    [problem] = await system.problems()

    assert problem.check == "log"
    assert problem.subject == f"llama.facts[{written.partition}]@{written.offset}"


async def test_a_result_that_was_not_accepted_is_no_reason_for_alarm() -> None:
    """A late result of the same bytes may tell other aspects of them."""
    system = await a_settled_system()
    late = next(fact for fact in system.facts() if fact.kind == "FileGenerated")
    other = {"id": "late", "need": "another", "attempt": 9}
    content = late.files[0].model_copy(
        update={"digest": digest_of(system, "skymap.json"), "aspects": {"whole": "0" * 64}}
    )
    await system.tell(late.model_copy(update={**other, "files": (content,)}))
    await system.follow("dependency_resolver", "versioning", "projection")

    assert await system.problems() == []
