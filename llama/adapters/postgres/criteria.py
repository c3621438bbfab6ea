"""Criteria as SQL: the values travel as parameters, the text is made of fixed pieces only.

What it means is what `llama.domain.selection` says in Python; a test compares the two.
"""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from types import MappingProxyType

from llama.domain.selection.criteria import SortKey
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.order import Order
from llama.domain.selection.paging import Question, value_after
from llama.domain.selection.times import TimeBounds
from llama.domain.selection.words import threshold_of

ID_LETTERS = f"{string.ascii_letters}{string.digits}_-"
"""All that event ids are made of."""
_COLUMNS: Mapping[SortKey, str] = MappingProxyType(
    {
        SortKey.EVENTTIME: "event_time",
        SortKey.EVENTID: "event",
        SortKey.MODTIME: "modified_at",
        SortKey.V0TIME: "first_at",
        SortKey.FAR: "far",
    }
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which rows are looked among."""

    table: str = "events"
    head: str = "select_events"
    """The statement that says what is selected of them."""
    condition: str = "true"
    values: tuple[object, ...] = ()
    """Parameters of the condition, the first of the statement."""


EVENTS = Origin()
"""What events are."""


@dataclass(slots=True)
class Parameters:
    """The values of a statement, in the order of their numbers."""

    values: list[object] = field(default_factory=list[object])

    def take(self, value: object, kind: str) -> str:
        """Keep a value; return how the statement refers to it."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def statements_of(
    question: Question, head: str, *, are_words_rare: bool = False, origin: Origin = EVENTS
) -> Iterator[tuple[str, list[object]]]:
    """Go through the statements, with their parameters, whose rows in turn answer a question.

    First those events that have a value to be sorted by, then those that have none: so both
    are read in the order of an index. `head` says what is selected from the origin's table. If the
    words are rare the few events that have them are looked up first: reading in order, PostgreSQL
    would hope in vain to meet one soon.
    """
    column, after = _COLUMNS[question.order.key], question.after
    value = after and value_after(after, question.order)
    for is_valued in (True, False):
        if is_valued and after is not None and value is None:
            continue
        parameters = Parameters(list(origin.values))
        first = _few(question.downselection, origin, parameters) if are_words_rare else ""
        conditions = [origin.condition]
        conditions.append(f"({_criteria(question.downselection, question.now, parameters)})")
        conditions.append(f"{column} is {'not null' if is_valued else 'null'}")
        if after is not None and (value is not None) is is_valued:
            conditions.append(_behind(question.order, value, after.event, parameters))
        limit = parameters.take(question.wanted, "bigint")
        where = " and ".join(conditions)
        yield (
            f"{first}{head}\nwhere {where}\n{_order(question.order)}\nlimit {limit}",
            parameters.values,
        )


def _order(order: Order) -> str:
    ids = f"event {'desc' if order.are_ids_descending else 'asc'}"
    if order.key is SortKey.EVENTID:
        return f"order by {ids}"
    return f"order by {_COLUMNS[order.key]} {'desc' if order.is_descending else 'asc'}, {ids}"


def _behind(
    order: Order, value: datetime | float | None, event: str, parameters: Parameters
) -> str:
    """Say that an event stands behind the last one shown."""
    later = f"event {'<' if order.are_ids_descending else '>'} {parameters.take(event, 'text')}"
    if value is None or order.key is SortKey.EVENTID:
        return later
    kind = "double precision" if order.key is SortKey.FAR else "timestamptz"
    column, sign = _COLUMNS[order.key], "<" if order.is_descending else ">"
    place = parameters.take(value, kind)
    return f"{column} {sign}= {place} and ({column} {sign} {place} or {later})"


def _criteria(chosen: Downselection, now: datetime, parameters: Parameters) -> str:
    conditions = [
        *_ids(chosen.eventid_filter, parameters),
        *_sets(chosen, parameters),
        *_truths(chosen),
        *_ranks(chosen, parameters),
        *_window("modified_at", chosen.modified_within, now, parameters),
        *_window("first_at", chosen.first_within, now, parameters),
    ]
    met = " and ".join(conditions) or "true"
    # What is unknown is not met: inverted, it is.
    return f"({met}) is not true" if chosen.invert else met


