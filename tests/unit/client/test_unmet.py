"""Names in criteria that nobody has heard of are told, with the nearest that somebody has."""

import pytest

from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.views import MemoryReadModels
from llama.client.unmet import strange_names
from llama.domain.selection.downselection import Downselection
from tests.support.facts import START, Story
from tests.unit.gateway.scene import PROJECTION, Scene, a_made_scene, a_scene


async def told(scene: Scene, **criteria: object) -> list[str]:
    """Return what is said of the names in criteria."""
    lists = MemoryReadModels(scene.store, PROJECTION)
    return list(await strange_names(lists, Downselection.read(criteria), scene.clock.now()))


@pytest.mark.parametrize(
    ("criteria", "line"),
    [
        (
            {"fileexists": "skymap.fit"},
            "no event has a file skymap.fit (did you mean skymap.fits?)",
        ),
        (
            {"obsolete": "nothing"},
            (
                "no event has a file nothing: there is alert.json, skymap.fits, skymap.png, "
                "skymap_info.json, summary.html"
            ),
        ),
        (
            {"fhnameexists": "Skymapinfo"},
            "no event has a handler Skymapinfo (did you mean SkymapInfo?)",
        ),
        ({"fhnamemeta": "skymap"}, "no event has a handler skymap (did you mean Skymap?)"),
    ],
    ids=str,
)
async def test_a_name_that_no_event_has_is_told_with_the_nearest(
    criteria: dict[str, object], line: str
) -> None:
    async with a_made_scene() as scene:
        assert await told(scene, **criteria) == [line]


async def test_names_that_events_have_are_not_told_met_or_not() -> None:
    async with a_made_scene() as scene:
        await scene.notice("UPDATE", minute=9, skymap="b", event="a")

        assert await told(scene, fileexists="skymap.fits", fhnameexists="Summary") == []
        assert await told(scene, obsolete="summary.html", vetoed=True) == []


async def test_a_file_that_only_an_old_event_has_is_known() -> None:
    async with a_made_scene() as scene:
        scene.store.files = {
            event: tuple(one for one in files if one.name != "skymap.png")
            for event, files in scene.store.files.items()
        }

        assert await told(scene, fileexists="skymap.png") == []


async def test_a_class_that_no_notice_tells_of_is_told() -> None:
    async with a_scene() as scene:
        story = Story(event="S230914a", partition=0)
        story.notice(event_time=START, classification={"BNS": 0.9, "BBH": 0.1})
        async with MemoryLedger(scene.store).transaction(PROJECTION) as transaction:
            await transaction.views.record(story.steps)

        lines = await told(scene, classification=["bns", "BNS"], p_gt="Unicorn:0.5")

        assert lines == [
            "no event is of a class bns (did you mean BNS?)",
            "no event is of a class Unicorn: there is BNS",
        ]
        assert await told(scene, p_gt="BBH:0.5") == []


async def test_without_events_no_name_is_strange() -> None:
    async with a_scene() as scene:
        assert await told(scene, fileexists="skymap.fit") == []
