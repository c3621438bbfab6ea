"""A long log is built by a crew of processes; what they leave undone is done alone."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace

import pytest

from llama.adapters.memory.log import MemorySubscription
from llama.client.rebuilding import Rebuild
from llama.ports.message_log import Subscription
from llama.runtime.projecting import PROJECTED
from tests.support.busy_log import busy_log
from tests.support.rebuilding import Scene, a_scene

EVENTS = 25
MOST = 50
HAULS = 3


@pytest.fixture
async def scene(database_dsn: str) -> AsyncGenerator[Scene]:
    async with a_scene(database_dsn) as scene:
        await scene.tell(busy_log(EVENTS))
        await scene.show()
        yield scene


async def together(scene: Scene, *, share_from: int) -> tuple[Rebuild, dict[tuple[str, int], int]]:
    """Return a rebuild whose crew shows some batches and is gone then, and what that has read."""
    alone, places = await scene.rebuild(), dict[tuple[str, int], int]()

    def subscribe() -> AbstractAsyncContextManager[Subscription]:
        return nullcontext(MemorySubscription(scene.log, PROJECTED, places, most=MOST))

    @asynccontextmanager
    async def crew() -> AsyncGenerator[Callable[[], bool]]:
        subscription = MemorySubscription(scene.log, PROJECTED, {}, most=MOST)
        hauls = aiter(subscription.hauls())
        for _ in range(HAULS):
            haul = await anext(hauls)
            await alone.projector.handle(haul)
            await subscription.confirm(haul)
            places.update({(batch.topic, batch.partition): batch.end for batch in haul})
        yield lambda: False

    return replace(alone, subscribe=subscribe, crew=crew, share_from=share_from), places


async def test_what_a_crew_left_undone_is_done_alone(scene: Scene) -> None:
    building, read_by_crew = await together(scene, share_from=1)

    said = [progress async for progress in building.build()]

    assert 0 < sum(read_by_crew.values()) < said[-1].total
    assert said[-1].done == said[-1].total
    assert await scene.hashes(live=False) == await scene.hashes()


async def test_a_short_log_is_not_shared_out(scene: Scene) -> None:
    building, read_by_crew = await together(scene, share_from=1_000_000)

    async for _ in building.build():
        pass

    assert not read_by_crew
    assert await scene.hashes(live=False) == await scene.hashes()
