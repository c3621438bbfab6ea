"""announcing: subscribers are told what the facts amount to, a crash repeats it recognisably."""

from datetime import timedelta
from itertools import pairwise

import pytest

from llama.domain.errors import Unavailable
from schemas.facts import AlertType, FileObsoleted
from schemas.flags import FlagName
from schemas.topics import (
    HEARTBEAT_TOPIC,
    PUBLIC_EVENTS_TOPIC,
    PUBLIC_FILES_TOPIC,
    PUBLIC_REVISIONS_TOPIC,
    REVISIONS_TOPIC,
)
from services.announcing.beating import Heart
from tests.support.announced import Told, told_on
from tests.support.facts import EVENT, START, Story
from tests.support.memory_system import MemorySystem
from tests.unit.services.failing import FailingLedger, FailingLog

ANNOUNCING = "announcing"


async def a_system(story: Story) -> MemorySystem:
    """Build a system whose log has the facts of a story."""
    system = MemorySystem.of(story.graph)
    await system.tell(*(step.fact for step in story.steps))
    return system


async def files_told(story: Story) -> list[Told]:
    system = await a_system(story)
    await system.follow(ANNOUNCING)
    return await told_on(system.records, PUBLIC_FILES_TOPIC)


async def events_told(story: Story) -> list[Told]:
    system = await a_system(story)
    await system.follow(ANNOUNCING)
    return await told_on(system.records, PUBLIC_EVENTS_TOPIC)


def kinds(told: list[Told]) -> list[tuple[str, str]]:
    return [(one["kind"], one["file"]) for one in told]


def a_story() -> Story:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    story.make("plot", "two")
    return story


async def test_every_content_that_counts_is_told_with_where_it_is() -> None:
    told = await files_told(a_story())

    assert kinds(told) == [
        ("FileMade", "alert.json"),
        ("FileMade", "skymap.json"),
        ("FileMade", "plot.json"),
    ]
    skymap, story = told[1], a_story()
    stored = story.state.files["skymap.json"]
    assert (skymap["version"], skymap["digest"]) == (0, stored.content.digest)
    assert (skymap["source"], told[0]["source"], skymap["size"]) == ("run", "notice", 3)
    path = f"/events/{EVENT}/files/skymap.json?digest={stored.content.digest}"
    assert skymap["url"] == f"https://llama.example.org{path}"


async def test_a_result_that_was_not_accepted_is_told_to_nobody() -> None:
    story = a_story()
    late = story.steps[-1].fact
    story.tell(late.model_copy(update={"id": "late", "need": "another"}))
    story.tell(late)

    assert len(await files_told(story)) == 3


async def test_a_file_that_became_obsolete_is_told_with_its_cause() -> None:
    story = a_story()
    before = story.state.files["alert.json"].content.digest
    update = story.notice(AlertType.UPDATE, content="news")

    told = (await files_told(story))[4]

    assert (told["kind"], told["file"], told["version"]) == ("FileBecameObsolete", "skymap.json", 0)
    now = story.state.files["alert.json"].content.digest
    assert told["because"] == [{"input": "alert.json#whole", "was": before, "now": now}]
    assert (told["cause"], told["cause_kind"]) == (update.fact.id, "TriggerReceived")
    assert told["reason"].startswith("alert.json#whole changed from ")


async def test_it_is_told_under_the_id_of_the_resolvers_announcement() -> None:
    story = a_story()
    story.notice(AlertType.UPDATE, content="news")
    system = await a_system(story)

    await system.follow("dependency_resolver", ANNOUNCING)

    announced = [one.id for one in system.facts() if isinstance(one, FileObsoleted)]
    told = await told_on(system.records, PUBLIC_FILES_TOPIC)
    assert announced == [one["id"] for one in told if one["kind"] == "FileBecameObsolete"]
    assert len(announced) == 1


async def test_a_file_that_is_made_anew_has_the_next_version() -> None:
    story = a_story()
    story.notice(AlertType.UPDATE, content="news")
    story.make("skymap", "three")

    told = await files_told(story)

    assert kinds(told)[3:] == [
        ("FileMade", "alert.json"),
        ("FileBecameObsolete", "skymap.json"),
        ("FileMade", "skymap.json"),
        ("FileBecameObsolete", "plot.json"),
    ]
    assert told[5]["version"] == 1
    assert told[6]["cause"] == told[5]["cause"]


