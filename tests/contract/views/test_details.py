"""Flags that changed, holds and failures: in memory, on the embedded PostgreSQL and on Debian's."""

from datetime import timedelta

from llama.domain.shown_details import Details
from schemas.flags import FlagName
from tests.support.facts import EVENT, Story
from tests.support.postgres import Persistence


async def details(persistence: Persistence, story: Story, *, told: int = 0) -> Details:
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record(story.steps[told:])
    return await persistence.models.details(EVENT)


async def test_nothing_is_told_of_an_event_unheard_of(persistence: Persistence) -> None:
    assert await persistence.models.details(EVENT) == Details()


async def test_every_change_of_a_flag_is_kept_with_its_fact(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    preset = story.steps[-1].fact
    facts = [story.flag(FlagName.UPLOAD, on=on).fact for on in (False, False, True)]

    shown = await details(persistence, story)

    changes = [(one.flag, one.value, one.fact) for one in shown.flags]
    assert changes == [
        ("ICECUBE_UPLOAD", "true", preset.id),
        ("UPLOAD", "true", preset.id),
        ("UPLOAD", "false", facts[0].id),
        ("UPLOAD", "true", facts[2].id),
    ]


async def test_holds_are_shown_while_they_are_in_force(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    story.operate("veto", "plot")
    story.operate("freeze", "skymap")
    held = await details(persistence, story)
    told = len(story.steps)
    story.operate("unveto", "plot")

    left = await details(persistence, story, told=told)

    assert [(one.handler, one.hold) for one in held.holds] == [
        ("plot", "vetoed"),
        ("skymap", "frozen"),
    ]
    assert [(one.handler, one.hold) for one in left.holds] == [("skymap", "frozen")]


async def test_a_failure_is_shown_until_another_need_takes_its_place(
    persistence: Persistence,
) -> None:
    story = Story()
    story.notice()
    failed = story.fail("skymap", retry_in=timedelta(seconds=4)).fact
    shown = await details(persistence, story)
    told = len(story.steps)
    story.notice(content="another notice")

    after = await details(persistence, story, told=told)

    [failure] = shown.failures
    assert (failure.handler, failure.attempt, failure.number) == ("skymap", 1, 1)
    assert (failure.error, failure.message, failure.at) == (
        *("exception", "it broke"),
        failed.occurred_at,
    )
    assert failure.retry_at == failed.occurred_at + timedelta(seconds=4)
    assert after.failures == ()


async def test_the_same_facts_again_change_nothing(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    story.flag(FlagName.ONLINE, on=False)
    story.operate("veto", "plot")
    story.fail("skymap", retry_in=None)
    first = await details(persistence, story)

    assert await details(persistence, story) == first
