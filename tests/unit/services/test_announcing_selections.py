"""Standing selections: events enter, change in and leave them; a new one begins with what is in."""

from datetime import timedelta

import pytest

from llama.domain.errors import Unavailable
from llama.domain.selection.standing import standing_criteria
from schemas.facts import AlertType
from schemas.flags import FlagName
from schemas.selections import SelectionDefined, SelectionRemoved
from schemas.topics import PUBLIC_SELECTIONS_TOPIC, SELECTIONS_TOPIC
from tests.support.announced import Told, told_on
from tests.support.facts import EVENT, START, Story
from tests.support.memory_system import MemorySystem
from tests.unit.services.failing import FailingLedger

ANNOUNCING = "announcing"
NAME = "with-plots"


def defined(criteria: str, *, name: str = NAME, id_: str = "r1") -> SelectionDefined:
    return SelectionDefined(id=id_, occurred_at=START, name=name, criteria=criteria, by="me")


def a_story() -> Story:
    """Make an event that enters the selection of those with a plot, and leaves it at last."""
    story = Story()
    story.notice()
    story.make("skymap", "one")
    story.make("plot", "two")
    story.flag(FlagName.MANUAL, on=True)
    story.notice(AlertType.RETRACTION)
    return story


async def a_system(*facts: SelectionDefined | SelectionRemoved) -> MemorySystem:
    system = MemorySystem.of(Story().graph)
    await define(system, *facts)
    return system


async def define(system: MemorySystem, *facts: SelectionDefined | SelectionRemoved) -> None:
    await system.records.append(SELECTIONS_TOPIC, facts)
    await system.follow(ANNOUNCING)


async def happen(system: MemorySystem, story: Story, *, until: int | None = None) -> None:
    await system.tell(*(step.fact for step in story.steps[:until]))
    await system.follow(ANNOUNCING)


async def told(system: MemorySystem) -> list[Told]:
    return await told_on(system.records, PUBLIC_SELECTIONS_TOPIC)


def moves(told: list[Told]) -> list[tuple[str, str]]:
    return [(one["event"], one["change"]) for one in told]


async def test_an_event_enters_changes_and_leaves() -> None:
    system, story = await a_system(defined("fileexists=plot.json")), a_story()

    await happen(system, story)

    changes = await told(system)
    assert moves(changes) == [(EVENT, "entered"), (EVENT, "changed"), (EVENT, "left")]
    causes = [story.steps[place].fact.id for place in (3, 4, 5)]
    assert [one["cause"] for one in changes] == causes
    assert [one["standing"] for one in changes] == ["settled", "settled", "retracted"]
    assert {(one["selection"], one["definition"]) for one in changes} == {(NAME, "r1")}


async def test_a_new_selection_begins_with_the_events_that_are_in_it_now() -> None:
    system = await a_system()
    await happen(system, a_story(), until=4)
    other = Story(event="S230914b")
    other.notice()
    await happen(system, other)

    await define(system, defined("fileexists=plot.json"))

    changes = await told(system)
    assert moves(changes) == [(EVENT, "entered")]
    assert (changes[0]["cause"], changes[0]["position"], changes[0]["sequence"]) == ("r1", None, 4)


async def test_what_was_in_a_selection_that_ends_leaves_it_and_nothing_follows() -> None:
    system, story = await a_system(defined("fileexists=plot.json")), a_story()
    await happen(system, story, until=4)

    await define(system, SelectionRemoved(id="r2", occurred_at=START, name=NAME))
    await system.tell(*(step.fact for step in story.steps[4:]))
    await system.follow(ANNOUNCING)

    assert moves(await told(system)) == [(EVENT, "entered"), (EVENT, "left")]


async def test_other_criteria_under_the_same_name_tell_the_difference() -> None:
    system = await a_system(defined("fileexists=plot.json"))
    await happen(system, a_story(), until=4)

    await define(system, defined("fileexists=skymap.json", id_="r2"))
    await define(system, defined("fileexists=other.json", id_="r3"))

    assert moves(await told(system)) == [(EVENT, "entered"), (EVENT, "left")]


async def test_a_definition_that_comes_again_is_told_once() -> None:
    system = await a_system(defined("fileexists=plot.json"))
    await happen(system, a_story(), until=4)

    await define(system, defined("fileexists=plot.json"))

    assert len(await told(system)) == 1


async def test_an_inverted_selection_has_no_event_before_it_began() -> None:
    system = await a_system(defined("fileexists=plot.json,invert=true"))

    await happen(system, a_story(), until=4)

    assert [change for _, change in moves(await told(system))] == [
        *("entered", "changed", "changed", "left"),
    ]


async def test_a_crash_repeats_what_was_told_under_the_same_ids() -> None:
    system = await a_system(defined("fileexists=plot.json"))
    system.ledger = FailingLedger(system.ledger)
    system.restart(ANNOUNCING)
    with pytest.raises(Unavailable):
        await happen(system, a_story())
    system.restart(ANNOUNCING)
    await system.follow(ANNOUNCING)

    ids = [one["id"] for one in await told(system)]

    assert ids[:3] == ids[3:]
    assert len(set(ids)) == 3


async def test_criteria_that_cannot_be_read_end_the_selection() -> None:
    system = await a_system(defined("fileexists=plot.json"))
    await happen(system, a_story(), until=4)

    await define(system, defined("of_tomorrow=1", id_="r2"))

    assert moves(await told(system)) == [(EVENT, "entered"), (EVENT, "left")]
    assert system.store.selections == {}


@pytest.mark.parametrize(
    "criteria", ["sec_since_mod_lt=60", "modafter=2h", "limit=3", "sortkey=far"]
)
def test_what_cannot_stand_is_refused(criteria: str) -> None:
    with pytest.raises(ValueError, match=r"merely because time goes by|has no order"):
        standing_criteria(criteria)


async def test_more_events_than_are_judged_together_all_enter() -> None:
    system = await a_system()
    for number in range(205):
        story = Story(event=f"S2309{number:03}", now=START + timedelta(seconds=number))
        await system.tell(*(step.fact for step in story.steps))
    await system.follow(ANNOUNCING)

    await define(system, defined("eventid_filter=S2309*"))

    assert len({event for event, _ in moves(await told(system))}) == 205
