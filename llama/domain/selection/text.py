"""Downselections as text: `vetoed=false,fhnameexists=SkymapInfo,sec_since_v0_lt=86400`.

Several names of one criterion are written one by one: `fileexists=a.json,fileexists=b.json`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from llama.domain.selection.complaints import no_criterion, unknown_criterion, without_value
from llama.domain.selection.downselection import Downselection
from schemas.base import zulu

_SEVERAL = frozenset(
    name for name, field in Downselection.model_fields.items() if field.default == ()
)


def from_text(text: str) -> Downselection:
    """Read `name=value,name=value`; the empty text has no criteria.

    ValueError, saying what is wrong and what may have been meant, for anything else.
    """
    return from_pairs(_pair(part) for part in text.split(",") if text.strip())


def from_pairs(pairs: Iterable[tuple[str, str]]) -> Downselection:
    """Read names and values, as a query string has them; ValueError for what is not understood."""
    criteria: dict[str, str | list[str]] = {}
    for name, value in pairs:
        _refuse_odd(name, value)
        if name in _SEVERAL:
            criteria[name] = [*criteria.get(name, []), value]
        elif name in criteria:
            raise ValueError(f"{name} is given twice: it can have one value")
        else:
            criteria[name] = value
    return Downselection.read(criteria)


def to_text(downselection: Downselection) -> str:
    """Write the criteria that are set, in a fixed order; ValueError if the sortkey is code."""
    return ",".join(f"{name}={value}" for name, value in to_pairs(downselection))


def to_pairs(downselection: Downselection) -> Iterator[tuple[str, str]]:
    """Go through names and values of the criteria that are set; ValueError as in `to_text`."""
    for name, value in downselection.model_dump(exclude_defaults=True).items():
        for one in value if isinstance(value, tuple) else (value,):
            yield name, _written(one)


def _pair(part: str) -> tuple[str, str]:
    name, sign, value = part.partition("=")
    if not sign:
        raise ValueError(no_criterion(part))
    return name.strip(), value.strip()


def _refuse_odd(name: str, value: str) -> None:
    if name not in Downselection.model_fields:
        raise ValueError(unknown_criterion(name))
    if not value.strip():
        raise ValueError(without_value(name))


def _written(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return zulu(value)
        case float():
            return repr(value).removesuffix(".0")
        case _:
            return str(value)
