"""Says why no event may meet some criteria: names that nobody has ever heard of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Protocol

from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import Page, Question, ask
from llama.domain.selection.words import threshold_of
from llama.ports.projections import EventRow, FileRow

EVENTS_LOOKED_AT = 20
"""The newest events have the files and handlers of the pipelines that are in use."""
CLASSES_LOOKED_AT = 200
NAMES_TOLD = 8
"""Of names that are unlike the one that was asked for."""
_ALIKE = 0.6


class Lists(Protocol):
    """Lists events, and the files of one."""

    async def events(self, *, limit: int) -> Sequence[EventRow]:
        """Return events, the latest merger first."""
        ...

    async def files(self, event: str) -> Sequence[FileRow]:
        """Return the files of an event, ancestors first."""
        ...

    async def select(self, question: Question) -> Page[EventRow]:
        """Return a page of the events that criteria mean."""
        ...


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of one kind in some criteria, and how to tell whether any event has them."""

    said: str
    asked: tuple[str, ...]
    known: frozenset[str]
    alone: tuple[str, ...]
    """Criteria any of which an event meets that has, or had, the name."""
    ending: str = ""
    """Stands behind a name in such a criterion."""


async def strange_names(lists: Lists, wanted: Downselection, now: datetime) -> Sequence[str]:
    """Return a line for each name in criteria that no event has, with the nearest that one has.

    Nothing while there are no events: every name is strange then. Unavailable as the lists are.
    """
    return [
        f"{names.said} {name}{_near(name, names.known)}"
        for names in await _kinds(lists, wanted)
        for name in names.asked
        if names.known and not await _is_known(lists, name, names, now)
    ]


async def _kinds(lists: Lists, wanted: Downselection) -> list[_Names]:
    rows = await lists.events(limit=CLASSES_LOOKED_AT)
    shown = [one for row in rows[:EVENTS_LOOKED_AT] for one in await lists.files(row.event)]
    files = _distinct(*wanted.fileexists, *wanted.fhexists, *wanted.obsolete)
    makers = _distinct(*wanted.fhnameexists, *wanted.fhmeta, *wanted.fhnamemeta)
    classes = _distinct(*wanted.classification, *(threshold_of(word)[0] for word in wanted.p_gt))
    of_sources = frozenset(row.classification for row in rows if row.classification)
    return [
        _Names("no event has a file", files, frozenset(one.name for one in shown), ("fileexists",)),
        _Names(
            "no event has a handler",
            makers,
            frozenset(one.handler for one in shown),
            ("fhnameexists", "fhnamemeta"),
        ),
        _Names("no event is of a class", classes, of_sources, ("p_gt",), ":0"),
    ]


async def _is_known(lists: Lists, name: str, names: _Names, now: datetime) -> bool:
    if name in names.known:
        return True
    for criterion in names.alone:
        alone = Downselection.read({criterion: f"{name}{names.ending}"})
        if (await lists.select(ask(alone, now=now, size=1))).rows:
            return True
    return False


def _near(name: str, known: Iterable[str]) -> str:
    lowered = {other.lower(): other for other in sorted(known)}
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=_ALIKE)
    if found:
        return f" (did you mean {lowered[found[0]]}?)"
    told = sorted(known)
    more = ", ..." if len(told) > NAMES_TOLD else ""
    return f": there is {', '.join(told[:NAMES_TOLD])}{more}"


def _distinct(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
