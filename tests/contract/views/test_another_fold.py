"""A release with another fold on the tables and states of the one before."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest

from llama.adapters.postgres.database import Row
from llama.domain.fold_version import FOLD_VERSION
from schemas.facts import Fact
from tests.support.busy_log import busy_log
from tests.support.postgres import Databases
from tests.support.rebuilding import Scene, a_scene

EVENTS = 24
NEWER = FOLD_VERSION + 1
AS_OLDER_FOLD = (
    "update events set settled = not settled, retracted = not retracted",
    "update files set status = 'vetoed', reason = 'another rule' where position < 4",
    "delete from files where position = 7",
    "insert into holds select event, 'Product09', 'frozen', 'another rule' from events",
    "delete from failures",
    "update facts set outcome = 'ignored' where sequence = 2",
    'update states set state = \'{"written": "otherwise"}\'',
)
"""What another fold would have left: wrong rows, and states that today's code cannot read."""
NOW = {"events", "files", "holds", "failures"}
"""What an event is now; the other tables say what each fact did, once and for all."""


def halves() -> tuple[list[Fact], list[Fact]]:
    """Return a log in two parts; some events are in both, some in one."""
    facts = list(busy_log(EVENTS, window=8))
    middle = len(facts) // 2
    return facts[:middle], facts[middle:]


@pytest.fixture
async def scene(database_dsn: str) -> AsyncGenerator[Scene]:
    """Show half the log by an older fold, then begin as a newer release."""
    async with a_scene(database_dsn) as scene:
        await scene.tell(halves()[0])
        await scene.show()
        for statement in AS_OLDER_FOLD:
            await run(scene, statement)
        scene.fold_version = NEWER
        yield scene


async def run(scene: Scene, statement: str) -> Sequence[Row]:
    async with scene.database.session() as session:
        return await session.run(statement)


@asynccontextmanager
async def undisturbed(databases: Databases) -> AsyncGenerator[Scene]:
    """Give a system that has shown the whole log and never had another fold."""
    async with databases.fresh() as dsn, a_scene(dsn) as scene:
        scene.fold_version = NEWER
        for part in halves():
            await scene.tell(part)
        await scene.show()
        yield scene


async def shown_of(scene: Scene, events: set[str]) -> dict[str, list[str]]:
    """Return the rows that say what some events are now."""
    names = ", ".join(f"'{event}'" for event in sorted(events))
    query = "select shown::text as said from {} as shown where event in ({}) order by 1"
    return {
        table: [row["said"] for row in await run(scene, query.format(table, names))]
        for table in NOW
    }


async def versions(scene: Scene) -> dict[str, int]:
    return {
        row["event"]: row["fold_version"]
        for row in await run(scene, "select event, fold_version from states")
    }


async def test_a_state_of_the_older_fold_is_folded_again_when_its_event_goes_on(
    scene: Scene,
) -> None:
    before, after = ({fact.event for fact in part} for part in halves())
    await scene.tell(halves()[1])
    await scene.show()

    found = await versions(scene)

    assert before & after
    assert before - after
    assert {name for name, version in found.items() if version == NEWER} == after
    assert {name for name, version in found.items() if version < NEWER} == before - after


async def test_events_that_go_on_are_shown_right_before_any_rebuild(
    databases: Databases, scene: Scene
) -> None:
    went_on = {fact.event for fact in halves()[1]}
    await scene.tell(halves()[1])
    await scene.show()

    async with undisturbed(databases) as other:
        assert await shown_of(scene, went_on) == await shown_of(other, went_on)


async def test_after_a_rebuild_everything_is_as_if_there_had_been_no_other_fold(
    databases: Databases, scene: Scene
) -> None:
    async with undisturbed(databases) as other:
        expected = await other.hashes()
    await scene.tell(halves()[1])
    await scene.show()
    before = await scene.hashes()
    await scene.built()
    await scene.generations.switch()

    stale = {table for table, known in before.items() if known != expected[table]}
    assert stale == {"states", "facts", *NOW}
    assert await scene.hashes() == expected
    assert set((await versions(scene)).values()) == {NEWER}
    assert await scene.generations.live_fold() == NEWER
