"""While publication is paused, answers about what waits for it say so."""

from collections.abc import AsyncGenerator

import pytest

from llama.adapters.memory.pauses import MemoryPauses
from services.gateway.pausing import Pausing, tell_of_pauses
from tests.unit.gateway.scene import EVENT, Scene, a_made_scene

TOLD = "publication is paused by Erika since"


@pytest.fixture
async def scene() -> AsyncGenerator[Scene]:
    """Open a gateway with an event whose SkymapInfo publishes, and is to be made again."""
    async with a_made_scene() as scene:
        tell_of_pauses(scene.app, Pausing(MemoryPauses(scene.store), {"SkymapInfo"}))
        await scene.notice("UPDATE", minute=9, skymap="b", event="a")
        await scene.make("Skymap", b"map 2", pixels="b", localisation="b", distance="b")
        yield scene


async def told(scene: Scene, file: str) -> tuple[str, str]:
    """Return what the event and a file of it are said to wait for."""
    event = (await scene.get(f"/events/{EVENT}")).json()
    why = (await scene.get(f"/events/{EVENT}/why/{file}")).json()
    return event["paused"], why["needs"]["paused"]


async def test_what_waits_for_a_pause_says_so(scene: Scene) -> None:
    before = await told(scene, "skymap_info.json")
    pause = await MemoryPauses(scene.store).pause(by="Erika", reason="the receiver moves")

    page = (await scene.get(f"/events/{EVENT}/page")).text

    assert before == ("", "")
    assert await told(scene, "skymap_info.json") == (str(pause), str(pause))
    assert await told(scene, "skymap.png") == (str(pause), "")
    assert page.count(TOLD) == 2


async def test_an_earlier_moment_is_not_told_of_a_pause_of_now(scene: Scene) -> None:
    await MemoryPauses(scene.store).pause(by="Erika", reason="the receiver moves")
    then = f"as_of={scene.clock.now():%Y-%m-%dT%H:%M:%SZ}"

    status = await scene.get(f"/events/{EVENT}?{then}")
    why = await scene.get(f"/events/{EVENT}/why/skymap_info.json?{then}")

    assert (status.status_code, why.status_code) == (200, 200)
    assert TOLD not in status.text + why.text
