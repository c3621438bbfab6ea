"""The figures of many events, by handler: how long runs took, how the files stand."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from llama.domain.states import EventState
from llama.domain.status import files_of
from llama.ports.pictures import RunFigures


def figures_of(states: Iterable[EventState], handlers: Sequence[str]) -> RunFigures:
    """Return the figures of some events; handlers that they have besides are added at the end.

    What was put in place by hand took nobody any time and counts among the files only.
    """
    wall_s: dict[str, list[float]] = defaultdict(list)
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    failed: Counter[str] = Counter()
    events = 0
    for state in states:
        events += 1
        for name, made in state.made.items():
            if made.wall_s > 0:
                wall_s[name].append(made.wall_s)
        for name, failures in state.failures.items():
            failed[name] += sum(failure.number for failure in failures.values())
        for file in files_of(state):
            if file.handler is not None:
                statuses[file.handler][file.status] += 1
    others = wall_s.keys() | statuses.keys() | failed.keys()
    known = dict.fromkeys((*handlers, *sorted(others)))
    return RunFigures(events, tuple(known), wall_s, statuses, failed)
