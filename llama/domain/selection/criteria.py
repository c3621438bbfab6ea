"""The values that criteria accept, and the one form in which each is kept."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Never, Protocol, TypeAlias, TypedDict

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticSerializationError

from llama.domain.moments import time_of
from llama.domain.selection.words import listed
from schemas.base import FileName, Moment
from schemas.files import HandlerName

if TYPE_CHECKING:
    from llama.domain.handler import FileHandler

_DATE_DIGITS = 8
"""So many digits may be a date (20230914) or POSIX seconds: nobody should have to guess."""


class SortKey(StrEnum):
    """What a downselection can sort by; the least value, the earliest time, comes first."""

    EVENTTIME = "eventtime"
    EVENTID = "eventid"
    MODTIME = "modtime"
    V0TIME = "v0time"
    FAR = "far"


class Comparable(Protocol):
    """What can be sorted."""

    def __lt__(self, other: Never, /) -> bool:
        """Tell whether this comes before another one of its kind."""
        ...


def _canonical(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _files(value: object) -> object:
    given = listed(value)
    if not isinstance(given, Collection):
        return given
    return [_handler(one).FILENAME if isinstance(one, type) else one for one in given]


def _makers(value: object) -> object:
    given = listed(value)
    if not isinstance(given, Collection):
        return given
    from llama.domain.handler import maker_of  # needed here only, and much to import

    return [maker_of(_handler(one)).__name__ if isinstance(one, type) else one for one in given]


def _handler(one: object) -> "type[FileHandler]":
    from llama.domain.handler import FileHandler

    if isinstance(one, type) and issubclass(one, FileHandler) and hasattr(one, "FILENAME"):
        return one
    raise ValueError(f"{one} is no handler of a file: give a FileHandler class, or a name")


def instant_of(value: object) -> object:
    """Return a moment in UTC for a datetime with a zone, a text, or POSIX seconds.

    A text is a time or a date as in llama.domain.moments, or POSIX seconds. A time without a zone
    is refused (ValueError).
    """
    match value:
        case bool():
            raise ValueError("true and false are no times")
        case int() | float():
            return _from_seconds(value)
        case str():
            return _from_text(value.strip())
        case datetime():
            return _in_utc(value)
        case _:
            return value


def _from_seconds(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError(f"{seconds} POSIX seconds are not a time: {error}") from error


def _from_text(text: str) -> datetime:
    if text.isdecimal() and len(text) == _DATE_DIGITS:
        date = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        raise ValueError(f"{text} may be a date or seconds: write {date}, or {text}.0")
    try:
        return _from_seconds(float(text))
    except ValueError:
        pass
    return time_of(text)


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone: add tzinfo=UTC if it is in UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{moment} is out of reach") from error


def _said(sortkey: object) -> str | None:
    if sortkey is None or isinstance(sortkey, str):
        return sortkey and str(sortkey)
    names = ", ".join(SortKey)
    message = f"the sortkey {sortkey!r} is code, which no text can say"
    raise PydanticSerializationError(f"{message}: name one of {names}")


_Glob = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z0-9_*?-]|\[!?[A-Za-z0-9_-]+\])+$", max_length=128),
]
"""What an event's id can match: a set of letters that is begun is ended."""
_Handlers = tuple[HandlerName, ...]
Globs = Annotated[tuple[_Glob, ...], BeforeValidator(listed), AfterValidator(_canonical)]
FileNames = Annotated[tuple[FileName, ...], BeforeValidator(listed), AfterValidator(_canonical)]
HandlerFiles = Annotated[tuple[FileName, ...], BeforeValidator(_files), AfterValidator(_canonical)]
HandlerNames = Annotated[_Handlers, BeforeValidator(listed), AfterValidator(_canonical)]
MakerNames = Annotated[_Handlers, BeforeValidator(_makers), AfterValidator(_canonical)]
Instant = Annotated[Moment, BeforeValidator(instant_of)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Limit = Annotated[int, Field(ge=0)]
Sorting = Annotated[
    SortKey | Callable[..., Comparable | None],
    PlainSerializer(_said),
    WithJsonSchema({"enum": [key.value for key in SortKey], "type": "string"}),
]

OneOrMore = str | Collection[str]
Handlers: TypeAlias = "type[FileHandler] | Collection[type[FileHandler]] | OneOrMore"
When = datetime | str | float


class Criteria(TypedDict, total=False):
    """What a downselection can be asked for, as people write it."""

    invert: bool
    eventid_filter: OneOrMore
    fileexists: OneOrMore
    fhexists: Handlers
    fhnameexists: OneOrMore
    fhmeta: Handlers
    fhnamemeta: OneOrMore
    vetoed: bool
    manual: bool
    flag: OneOrMore | Mapping[str, bool | str]
    status: OneOrMore
    obsolete: OneOrMore
    label: OneOrMore
    far_lt: float
    far_gt: float
    classification: OneOrMore
    p_gt: OneOrMore | Mapping[str, float]
    modbefore: When
    modafter: When
    sec_since_mod_gt: float
    sec_since_mod_lt: float
    v0before: When
    v0after: When
    sec_since_v0_gt: float
    sec_since_v0_lt: float
    sortkey: Sorting | str
    reverse: bool
    limit: int
