"""Timers follow from the state, and say the same thing whoever reads them and however late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.domain.timers import LEAST_LIFE, Timer, expiry, timers_of
from schemas.facts import AlertType
from schemas.flags import FlagName
from tests.support.facts import EVENT, START, Story, a_pipeline, a_result

GRAPH = "alert -> neutrinos -> joint"
T = START + timedelta(minutes=10)
DAY = timedelta(days=1)


def a_story(**validity: timedelta) -> Story:
    """Tell an event whose handlers made files that are valid until some time after T."""
    story = Story(GRAPH)
    story.notice()
    for handler in ("neutrinos", "joint"):
        result = a_result(story.need(handler), at=story.now)
        until = T + validity[handler] if handler in validity else None
        story.tell(result.model_copy(update={"valid_until": until}))
    return story


def expire(story: Story) -> None:
    [timer] = timers_of(story.state)
    story.tell(expiry(timer, EVENT))


def test_there_is_a_timer_for_each_content_that_will_expire_the_first_one_first() -> None:
    state = a_story(neutrinos=timedelta(hours=1), joint=timedelta(minutes=1)).state

    assert timers_of(state) == (
        Timer("joint", state.made["joint"].fact, T + timedelta(minutes=1)),
        Timer("neutrinos", state.made["neutrinos"].fact, T + timedelta(hours=1)),
    )


def test_what_is_valid_for_ever_has_no_timer() -> None:
    assert timers_of(a_story().state) == ()
    assert timers_of(EventState(EVENT)) == ()


def test_an_expired_content_has_no_timer_any_more_and_its_handler_is_wanted() -> None:
    story = a_story(neutrinos=timedelta(0))

    expire(story)

    assert timers_of(story.state) == ()
    assert [task.handler.name for task in story.tasks()] == ["neutrinos"]


def test_what_is_made_again_has_its_own_timer() -> None:
    story = a_story(neutrinos=timedelta(0))
    expire(story)

    result = a_result(story.need("neutrinos"), "more", at=T)
    story.tell(result.model_copy(update={"valid_until": T + DAY}))

    assert timers_of(story.state) == (Timer("neutrinos", result.id, T + DAY),)


def test_a_handler_that_the_adopted_pipeline_lacks_has_no_timer() -> None:
    state = a_story(neutrinos=timedelta(0)).state

    assert timers_of(replace(state, manifest=a_pipeline("alert -> joint"))) == ()


def test_a_run_that_began_after_the_moment_it_names_needs_no_other() -> None:
    """It always names the end of its window, which had closed when it was run."""
    story = a_story(neutrinos=timedelta(0))
    expire(story)

    began_after = a_result(story.need("neutrinos"), at=T + timedelta(seconds=1))
    story.tell(began_after.model_copy(update={"valid_until": T}))

    assert timers_of(story.state) == ()


def test_a_run_that_ended_after_the_moment_but_began_before_it_expires_at_once() -> None:
    story = Story(GRAPH)
    story.notice()
    slow = a_result(story.need("neutrinos"), at=T + timedelta(seconds=30))

    story.tell(slow.model_copy(update={"valid_until": T, "wall_s": 60.0}))

    [timer] = timers_of(story.state)
    assert timer.due_at == T + timedelta(seconds=30) + LEAST_LIFE


@pytest.mark.parametrize("hold", ["veto", "freeze", "delete", "veto the event", "retract"])
def test_a_timer_goes_on_while_its_handler_is_held(hold: str) -> None:
    story = a_story(neutrinos=timedelta(0))
    timers = timers_of(story.state)

    do(story, hold)

    assert timers_of(story.state) == timers


def do(story: Story, hold: str) -> None:
    match hold:
        case "veto the event":
            story.flag(FlagName.VETOED, on=True)
        case "retract":
            story.notice(AlertType.RETRACTION)
        case "veto" | "freeze" | "delete":
            story.operate(hold, "neutrinos")
        case _:
            raise AssertionError(hold)


@pytest.mark.parametrize(("hold", "let_go"), [("veto", "unveto"), ("freeze", "thaw")])
def test_what_expired_while_it_was_held_is_wanted_once_it_is_let_go(hold: str, let_go: str) -> None:
    story = a_story(neutrinos=timedelta(0))
    do(story, hold)

    expire(story)
    held = story.tasks()
    story.operate("unveto" if let_go == "unveto" else "thaw", "neutrinos")

    assert held == []
    assert [task.handler.name for task in story.tasks()] == ["neutrinos"]


def test_the_order_of_expiry_and_retraction_does_not_matter() -> None:
    states: list[EventState] = []
    for first in ("expire", "retract"):
        story = a_story(neutrinos=timedelta(0))
        timer = timers_of(story.state)[0]
        story.now = T + DAY
        if first == "expire":
            story.tell(expiry(timer, EVENT))
        story.now = T + DAY
        story.notice(AlertType.RETRACTION)
        if first == "retract":
            story.tell(expiry(timer, EVENT))
        states.append(story.state)

    assert states[0] == states[1]


def test_an_expiry_is_the_same_fact_whoever_says_it() -> None:
    story = a_story(neutrinos=timedelta(0))
    [timer] = timers_of(story.state)

    fact = expiry(timer, EVENT)

    assert fact == expiry(timer, EVENT)
    assert (fact.event, fact.handler, fact.generation) == (EVENT, "neutrinos", timer.generation)
    assert (fact.cause, fact.occurred_at, len(fact.id)) == (timer.generation, T, 32)


def test_expiries_of_different_events_handlers_and_generations_have_ids_of_their_own() -> None:
    timers = [Timer("a", "1", T), Timer("a", "2", T), Timer("b", "1", T)]

    ids = {expiry(timer, event).id for timer in timers for event in ("S1", "S2")}

    assert len(ids) == 6


def test_a_status_lists_pending_expiries() -> None:
    story = a_story(neutrinos=timedelta(hours=1), joint=timedelta(minutes=1))

    status = status_of(story.state, leased=[], now=T)

    assert status.timers == (T + timedelta(minutes=1), T + timedelta(hours=1))
    assert status.settled


def test_an_event_is_stale_when_another_pipeline_is_deployed() -> None:
    state = a_story().state
    own, other = a_pipeline(GRAPH).digest, a_pipeline(GRAPH, code={"joint": "2"}).digest

    stale = [status_of(state, leased=[], now=T, deployed=one).stale for one in (own, other, None)]

    assert stale == [False, True, False]
    assert not status_of(EventState(EVENT), leased=[], now=T, deployed=other).stale
