"""Questions that are asked all the time, while one generation of tables after another is put up."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from dataclasses import dataclass

import pytest

from llama.adapters.postgres import Database, PostgresReadModels, connect
from llama.adapters.postgres.following import PostgresFollowing
from llama.adapters.postgres.past import PostgresPast
from llama.adapters.system_clock import SystemClock
from llama.domain.position import Position
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import ask
from schemas.facts import FileVetoed, FlagsChanged
from schemas.flags import FlagName
from tests.support.busy_log import START, busy_log
from tests.support.rebuilding import Scene, a_scene

EVENTS = 16
SWITCHES = 3
EVENT = "S000003"
MARKS = {
    "events": "classification",
    "files": "reason",
    "facts": "kind",
    "flag_changes": "reason",
    "holds": "reason",
    "failures": "message",
}
"""The column of a table that says of which generation its rows are, here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says: of which generations its parts are, and how many it has."""

    marks: frozenset[str | None]
    parts: int


Ask = Callable[[Database], Awaitable[Answer]]


def answer(marks: Collection[str | None]) -> Answer:
    return Answer(frozenset(marks), len(marks))


async def a_list(database: Database) -> Answer:
    """Ask for a list whose rows come from two statements: half of the events have no rate."""
    question = ask(Downselection(sortkey=SortKey.FAR), now=SystemClock().now(), size=2 * EVENTS)
    page = await PostgresReadModels(database).select(question)
    return answer([row.classification for row in page.rows])


async def all_events(database: Database) -> Answer:
    rows = await PostgresReadModels(database).events(limit=2 * EVENTS)
    return answer([row.classification for row in rows])


async def files(database: Database) -> Answer:
    return answer([row.reason for row in await PostgresReadModels(database).files(EVENT)])


async def facts(database: Database) -> Answer:
    return answer([row.kind for row in await PostgresReadModels(database).facts(EVENT)])


async def details(database: Database) -> Answer:
    """Ask for what is read from three tables."""
    found = await PostgresReadModels(database).details(EVENT)
    flags, holds = [one.reason for one in found.flags], [one.reason for one in found.holds]
    return answer([*flags, *holds])


async def state(database: Database) -> Answer:
    found = await PostgresReadModels(database).state(EVENT)
    return answer([None] * (found.sequence if found else 0))


async def a_past_list(database: Database) -> Answer:
    found = await PostgresPast(database).facts([EVENT, "S000004"])
    return answer([None for facts in found.values() for _ in facts])


async def what_comes_next(database: Database) -> Answer:
    return answer([None for _ in await PostgresFollowing(database).after(Position(), limit=9999)])


QUESTIONS: tuple[Ask, ...] = (
    *(a_list, all_events, files, facts, details, state, a_past_list, what_comes_next),
)


@pytest.fixture
async def scene(database_dsn: str) -> AsyncGenerator[Scene]:
    flags = {"changes": {FlagName.UPLOAD: True}}
    hold = {"handler": "Product03", "vetoed": True}
    about = {"occurred_at": START, "event": EVENT}
    async with a_scene(database_dsn) as scene:
        await scene.tell(busy_log(EVENTS))
        await scene.tell(
            [
                FlagsChanged.model_validate({"id": "flags", **about, **flags}),
                FileVetoed.model_validate({"id": "veto", **about, **hold}),
            ]
        )
        await scene.show()
        yield scene


async def mark(scene: Scene, schema: str, generation: int) -> None:
    """Write in each row of which generation it is."""
    async with scene.database.session() as session:
        for table, column in MARKS.items():
            await session.run(f"update {schema}.{table} set {column} = $1", f"gen {generation}")
        await session.run(f"update {schema}.events set far = 1 where event < 'S000008'")


async def asked_all_the_time(
    database: Database, question: Ask, answers: list[Answer], done: asyncio.Event
) -> None:
    while not done.is_set():
        answers.append(await question(database))


async def switched_often(scene: Scene, ask_once: Callable[[], Awaitable[None]]) -> None:
    """Put up one generation after another, each of which is asked about at least once."""
    for generation in range(1, SWITCHES + 1):
        await scene.built()
        await mark(scene, "rebuilding", generation)
        await scene.generations.switch()
        await ask_once()


async def answers_meanwhile(scene: Scene, dsn: str) -> list[list[Answer]]:
    """Ask all questions all the time during many switches; return the answers to each."""
    answers: list[list[Answer]] = [[] for _ in QUESTIONS]
    done = asyncio.Event()
    async with await connect(dsn, size=2 * len(QUESTIONS)) as database:

        async def ask_once() -> None:
            for question, found in zip(QUESTIONS, answers, strict=True):
                found.append(await question(database))

        await ask_once()
        async with asyncio.TaskGroup() as asking:
            for question, found in zip(QUESTIONS, answers, strict=True):
                asking.create_task(asked_all_the_time(database, question, found, done))
            await switched_often(scene, ask_once)
            done.set()
    return answers


async def until_a_lock_is_waited_for(database: Database) -> None:
    async with database.session() as session, asyncio.timeout(20):
        while not await session.run("select from pg_locks where not granted"):
            await asyncio.sleep(0)


async def test_the_parts_of_an_answer_are_of_the_moment_of_the_first(scene: Scene) -> None:
    await mark(scene, "public", 0)
    await scene.built()
    await mark(scene, "rebuilding", 1)

    async with scene.database.moment("events", "files") as session:
        parts = [await session.fetch("list_files", EVENT)]
        switching = asyncio.create_task(scene.generations.switch())
        await until_a_lock_is_waited_for(scene.database)
        parts += [await session.fetch("list_files", EVENT), await session.fetch("list_events", 9)]
    await switching

    assert parts[0] == parts[1]
    assert {row["classification"] for row in parts[2]} == {"gen 0"}
    assert (await all_events(scene.database)).marks == {"gen 1"}


async def test_no_answer_is_empty_or_of_two_generations(scene: Scene, database_dsn: str) -> None:
    await mark(scene, "public", 0)

    answers = await answers_meanwhile(scene, database_dsn)

    wrong = {
        question.__name__: odd
        for question, (first, *found) in zip(QUESTIONS, answers, strict=True)
        if (odd := [one for one in found if one.parts != first.parts or len(one.marks) > 1])
    }
    seen = [frozenset[str | None]().union(*(one.marks for one in found)) for found in answers]
    assert wrong == {}
    assert min(found[0].parts for found in answers) > 1
    assert {len(marks) for marks in seen[:5]} == {SWITCHES + 1}
