"""The figures of many events, by handler: how long runs took, how the files stand."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from llama.domain.states import EventState
from llama.domain.status import files_of


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What the pictures of a run show; handlers stand in their order in the pipeline."""

    events: int
    handlers: tuple[str, ...]
    wall_s: Mapping[str, Sequence[float]]
    """Wall times in seconds of the latest accepted run in each event that has one."""
    statuses: Mapping[str, Mapping[str, int]]
    """How many files there are of each status; of an event without a pipeline, none."""


def figures_of(states: Iterable[EventState], handlers: Sequence[str]) -> RunFigures:
    """Return the figures of some events; handlers that they have besides are added at the end.

    What was put in place by hand took nobody any time and counts among the files only.
    """
    wall_s: dict[str, list[float]] = defaultdict(list)
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    events = 0
    for state in states:
        events += 1
        for name, made in state.made.items():
            if made.wall_s > 0:
                wall_s[name].append(made.wall_s)
        for file in files_of(state):
            if file.handler is not None:
                statuses[file.handler][file.status] += 1
    known = dict.fromkeys((*handlers, *sorted(wall_s.keys() | statuses.keys())))
    return RunFigures(events, tuple(known), wall_s, statuses)
