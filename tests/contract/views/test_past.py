"""Lists as of a moment are exactly those that folding everything gives, wherever facts are kept."""

from datetime import datetime, timedelta

import pytest

from llama.client.past import Lookback
from llama.domain.as_of import place_of, state_as_of
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import about
from llama.domain.selection.text import from_text
from schemas.facts import AlertType
from schemas.flags import FlagName
from tests.contract.views.looking_back import past_of, show
from tests.support.facts import START, Story
from tests.support.postgres import Persistence

CRITERIA = (
    "",
    "reverse=true",
    "limit=2",
    "vetoed=true",
    "vetoed=false",
    "fileexists=skymap.json",
    "invert=true,fileexists=skymap.json",
    "fhnameexists=plot,sortkey=eventid",
    "eventid_filter=S1*,sortkey=eventid,reverse=true",
    "sortkey=eventtime",
    "sortkey=far",
    "sortkey=far,reverse=true,vetoed=false",
    "sortkey=modtime,reverse=true",
    "sortkey=modtime",
    "sortkey=v0time,limit=3",
    "sortkey=v0time,reverse=true,sec_since_mod_lt=30",
)


def stories() -> list[Story]:
    """Return a dozen events that unfold at the same time, some of them odd."""
    found: list[Story] = []
    for number in range(12):
        begins = START + timedelta(seconds=3 * number)
        story = Story(event=f"S{number}", partition=number, now=begins)
        merged = None if number % 5 == 4 else START - timedelta(hours=number * 7 % 12)
        far = None if number % 4 == 3 else 1e-9 * (number * 5 % 7)
        story.notice(event_time=merged, content=f"{number}", far=far)
        for handler in ("skymap", "plot")[: number % 3]:
            story.make(handler)
        if number % 4 == 1:
            story.flag(FlagName.VETOED, on=True)
        if number % 3 == 0:
            story.now += timedelta(seconds=number)
            moved = START - timedelta(days=number % 2)
            story.notice(AlertType.UPDATE, event_time=moved, content=f"{number} again")
        if number % 6 == 5:
            story.notice(AlertType.RETRACTION, content="gone")
        found.append(story)
    return found


def expected(known: list[Story], wanted: Downselection, moment: datetime) -> list[str]:
    """Return what a list shows by folding all facts of all events."""
    found = [
        state_as_of(story.event, [step.fact for step in story.steps], moment) for story in known
    ]
    listed = {state.event: state for state in found if state and place_of(state)}
    if wanted.sortkey is None:
        order = sorted(
            listed,
            key=lambda event: (place_of(listed[event]), event),
            reverse=not wanted.reverse,
        )
        met = [event for event in order if wanted.matches(about(listed[event]), moment)]
        return met[: wanted.limit]
    return [one.eventid for one in wanted.apply(map(about, listed.values()), moment)]


@pytest.mark.parametrize("seconds", [-1, 0, 7, 21, 33, 47, 1000])
async def test_a_list_as_of_a_moment_is_exact(persistence: Persistence, seconds: int) -> None:
    known, moment = stories(), START + timedelta(seconds=seconds)
    for story in known:
        await show(persistence, story.steps)
    lookback = Lookback(past_of(persistence), moment)

    for text in CRITERIA:
        wanted = from_text(text)
        for limit in (1, 4, 100):
            page = await lookback.page(wanted, limit=limit)
            names = [sight.profile.eventid for sight in page]
            assert names == expected(known, wanted, moment)[:limit], (text, limit)


async def test_an_event_is_as_it_was(persistence: Persistence) -> None:
    [story, *_] = stories()
    await show(persistence, story.steps)

    for step in story.steps:
        lookback = Lookback(past_of(persistence), step.after.as_of)
        state = await lookback.state("S0")
        assert state is not None
        assert state == step.after
        assert (await lookback.status(state)).running == ()


async def test_a_deployment_counts_from_when_it_was(persistence: Persistence) -> None:
    past = past_of(persistence)
    before = await past.deployed(START + timedelta(days=365 * 100))
    await persistence.ledger.deployment_epoch("a" * 64)

    assert before is None
    assert await past.deployed(START) is None
    assert await past.deployed(START + timedelta(days=365 * 100)) == "a" * 64


async def test_code_of_ones_own_cannot_sort_what_was(persistence: Persistence) -> None:
    wanted = Downselection.of(sortkey=lambda event: event.eventid)

    with pytest.raises(ValueError, match="name a sortkey"):
        await Lookback(past_of(persistence), START).page(wanted, limit=3)
