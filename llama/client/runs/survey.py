"""Looks through a folder of events, and picks those that are meant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from llama.client.event import Event
from llama.client.pipeline import Pipeline
from llama.domain.errors import LlamaError
from llama.domain.selection.chains import narrowed, selected
from llama.domain.selection.criteria import Comparable, SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile, about
from llama.domain.states import BEGINNING


@dataclass(frozen=True, slots=True)
class Survey:
    """The events of a folder as they were when somebody looked."""

    events: Mapping[str, Event]
    profiles: Sequence[EventProfile]
    unreadable: Mapping[str, LlamaError | OSError]
    """Why an event, by its id, cannot be judged."""

    def sorted_events(self, chain: Sequence[Downselection]) -> tuple[Event, ...]:
        """Return the events that are meant, in order: ValueError if some have no event time."""
        self._refuse_unreadable()
        return self._events(selected(self.profiles, self._given_events(chain), self._now))

    def all_events(self, chain: Sequence[Downselection]) -> tuple[Event, ...]:
        """Return the events that are meant, in no order in particular."""
        self._refuse_unreadable()
        return self.readable_events(chain)

    def readable_events(self, chain: Sequence[Downselection]) -> tuple[Event, ...]:
        """Return the events that are meant but for those that cannot be judged."""
        return self._events(narrowed(self.profiles, self._given_events(chain), self._now)[0])

    @property
    def _now(self) -> datetime:
        benches = (event.bench for event in self.events.values())
        return next((bench.clock.now() for bench in benches), BEGINNING)

    def _events(self, profiles: Iterable[EventProfile]) -> tuple[Event, ...]:
        return tuple(self.events[profile.eventid] for profile in profiles)

    def _refuse_unreadable(self) -> None:
        for error in self.unreadable.values():
            raise error

    def _given_events(self, chain: Iterable[Downselection]) -> tuple[Downselection, ...]:
        """Let sortkeys that are code have events, not profiles."""
        return tuple(
            one
            if one.sortkey is None or isinstance(one.sortkey, SortKey)
            else one.model_copy(update={"sortkey": self._keyed(one.sortkey)})
            for one in chain
        )

    def _keyed(
        self, sortkey: Callable[..., Comparable | None]
    ) -> Callable[[EventProfile], Comparable | None]:
        return lambda profile: sortkey(self.events[profile.eventid])


def survey_of(rundir: Path, pipeline: Pipeline, chain: Sequence[Downselection]) -> Survey:
    """Look at the events of a folder that the chain may mean: ids alone rule many of them out."""
    events = _events_in(rundir, pipeline, _filters_of_ids(chain))
    profiles: list[EventProfile] = []
    unreadable: dict[str, LlamaError | OSError] = {}
    for eventid, event in events.items():
        try:
            profiles.append(about(event.state))
        except (LlamaError, OSError) as error:
            unreadable[eventid] = error
    return Survey(events, profiles, unreadable)


def _events_in(
    rundir: Path, pipeline: Pipeline, filters: Sequence[Downselection]
) -> dict[str, Event]:
    names = sorted(path.name for path in rundir.iterdir())
    meant = [name for name in names if all(one.names(name) for one in filters)]
    folders = [rundir / name for name in meant if Event.is_event_folder(rundir / name)]
    found = [_event(folder, pipeline) for folder in folders]
    return {event.eventid: event for event in found if event is not None}


def _event(folder: Path, pipeline: Pipeline) -> Event | None:
    """Return the event of a folder; None if its name is no event's, such as `S190814bv.old`."""
    try:
        return Event(folder.name, folder.parent, pipeline)
    except ValueError:
        return None


def _filters_of_ids(chain: Sequence[Downselection]) -> list[Downselection]:
    """Return the downselections whose patterns can be tried first: those up to the first limit.

    A later one has to see what the limit left.
    """
    limits = [place for place, one in enumerate(chain) if one.limit is not None]
    early = chain[: limits[0] + 1] if limits else chain
    return [one for one in early if not one.invert]
