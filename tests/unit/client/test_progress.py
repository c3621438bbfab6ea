"""Lines of progress: counts, and files whose status changes."""

from llama.client.progress import LINES, Progress
from tests.support.facts import EVENT, Story
from tests.support.notices import a_notice
from tests.unit.client.acting import a_system


def test_every_change_of_a_status_is_told_once_and_what_is_current_at_first_is_not() -> None:
    told: list[str] = []
    story = Story("alert -> skymap -> plot")
    story.notice()
    progress = Progress(told.append)

    for _ in range(2):
        progress.see(story.state)
    story.make("skymap")
    progress.see(story.state)

    words = [line.split() for line in told]
    assert words == [
        [EVENT, "skymap.json", "missing"],
        [EVENT, "plot.json", "waiting"],
        [EVENT, "skymap.json", "current"],
        [EVENT, "plot.json", "missing"],
    ]


def test_only_files_of_interest_are_told() -> None:
    told: list[str] = []
    story = Story("alert -> skymap -> plot")
    story.notice()

    Progress(told.append, {"plot.json"}).see(story.state)

    assert [line.split()[1] for line in told] == ["plot.json"]


def test_of_many_only_some_counts_are_told_and_always_the_last() -> None:
    told: list[str] = []
    progress = Progress(told.append)

    for done in range(1, 1002):
        progress.count(done, 1001, "notices read")

    assert len(told) <= LINES + 2
    assert told[-1] == "1001 of 1001 notices read"


async def test_who_waits_for_notices_is_told_how_far_it_is() -> None:
    told: list[str] = []
    progress = Progress(told.append)
    system = a_system()
    async with system.living():
        source = await system.ingestion().send(a_notice(), name="")
        await system.ingestion().receipts([source], progress=progress)
        await system.ingestion().settle([EVENT], progress=progress)

    assert (told[0], told[-1]) == ("1 of 1 notices read", "1 of 1 events settled")
