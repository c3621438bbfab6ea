"""What subscribers of standing selections are told: which events enter, change in and leave them.

Whether an event is in a selection follows from its state alone, so nothing has to be remembered of
it: a fact lets an event enter if it was not in it before the fact, and is after it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from llama.domain.announcing import (
    Addresses,
    announcement_id,
    changed_statuses,
    heading,
    is_changed,
    standing_of,
)
from llama.domain.needs import Assessor
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.profile import about
from llama.domain.selection.standing import StandingSelection
from llama.domain.shown import shown_from, standing
from llama.domain.states import EventState
from llama.domain.work import Step
from schemas.public import SelectionChanged

Move = Literal["entered", "changed", "left"]


def told_of_selections(
    step: Step,
    selections: Iterable[StandingSelection],
    profiles: tuple[EventProfile, EventProfile],
    addresses: Addresses,
) -> Iterator[SelectionChanged]:
    """Go through what a fact did to selections; `profiles`: the event before the fact and after."""
    was, now = profiles
    for one in selections:
        # An event that nobody has heard of yet is in no selection, not even an inverted one.
        move = _move(step.before.sequence > 0 and one.has(was), one.has(now))
        if move is not None and (move != "changed" or is_changed(step)):
            yield _told(step, one, move, addresses)


def told_of_definition(
    state: EventState,
    before: StandingSelection | None,
    after: StandingSelection | None,
    *,
    at: tuple[str, datetime],
    addresses: Addresses,
) -> SelectionChanged | None:
    """Return what a changed definition does to an event; None if nothing.

    `before` is None for a new selection, `after` for one that has ended; `at` are the id of the
    fact that says so, and when it occurred.
    """
    profile = about(state)
    was, now = (one is not None and one.has(profile) for one in (before, after))
    selection = after or before
    if was is now or selection is None:
        return None
    return SelectionChanged(
        id=announcement_id(at[0], SelectionChanged.__name__, state.event),
        cause=at[0],
        occurred_at=at[1],
        event=state.event,
        selection=selection.name,
        definition=selection.definition,
        change="entered" if now else "left",
        sequence=state.sequence,
        position=None,
        standing=_standing(state),
        alert_type=state.notice.alert_type if state.notice else None,
        files={},
        url=addresses.event(state.event),
    )


def _move(was: bool, now: bool) -> Move | None:  # noqa: FBT001 - a pair, in the order of time
    if was and now:
        return "changed"
    return "entered" if now else "left" if was else None


def _told(
    step: Step, selection: StandingSelection, move: Move, addresses: Addresses
) -> SelectionChanged:
    notice = step.after.notice
    return SelectionChanged(
        **heading(step, SelectionChanged.__name__, selection.name, selection.definition),
        selection=selection.name,
        definition=selection.definition,
        change=move,
        standing=standing_of(step),
        alert_type=notice.alert_type if notice else None,
        files=changed_statuses(step),
        url=addresses.event(step.fact.event),
    )


def _standing(state: EventState) -> Literal["awaits a notice", "at work", "settled", "retracted"]:
    event, _ = shown_from(Assessor(state))
    return standing(
        is_retracted=state.is_retracted,
        is_settled=event is not None and event.settled,
        has_notice=state.notice is not None,
    )
