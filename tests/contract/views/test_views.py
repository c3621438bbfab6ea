"""What all read models promise: in memory, on the embedded PostgreSQL and on Debian's."""

from collections.abc import Sequence
from datetime import timedelta

from llama.domain.shown import shown_event, shown_files
from llama.domain.work import Step
from schemas.envelope import body_of
from schemas.facts import FACTS, AlertType, Source
from schemas.flags import FlagName
from schemas.reports import DeadLetter, RefusalReason, RevisionCommitted
from tests.support.facts import EVENT, START, Story
from tests.support.postgres import Persistence


async def show(persistence: Persistence, steps: Sequence[Step]) -> None:
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record(steps)


def a_letter(number: int) -> DeadLetter:
    return DeadLetter(
        id=f"letter-{number}",
        occurred_at=START + timedelta(seconds=number),
        reason=RefusalReason.NOT_JSON,
        source=Source(topic="igwn.gwalert", partition=0, offset=number),
        raw=None,
        size=12,
    )


def a_revision(number: int, *, event: str = EVENT) -> RevisionCommitted:
    return RevisionCommitted(
        id=f"{event}-{number}",
        occurred_at=START,
        event=event,
        commit=f"{number:040x}",
        number=number,
    )


async def test_nothing_is_shown_of_an_event_unheard_of(persistence: Persistence) -> None:
    await show(persistence, [])

    models = persistence.models
    assert list(await models.events(limit=5)) == []
    assert list(await models.files(EVENT)) == list(await models.facts(EVENT)) == []
    assert await models.state(EVENT) is None


async def test_an_event_is_shown_as_its_last_step_left_it(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    story.settle()

    await show(persistence, story.steps)

    [event] = await persistence.models.events(limit=5)
    shown = shown_event(story.state)
    assert shown is not None
    assert {name: getattr(event, name) for name in shown.__slots__} == {
        name: getattr(shown, name) for name in shown.__slots__
    }


async def test_files_are_shown_in_the_order_of_the_pipeline(persistence: Persistence) -> None:
    story = Story("alert -> zenith -> plot; alert -> area -> plot")
    story.notice()
    story.make("zenith", "z" * 7)

    await show(persistence, story.steps)

    files = await persistence.models.files(EVENT)
    found = [(file.name, file.status, file.version, file.size) for file in files]
    assert found[0] == ("alert.json", "current", 0, 8)
    assert sorted(found[1:3]) == [
        ("area.json", "missing", None, None),
        ("zenith.json", "current", 0, 7),
    ]
    assert found[3] == ("plot.json", "waiting", None, None)
    assert [file.handler for file in files] == [file.handler for file in shown_files(story.state)]


async def test_an_event_that_an_act_began_is_listed_without_a_notice(
    persistence: Persistence,
) -> None:
    story = Story()
    story.flag(FlagName.UPLOAD, on=True)

    await show(persistence, story.steps)

    [event] = await persistence.models.events(limit=5)
    assert (event.event, event.alert_type, event.settled) == (EVENT, "", True)
    assert event.time_created == story.state.as_of
    assert [file.status for file in await persistence.models.files(EVENT)] == [
        *("missing", "waiting", "waiting")
    ]


async def test_a_retracted_event_hides_its_results(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    story.settle()
    await show(persistence, story.steps)
    told = len(story.steps)

    story.notice(AlertType.RETRACTION)
    await show(persistence, story.steps[told:])

    [event] = await persistence.models.events(limit=5)
    plot = (await persistence.models.files(EVENT))[2]
    assert (event.retracted, event.files) == (True, {"current": 1, "masked": 2})
    assert (plot.status, plot.digest, plot.version, plot.size) == ("masked", None, None, None)


async def test_files_that_left_the_pipeline_are_not_shown(persistence: Persistence) -> None:
    story = Story("alert -> skymap -> plot")
    story.notice()
    await show(persistence, story.steps)

    story.graph = "alert -> skymap"
    await show(persistence, [story.adopt(epoch=2)])

    names = [file.name for file in await persistence.models.files(EVENT)]
    assert names == ["alert.json", "skymap.json"]


async def test_every_fact_is_shown_with_its_outcome(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    story.tell(story.make("skymap").fact)

    await show(persistence, story.steps)

    facts = await persistence.models.facts(EVENT)
    assert [(fact.sequence, fact.offset, fact.kind, fact.outcome) for fact in facts] == [
        (1, 0, "PipelineAdopted", "applied"),
        (2, 1, "TriggerReceived", "applied"),
        (3, 2, "FileGenerated", "applied"),
        (4, 3, "FileGenerated", "redundant"),
    ]
    assert [FACTS.validate_json(fact.body) for fact in facts] == [step.fact for step in story.steps]
    assert {(fact.partition, fact.occurred_at.tzinfo is None) for fact in facts} == {(0, False)}


async def test_steps_shown_again_change_nothing(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    story.settle()
    await show(persistence, story.steps)
    first = (await persistence.models.facts(EVENT), await persistence.models.files(EVENT))

    await show(persistence, [*story.steps, *story.steps])

    again = (await persistence.models.facts(EVENT), await persistence.models.files(EVENT))
    assert [list(rows) for rows in again] == [list(rows) for rows in first]
    assert len(await persistence.models.events(limit=5)) == 1


async def test_events_are_listed_by_merger_the_latest_first(persistence: Persistence) -> None:
    for day, name in ((2, "S2"), (3, "S3"), (1, "S1")):
        story = Story(event=name, partition=day)
        story.notice(event_time=START + timedelta(days=day))
        await show(persistence, story.steps)

    listed = await persistence.models.events(limit=2)

    assert [event.event for event in listed] == ["S3", "S2"]


async def test_an_event_without_a_merger_time_is_listed_by_its_notice(
    persistence: Persistence,
) -> None:
    for number, (name, event_time) in enumerate((("S1", START), ("S2", None))):
        story = Story(event=name, partition=number)
        story.notice(event_time=event_time)
        await show(persistence, story.steps)

    listed = await persistence.models.events(limit=5)

    assert [(event.event, event.event_time) for event in listed] == [("S2", None), ("S1", START)]


async def test_events_of_one_batch_are_all_shown(persistence: Persistence) -> None:
    stories = [Story(event=f"S{number}", partition=number) for number in range(3)]
    for story in stories:
        story.notice()

    await show(persistence, [step for story in stories for step in story.steps])

    assert {event.event for event in await persistence.models.events(limit=5)} == {"S0", "S1", "S2"}


async def test_the_state_shown_is_the_projections(persistence: Persistence) -> None:
    story = Story()
    story.notice()
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.save([story.state])

    assert await persistence.models.state(EVENT) == story.state


async def test_dead_letters_are_shown_once_newest_first(persistence: Persistence) -> None:
    for letters in ([a_letter(1), a_letter(2), a_letter(1)], [a_letter(2), a_letter(3)]):
        async with persistence.ledger.transaction("projection") as transaction:
            await transaction.views.record_dead_letters(letters)

    newest = await persistence.models.dead_letters(limit=2)
    assert [shown.letter for shown in newest] == [a_letter(3), a_letter(2)]
    assert len(await persistence.models.dead_letters(limit=9)) == 3


async def test_revisions_are_shown_oldest_first(persistence: Persistence) -> None:
    other = a_revision(0, event="S2")
    for _ in range(2):
        async with persistence.ledger.transaction("projection") as transaction:
            await transaction.views.record_revisions([a_revision(1), other, a_revision(0)])

    shown = await persistence.models.revisions(EVENT)

    assert [body_of(one) for one in shown] == [body_of(a_revision(0)), body_of(a_revision(1))]