async def test_a_file_that_was_deleted_is_told_of_once() -> None:
    story = a_story()
    deleted = story.operate("delete", "plot")
    story.tell(deleted.fact)

    told = await files_told(story)

    assert kinds(told)[3:] == [("FileRemoved", "plot.json")]
    assert told[3]["digest"] == told[2]["digest"]


async def test_an_event_can_be_followed() -> None:
    story = a_story()
    story.flag(FlagName.MANUAL, on=True)
    story.notice(AlertType.RETRACTION)

    told = await events_told(story)

    assert [one["kind"] for one in told if one["kind"] != "EventChanged"] == [
        "EventBegan",
        "NoticeReceived",
        "NoticeReceived",
        "EventRetracted",
    ]
    changed = [one for one in told if one["kind"] == "EventChanged"]
    assert [one["standing"] for one in changed][-4:] == [
        "at work",
        "settled",
        "settled",
        "retracted",
    ]
    assert changed[-2]["flags"] == {"MANUAL": True}
    assert set(changed[-1]["files"].values()) == {"masked"}


async def test_a_copy_of_a_notice_is_not_told_again() -> None:
    story = a_story()
    story.tell(story.steps[1].fact)

    told = await events_told(story)

    assert [one["kind"] for one in told].count("NoticeReceived") == 1


async def test_an_older_notice_is_told_as_one_that_does_not_count() -> None:
    story = a_story()
    created = START - timedelta(hours=1)
    story.notice(AlertType.PRELIMINARY, content="late", time_created=created)

    told = [one for one in await events_told(story) if one["kind"] == "NoticeReceived"]

    assert [one["newest"] for one in told] == [True, False]


async def test_a_crash_before_the_offset_repeats_everything_under_the_same_ids() -> None:
    system = await a_system(a_story())
    system.ledger = FailingLedger(system.ledger)
    with pytest.raises(Unavailable):
        await system.follow(ANNOUNCING)

    system.restart(ANNOUNCING)
    await system.follow(ANNOUNCING)

    told = [one["id"] for one in await told_on(system.records, PUBLIC_FILES_TOPIC)]
    assert told[:3] == told[3:]
    assert len(set(told)) == 3


async def test_what_could_not_be_told_is_told_later() -> None:
    system = await a_system(a_story())
    system.log = FailingLog(system.records)
    with pytest.raises(Unavailable):
        await system.follow(ANNOUNCING)

    await system.follow(ANNOUNCING)

    assert len(await told_on(system.records, PUBLIC_FILES_TOPIC)) == 3


async def test_the_messages_of_an_event_are_in_order() -> None:
    story = a_story()
    story.notice(AlertType.UPDATE, content="news")
    story.settle()

    for told in (await files_told(story), await events_told(story)):
        assert all(one["sequence"] <= after["sequence"] for one, after in pairwise(told))


async def test_revisions_are_told_with_what_git_clones() -> None:
    system = await a_system(a_story())
    for text in ("a notice", "one", "two"):
        await system.artifacts.put(text.encode())

    await system.follow("versioning", ANNOUNCING)

    told = await told_on(system.records, PUBLIC_REVISIONS_TOPIC)
    committed = await told_on(system.records, REVISIONS_TOPIC)
    assert [one["commit"] for one in told] == [one["commit"] for one in committed]
    assert {one["url"] for one in told} == {f"https://llama.example.org/{EVENT}.git"}


async def test_a_heartbeat_says_how_far_announcing_has_come() -> None:
    system = await a_system(a_story())
    await system.follow(ANNOUNCING)

    await Heart(system.log, system.ledger, system.clock).once()

    [beat] = await told_on(system.records, HEARTBEAT_TOPIC)
    last = (await told_on(system.records, PUBLIC_FILES_TOPIC))[-1]
    assert (beat["kind"], beat["position"]) == ("Heartbeat", last["position"])