def _ids(globs: Sequence[str], parameters: Parameters) -> Iterator[str]:
    if not globs:
        return
    if any(set(glob) & set("*?[") for glob in globs):
        yield f"event ~ {parameters.take(pattern_of(globs), 'text')}"
    else:
        yield f"event = any({parameters.take(list(globs), 'text[]')})"


def words_of(chosen: Downselection) -> dict[str, list[str]]:
    """Return the words that an event must have, by the column that they are looked for in."""
    wanted: dict[str, Sequence[str]] = {
        "shown_files": (*chosen.fileexists, *chosen.fhexists),
        "complete_handlers": chosen.fhnameexists,
        "recorded_handlers": (*chosen.fhmeta, *chosen.fhnamemeta),
        "statuses": chosen.status,
        "obsolete_files": chosen.obsolete,
        "flag_words": chosen.flag,
        "labels": chosen.label,
    }
    return {column: list(words) for column, words in wanted.items() if words}


def _sets(chosen: Downselection, parameters: Parameters) -> Iterator[str]:
    for column, words in words_of(chosen).items():
        yield f"{column} @> {parameters.take(words, 'text[]')}"


def _few(chosen: Downselection, origin: Origin, parameters: Parameters) -> str:
    """Have the rest of a statement look at the events that have all words, and at no others."""
    where = " and ".join([origin.condition, *_sets(chosen, parameters)])
    few = f"select * from {origin.table} where {where}"  # noqa: S608 - names and parameters
    return f"with {origin.table} as materialized ({few})\n"


def _truths(chosen: Downselection) -> Iterator[str]:
    for column, wanted in (("vetoed", chosen.vetoed), ("manual", chosen.manual)):
        if wanted is not None:
            yield column if wanted else f"not {column}"


def _ranks(chosen: Downselection, parameters: Parameters) -> Iterator[str]:
    for sign, bound in (("<", chosen.far_lt), (">", chosen.far_gt)):
        if bound is not None:
            yield f"far {sign} {parameters.take(bound, 'double precision')}"
    if chosen.classification:
        yield f"classification = any({parameters.take(list(chosen.classification), 'text[]')})"
    for name, least in map(threshold_of, chosen.p_gt):
        number = f"(classes ->> {parameters.take(name, 'text')})::double precision"
        yield f"{number} > {parameters.take(least, 'double precision')}"


def _window(
    column: str, bounds: TimeBounds, now: datetime, parameters: Parameters
) -> Iterator[str]:
    for sign, moment in zip("><", bounds.window(now), strict=True):
        if moment is not None:
            yield f"{column} {sign} {parameters.take(moment, 'timestamptz')}"


def pattern_of(globs: Sequence[str]) -> str:
    """Return a regular expression of PostgreSQL that event ids match as they match a glob."""
    return f"^(?:{'|'.join(''.join(_pieces(glob)) for glob in globs)})$"


def _pieces(glob: str) -> Iterator[str]:
    place = 0
    while place < len(glob):
        letter = glob[place]
        end = _end_of_class(glob, place) if letter == "[" else None
        if end is not None:
            yield _class(glob[place:end])
        else:
            yield {"*": ".*", "?": "."}.get(letter) or _literal(letter)
        place = end or place + 1


def _literal(letter: str) -> str:
    return letter if letter.isalnum() or letter == "_" else f"\\{letter}"


def _end_of_class(glob: str, begin: int) -> int | None:
    """Return where a set of letters such as [a-c] ends; None if it does not."""
    first = begin + 1 + glob.startswith("!", begin + 1)
    end = glob.find("]", first + glob.startswith("]", first))
    return None if end < 0 else end + 1


def _class(letters: str) -> str:
    """Spell a set of letters out: what a range is depends on nobody's alphabet then."""
    meant = "".join(_literal(letter) for letter in ID_LETTERS if fnmatchcase(letter, letters))
    # No id has an exclamation mark: what matches nothing stays so.
    return f"[{meant}]" if meant else "!"
