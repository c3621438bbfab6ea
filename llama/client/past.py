"""Looks back: one event, or a list of them, as it was at an earlier moment.

A list is exact: of most events it is kept what they were, and what is not is folded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from llama.domain.as_of import board_as_of, changes_as_of, state_as_of
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.paging import Page, Question, find, page_of
from llama.domain.selection.profile import profile_of
from llama.domain.shown import ShownEvent, shown_from
from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.domain.wiring import Wirings
from llama.ports.past import Past
from schemas.status import EventStatus

FOLDED_AT_ONCE = 64
"""Events whose facts are fetched together."""


@dataclass(frozen=True, slots=True)
class Lookback:
    """Looks at one moment."""

    past: Past
    moment: datetime

    async def state(self, event: str) -> EventState | None:
        """Return the state of an event as of the moment; None if nothing had come in."""
        facts = await self.past.facts([event])
        return state_as_of(event, facts[event], self.moment)

    async def status(self, state: EventState) -> EventStatus:
        """Return the status that such a state had; whether a worker was at it is not recorded."""
        deployed = await self.past.deployed(self.moment)
        status = status_of(state, leased=(), now=self.moment, deployed=deployed)
        return status.model_copy(update={"as_of": self.moment})

    async def revisions(self, event: str) -> int:
        """Return how many revisions the event's history amounted to."""
        facts = await self.past.facts([event])
        return changes_as_of(event, facts[event], self.moment)


async def page_then(past: Past, question: Question) -> Page[ShownEvent]:
    """Return the page of a list that a question would have had for an answer at its moment.

    Misconfigured if what was kept of that moment does not reach back.
    """
    then = await past.then(question)
    wanted = question.downselection
    named = [event for event in then.moving if wanted.names(event) or wanted.invert]
    moving = await _folded(past, question, named)
    profiles = find(question, (profile for profile, _ in moving))
    rows = {profile.eventid: row for profile, row in (*then.at_rest, *moving)}
    order = question.order.sort([*(profile for profile, _ in then.at_rest), *profiles])
    return page_of(question, [(one, rows[one.eventid]) for one in order])


async def _folded(
    past: Past, question: Question, events: Sequence[str]
) -> list[tuple[EventProfile, ShownEvent]]:
    """Return what some events were, of those that were there."""
    found: list[tuple[EventProfile, ShownEvent]] = []
    wirings = Wirings()
    for start in range(0, len(events), FOLDED_AT_ONCE):
        facts = await past.facts(events[start : start + FOLDED_AT_ONCE])
        for event, told in facts.items():
            board = board_as_of(event, told, question.now, wirings)
            shown, files = shown_from(board) if board else (None, ())
            if board is not None and shown is not None:
                found.append((profile_of(board.state, files), shown))
    return found
