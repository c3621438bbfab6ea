"""Looks back: one event, or a list of them, as it was at an earlier moment.

A list is exact and costs about what it shows: events come by in the order of a bound on what they
are sorted by, and are folded until nothing that is still to come can change the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from llama.domain.as_of import changes_as_of, outlook_as_of, state_as_of
from llama.domain.outlook import Outlook
from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile, profile_of
from llama.domain.shown import ShownEvent, shown_from
from llama.domain.states import EventState
from llama.domain.status import status_of
from llama.domain.wiring import Wirings
from llama.ports.past import Journey, Milestone, Past, Road, Sieve
from schemas.base import zulu
from schemas.status import EventStatus

LONGEST_STRETCH = 8192
"""Milestones asked for at once; at first as many as may do, then twice as many each time."""
FOLDED_AT_ONCE = 64
"""Events whose facts are fetched together."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One event as it was at a moment."""

    profile: EventProfile
    """At least what it can be sorted by."""
    event: ShownEvent

    @property
    def place(self) -> datetime:
        """By which lists put it in order, unless they are told otherwise."""
        return self.event.event_time or self.event.time_created


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
        return status_of(state, leased=(), now=self.moment, deployed=deployed)

    async def revisions(self, event: str) -> int:
        """Return how many revisions the event's history amounted to."""
        facts = await self.past.facts([event])
        return changes_as_of(event, facts[event], self.moment)

    async def page(self, wanted: Downselection, *, limit: int) -> list[Sight]:
        """Return the first events that met the criteria then, in their order, at most `limit`.

        Without a sortkey the latest merger comes first. ValueError if the sortkey is code.
        """
        page = _Page(wanted, _journey(wanted, self.moment), min(limit, wanted.limit or limit))
        walk = _Walk(self.past, page.journey, page.limit * _PER_EVENT[page.journey.road])
        sieve = Sieve(wanted, self.moment, page.limit if wanted.sortkey is SortKey.FAR else None)
        while not page.is_full(walk.bound) and (events := await walk.on()) is not None:
            named = [event for event in events if wanted.names(event) or wanted.invert]
            sifted = await self.past.sift(sieve, named)
            for event in sifted.unchanged:
                page.take(event)
            await self._look(page, sifted.changed)
        return page.rows()

    async def _look(self, page: "_Page", events: Sequence[str]) -> None:
        for start in range(0, len(events), FOLDED_AT_ONCE):
            some = events[start : start + FOLDED_AT_ONCE]
            for event, facts in (await self.past.facts(some)).items():
                outlook = outlook_as_of(event, facts, self.moment, page.wirings)
                if outlook is not None:
                    page.add(outlook)


@dataclass(slots=True)
class _Walk:
    """Comes by events, each once."""

    past: Past
    journey: Journey
    stretch: int
    bound: Milestone | None = None
    """What comes next is behind it; None before the beginning."""
    is_over: bool = False
    _met: set[str] = field(default_factory=set[str])

    async def on(self) -> list[str] | None:
        """Return the events that come by next and are new; None at the end."""
        if self.is_over:
            return None
        passed = await self.past.travel(self.journey, after=self.bound, limit=self.stretch)
        self.is_over = len(passed) < self.stretch
        self.bound = passed[-1] if passed else self.bound
        self.stretch = min(2 * self.stretch, LONGEST_STRETCH)
        new = dict.fromkeys(one.event for one in passed if one.event not in self._met)
        self._met.update(new)
        return list(new)


@dataclass(slots=True)
class _Page:
    """The events that were found so far."""

    wanted: Downselection
    journey: Journey
    limit: int
    wirings: Wirings = field(default_factory=Wirings)
    _found: dict[str, Sight] = field(default_factory=dict[str, Sight])

    def add(self, outlook: Outlook) -> None:
        """Take in an event, if it met the criteria."""
        event, files = shown_from(outlook)
        profile = profile_of(outlook.state, files)
        if event is not None and self.wanted.matches(profile, self.journey.moment):
            self._found[profile.eventid] = Sight(profile, event)

    def take(self, event: ShownEvent) -> None:
        """Take in an event that is known to have met the criteria."""
        profile = EventProfile(
            eventid=event.event,
            event_time=event.event_time,
            first_at=event.first_at,
            modified_at=event.modified_at,
            far=event.far,
        )
        self._found[event.event] = Sight(profile, event)

    def is_full(self, bound: Milestone | None) -> bool:
        """Tell whether nothing behind the bound can come into the page."""
        if bound is None or len(self._found) < self.limit:
            return self.limit == 0
        return sum(self._is_before(one, bound) for one in self._found.values()) >= self.limit

    def rows(self) -> list[Sight]:
        """Return the page."""
        found = list(self._found.values())
        if self.wanted.sortkey is None:
            descending = not self.wanted.reverse
            found.sort(key=lambda one: (one.place, one.profile.eventid), reverse=descending)
            return found[: self.limit]
        arranged = self.wanted.arrange([one.profile for one in found])
        return [self._found[profile.eventid] for profile in arranged[: self.limit]]

    def _is_before(self, one: Sight, bound: Milestone) -> bool:
        """Tell whether an event stands before all that are behind the bound."""
        value = _value(self.wanted.sortkey, one)
        if value is None:
            return False
        mine, theirs = (_sortable(value), one.profile.eventid), (_sortable(bound.at), bound.event)
        return mine >= theirs if self.journey.descending else mine <= theirs


def _journey(wanted: Downselection, moment: datetime) -> Journey:
    """Return the way on which a page of what is wanted is filled soonest."""
    sortkey = wanted.sortkey
    if sortkey is not None and not isinstance(sortkey, SortKey):
        raise ValueError("what was cannot be sorted by code of yours: name a sortkey")
    return Journey(
        _ROADS.get(sortkey, "name"),
        moment,
        descending=wanted.reverse is not (sortkey is None),
    )


def _value(sortkey: object, one: Sight) -> datetime | str | None:
    """Return what an event is sorted by; None if it comes last, or no road goes by it."""
    match sortkey:
        case None:
            return one.place
        case SortKey.EVENTID:
            return one.profile.eventid
        case SortKey.EVENTTIME:
            return one.profile.event_time
        case SortKey.MODTIME:
            return one.profile.modified_at
        case SortKey.V0TIME:
            return one.profile.first_at
        case _:
            return None


def _sortable(value: datetime | str) -> str:
    return value if isinstance(value, str) else zulu(value)


_ROADS: Mapping[SortKey | None, Road] = MappingProxyType(
    {
        None: "place",
        SortKey.EVENTTIME: "place",
        SortKey.MODTIME: "change",
        SortKey.V0TIME: "change",
    }
)
_PER_EVENT: Mapping[Road, int] = MappingProxyType({"place": 2, "change": 16, "name": 1})
"""About how many milestones an event has."""
