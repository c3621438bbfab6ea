"""`llama rebuild`: the read models again, beside the live ones, in whose place they are put."""

from collections.abc import AsyncGenerator

import pytest

from llama.adapters.postgres.table_copies import PROJECTED_TABLES
from llama.client.rebuilding import Verdict
from llama.domain.errors import Fenced, Misconfigured
from llama.domain.fold_version import FOLD_VERSION
from llama.ports.message_log import Batch
from tests.support.busy_log import busy_log
from tests.support.projections import a_projector
from tests.support.rebuilding import Scene, a_scene

EVENTS = 25
SHAPE = """
select relname, relkind::text, coalesce(pg_get_indexdef(oid), obj_description(oid), '')
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')
union all
select conname, 'c', pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace
order by 1, 2
"""


@pytest.fixture
async def scene(database_dsn: str) -> AsyncGenerator[Scene]:
    async with a_scene(database_dsn) as scene:
        await scene.tell(busy_log(EVENTS))
        await scene.show()
        yield scene


async def shape(scene: Scene) -> list[tuple[object, ...]]:
    async with scene.database.session() as session:
        return [tuple(row.values()) for row in await session.run(SHAPE)]


async def count(scene: Scene, what: str) -> int:
    async with scene.database.session() as session:
        [row] = await session.run(f"select count(*) as found from {what}")
        return row["found"]


async def test_what_is_built_equals_what_is_live(scene: Scene) -> None:
    await scene.built()

    assert await scene.hashes(live=False) == await scene.hashes()


async def test_the_live_tables_stay_until_the_switch(scene: Scene) -> None:
    before = await scene.hashes()

    await scene.generations.begin(FOLD_VERSION)

    assert await scene.hashes() == before
    assert {known.rows for known in (await scene.hashes(live=False)).values()} == {0}


async def test_a_wrong_row_is_gone_after_the_switch(scene: Scene) -> None:
    before = await scene.hashes()
    async with scene.database.session() as session:
        await session.run("update files set reason = 'because' where position = 3")
    await scene.built()

    assert (await (await scene.rebuild()).compare())["files"] is Verdict.DIFFERENT
    await scene.generations.switch()

    assert await scene.hashes() == before


async def test_tables_indexes_and_constraints_are_called_as_before(scene: Scene) -> None:
    before = await shape(scene)

    await scene.built()
    await scene.generations.switch()

    assert await shape(scene) == before
    assert await count(scene, "pg_namespace where nspname = 'rebuilding'") == 0


async def test_the_live_projection_goes_on_after_the_switch(scene: Scene) -> None:
    projector = a_projector(scene.database)
    await scene.built()
    await scene.generations.switch()

    await scene.tell(busy_log(5, seed=7))
    await scene.show(projector)
    grown = await scene.hashes()

    await scene.built()
    assert await scene.hashes(live=False) == grown


async def test_whoever_showed_more_than_was_built_is_fenced_and_shows_it_again(
    scene: Scene,
) -> None:
    await scene.built()
    projector = a_projector(scene.database)
    await scene.tell(busy_log(5, seed=7))
    await scene.show(projector)
    grown = await scene.hashes()
    await scene.generations.switch()

    behind = await scene.hashes()
    await scene.tell([])
    await scene.show()

    assert behind != grown
    assert await scene.hashes() == grown


async def test_a_batch_that_was_under_way_is_fenced(scene: Scene) -> None:
    await scene.built()
    projector = a_projector(scene.database)
    await scene.tell(busy_log(5, seed=7))
    await scene.show()
    await scene.generations.switch()
    last = scene.log.partition("llama.facts", 0)[-1]

    with pytest.raises(Fenced, match=r"llama\.facts partition 0"):
        await projector.handle([Batch(last.topic, 0, last.offset, (last,))])


async def test_a_rebuild_that_was_stopped_is_gone_on_with(scene: Scene) -> None:
    first = (await scene.rebuild(most=20)).build()
    done = [(await anext(first)).done for _ in range(5)]
    await first.aclose()

    second = (await scene.rebuild()).build()
    resumed = (await anext(second)).done
    async for _ in second:
        pass

    assert resumed > done[-1] > done[0] == 0
    assert await scene.hashes(live=False) == await scene.hashes()


async def test_a_rebuild_by_another_fold_begins_anew(scene: Scene) -> None:
    await scene.generations.begin(FOLD_VERSION + 1)
    assert not await scene.generations.begin(FOLD_VERSION + 1)

    assert await scene.generations.begin(FOLD_VERSION)
    assert await count(scene, "generations where not is_live") == 1


async def test_the_live_generation_tells_its_fold(scene: Scene) -> None:
    await scene.generations.begin(FOLD_VERSION + 1)
    assert await scene.generations.live_fold() == FOLD_VERSION

    await scene.generations.switch()

    assert await scene.generations.live_fold() == FOLD_VERSION + 1


async def test_nothing_is_switched_to_without_a_build(scene: Scene) -> None:
    before = await scene.hashes()

    with pytest.raises(Misconfigured, match="no generation was built"):
        await scene.generations.switch()

    assert await scene.hashes() == before
    assert await scene.generations.live_fold() == FOLD_VERSION


async def test_what_was_built_can_be_dropped(scene: Scene) -> None:
    before = await scene.hashes()
    await scene.built()

    await scene.generations.drop()

    assert await scene.hashes() == before
    assert await count(scene, "states where consumer <> $$projection$$") == 0
    assert await count(scene, "generations") == 1


async def test_every_table_that_the_projection_writes_is_rebuilt(scene: Scene) -> None:
    async with scene.database.session() as session:
        written = await session.run(
            "select relname from pg_class where relnamespace = 'public'::regnamespace "
            "and obj_description(oid) like 'Writer: projection.%'"
        )

    assert {row["relname"] for row in written} == set(PROJECTED_TABLES)
