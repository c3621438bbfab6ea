"""How much there is of everything: in memory, on the embedded PostgreSQL and on Debian's."""

from dataclasses import replace
from datetime import datetime, timedelta

from llama.adapters.system_clock import SystemClock
from llama.domain.alarms import ALARMS, TEST_ALARMS
from llama.domain.outlet import Parcel, Sender
from llama.domain.work import Task
from llama.ports.census import Counts
from schemas.facts import AlertType
from schemas.reports import DeadLetter, DeadLetterClosed, RefusalReason
from tests.contract.tasks.test_task_queue import MINUTE, a_task, claim, want
from tests.contract.views.test_views import show
from tests.support.facts import START, Story
from tests.support.postgres import Persistence

NO_TASKS = {"ready": 0, "leased": 0, "cooling": 0}
NO_PUBLICATIONS = {"sent": 0, "in_doubt": 0}


def a_refusal(number: int, reason: RefusalReason) -> DeadLetter:
    return DeadLetter(
        id=f"l{number}", occurred_at=START, reason=reason, source=None, raw=None, size=0
    )


def a_dropping(letter: DeadLetter) -> DeadLetterClosed:
    return DeadLetterClosed(
        id=f"drop.{letter.id}", occurred_at=START, letter=letter.id, state="dropped"
    )


def due(need: str, at: datetime) -> Task:
    return replace(a_task(need), not_before=at)


async def test_there_is_nothing_at_first(persistence: Persistence) -> None:
    counts = await persistence.census.take()

    assert counts == Counts(tasks=NO_TASKS, publications=NO_PUBLICATIONS)


async def test_tasks_are_ready_leased_or_cooling(persistence: Persistence) -> None:
    later = SystemClock().now() + MINUTE
    await want(persistence, a_task("n1"), a_task("n2"), due("n3", later))
    await claim(persistence.queue, limit=1)

    counts = await persistence.census.take()

    assert counts.tasks == {"ready": 1, "leased": 1, "cooling": 1}
    assert 0 <= counts.oldest_ready_s < 60


async def test_the_oldest_ready_task_is_the_one_that_is_due_for_longest(
    persistence: Persistence,
) -> None:
    now = SystemClock().now()
    times = [now - 3 * MINUTE, now - timedelta(hours=1), now - MINUTE]
    await want(persistence, *(due(f"n{number}", at) for number, at in enumerate(times)))

    counts = await persistence.census.take()

    assert 3600 <= counts.oldest_ready_s < 3700


async def test_a_task_that_is_done_does_not_count(persistence: Persistence) -> None:
    await want(persistence, a_task())
    [lease] = await claim(persistence.queue)
    await persistence.queue.finish([lease])

    assert (await persistence.census.take()).tasks == NO_TASKS


async def test_a_task_whose_lease_has_run_out_is_ready_again(persistence: Persistence) -> None:
    await want(persistence, a_task())
    await claim(persistence.queue, lease=timedelta(0))

    assert (await persistence.census.take()).tasks == {**NO_TASKS, "ready": 1}


async def test_events_are_counted_by_how_they_stand(persistence: Persistence) -> None:
    stories = [Story(event=f"S{number}") for number in range(4)]
    for story in stories[:3]:
        story.notice()
    stories[1].settle()
    stories[2].notice(AlertType.RETRACTION)
    for story in stories:
        await show(persistence, story.steps)

    counts = await persistence.census.take()

    assert counts.events == {"at_work": 1, "settled": 1, "retracted": 1, "awaits_a_notice": 1}


async def test_open_dead_letters_are_counted_by_reason(persistence: Persistence) -> None:
    reasons = [RefusalReason.NOT_JSON, RefusalReason.BAD_TIME, *2 * [RefusalReason.NOT_JSON]]
    letters = [a_refusal(number, reason) for number, reason in enumerate(reasons)]
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record_dead_letters(letters)
        await transaction.views.record_closings([a_dropping(letters[0])])

    counts = await persistence.census.take()

    assert counts.dead_letters == {"not_json": 2, "bad_time": 1}


async def test_copies_of_one_refused_content_are_one_dead_letter(persistence: Persistence) -> None:
    letters = [a_refusal(number, RefusalReason.NOT_JSON) for number in range(3)]
    alike = [one.model_copy(update={"raw": "a" * 64}) for one in letters[:2]]
    async with persistence.ledger.transaction("projection") as transaction:
        await transaction.views.record_dead_letters([*alike, letters[2]])

    counts = await persistence.census.take()

    assert counts.dead_letters == {"not_json": 2}


async def test_publications_are_counted_by_their_state(persistence: Persistence) -> None:
    sender = Sender("S1", "Publish")
    for key in ("a", "b", "c"):
        await persistence.outbox.begin(sender, Parcel("notices", key, b"{}"))
    await persistence.outbox.conclude(sender, 2, {"outlet": "kafka"})

    counts = await persistence.census.take()

    assert counts.publications == {"sent": 1, "in_doubt": 2}


async def say(persistence: Persistence, sender: Sender, *keys: str, topic: str = ALARMS) -> None:
    for key in keys:
        entry = await persistence.outbox.begin(sender, Parcel(topic, key, key.encode()))
        assert entry is not None
        await persistence.outbox.conclude(sender, entry.number, {"outlet": "webhook"})


async def test_the_latest_alarm_that_stands_is_told(persistence: Persistence) -> None:
    old, new = Sender("S1", "RaiseAlarm"), Sender("S2", "RaiseAlarm")
    await say(persistence, old, "raised-1")
    first = (await persistence.census.take()).alarm_at
    await say(persistence, new, "dry-run:raised-1")
    second = (await persistence.census.take()).alarm_at
    await say(persistence, new, "dry-run:taken-back-2")
    third = (await persistence.census.take()).alarm_at
    await say(persistence, old, "taken-back-2")

    assert first is not None
    assert second is not None
    assert first <= second
    assert third == first
    assert (await persistence.census.take()).alarm_at is None


async def test_an_alarm_that_is_in_doubt_counts_and_that_of_a_test_does_not(
    persistence: Persistence,
) -> None:
    await say(persistence, Sender("MS1", "RaiseAlarm"), "test-raised-1", topic=TEST_ALARMS)
    before = (await persistence.census.take()).alarm_at
    await persistence.outbox.begin(Sender("S1", "RaiseAlarm"), Parcel(ALARMS, "raised-1", b"{}"))

    assert before is None
    assert (await persistence.census.take()).alarm_at is not None


async def test_a_pause_of_publication_is_told(persistence: Persistence) -> None:
    await persistence.pauses.pause(by="ada", reason="night")
    during = await persistence.census.take()
    await persistence.pauses.resume(by="ada", reason="morning")

    assert during.is_paused
    assert not (await persistence.census.take()).is_paused
