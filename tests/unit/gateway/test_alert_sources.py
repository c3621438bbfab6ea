"""GET /sources: how each stands now, and when it was not heard."""

from datetime import timedelta

from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.sources import MemorySourceBook
from llama.domain.sources.watching import Heard, begun, ended, failed, hauled
from schemas.sources import SourceStanding
from tests.unit.gateway.scene import START, Scene, a_scene

MINUTE = timedelta(minutes=1)


def standing(name: str = "kafka://a") -> SourceStanding:
    first = begun(None, name, silence=MINUTE, now=START - 9 * MINUTE)
    heard = Heard(records=2, beat=START - 9 * MINUTE)
    return hauled(first, heard, silence=MINUTE, now=START - 9 * MINUTE)


def quiet(name: str) -> SourceStanding:
    return hauled(standing(name), Heard(), silence=MINUTE, now=START)


async def keep(scene: Scene, *standings: SourceStanding) -> None:
    for one in standings:
        await MemorySourceBook(scene.store).keep(one)
        async with MemoryLedger(scene.store).transaction("projection") as transaction:
            await transaction.views.record_gaps(one.owed)


async def test_every_source_is_told_with_its_state() -> None:
    failing = failed(standing("c"), "nobody there", now=START)
    back = hauled(failing, Heard(records=1, lag=3), silence=MINUTE, now=START)
    async with a_scene() as scene:
        await keep(
            scene, standing("a"), quiet("b"), failing, back.model_copy(update={"source": "d"})
        )
        await keep(scene, ended(standing("e")))
        told = (await scene.get("/sources")).json()

    states = [one["state"] for one in told["sources"]]
    assert states == ["connected", "silent", "blind", "catching up", "ended"]
    assert told["sources"][2]["error"] == "nobody there"
    assert told["sources"][2]["blind_since"] == told["sources"][0]["heard_at"]


async def test_gaps_are_told_and_bounded() -> None:
    async with a_scene() as scene:
        await keep(scene, quiet("a"), quiet("b"))
        both = (await scene.get("/sources")).json()["gaps"]
        one = (await scene.get("/sources?limit=1")).json()["gaps"]

    assert [gap["why"] for gap in both] == ["silence", "silence"]
    assert (both[0]["until"], both[0]["caught_up_at"]) == (None, None)
    assert one == both[:1]


async def test_a_source_that_nobody_reads_any_more_is_told_as_such() -> None:
    async with a_scene() as scene:
        await keep(scene, standing())
        scene.clock.moment += MINUTE
        [one] = (await scene.get("/sources")).json()["sources"]

    assert (one["state"], one["connected"]) == ("not read", False)
