"""What is said of a criterion that is not understood: what was written, and what it may be."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from pydantic import ValidationError

from llama.domain.assessment import Status
from llama.domain.labels import Label
from llama.domain.selection.criteria import SortKey

_OWN_WORDS = "value_error"
"""What pydantic calls the complaints that we have worded ourselves."""
_LONGEST = 60
"""So much of a value is repeated."""
_TRUTH = "true or false"
_FILE = "the name of a file, as in skymap.fits"
_HANDLER = "the name of a handler, as in SkymapInfo"
_RATE = "a rate in Hz, 0 or more, as in 1e-9"
_MOMENT = "a moment, as in 2026-11-20T12:00Z, or an age, as in 2h"
_SECONDS = "seconds, 0 or more, as in 3600"
_WORDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {"status": tuple(Status), "label": tuple(Label), "sortkey": tuple(SortKey)}
)
"""Criteria that know just these words."""
MAY_BE: Mapping[str, str] = MappingProxyType(
    {
        "invert": _TRUTH,
        "eventid_filter": "an event's id, or a pattern of *, ?, [abc] and [!abc], as in S2309*",
        **dict.fromkeys(("fileexists", "fhexists"), _FILE),
        **dict.fromkeys(("fhnameexists", "fhmeta", "fhnamemeta"), _HANDLER),
        **dict.fromkeys(("vetoed", "manual"), _TRUTH),
        "flag": "a flag and its value, as in ROLE:test",
        **{name: f"one of {', '.join(words)}" for name, words in _WORDS.items()},
        "obsolete": _FILE,
        **dict.fromkeys(("far_lt", "far_gt"), _RATE),
        "classification": "a class of sources, as in BNS",
        "p_gt": "a class and a probability from 0 to 1, as in BNS:0.5",
        **dict.fromkeys(("modbefore", "modafter", "v0before", "v0after"), _MOMENT),
        **dict.fromkeys(("sec_since_mod_gt", "sec_since_mod_lt"), _SECONDS),
        **dict.fromkeys(("sec_since_v0_gt", "sec_since_v0_lt"), _SECONDS),
        "reverse": _TRUTH,
        "limit": "a whole number, 0 or more",
    }
)
"""What each criterion may be."""
_COMPARED = re.compile(r"\s*(\w+)\s*(<=|>=|==|!=|<|>|:)\s*(\S*)\s*")
_BOUNDS: Mapping[str, str] = MappingProxyType({"<": "_lt", ">": "_gt"})


def unknown_criterion(name: str) -> str:
    """Say that there is no such criterion, and which one may be meant."""
    near = get_close_matches(name, MAY_BE, n=1)
    advice = f"did you mean {near[0]!r}?" if near else f"it can be {', '.join(MAY_BE)}"
    return f"there is no criterion {name[:_LONGEST]!r}: {advice}"


def without_value(name: str) -> str:
    """Say that a criterion was given no value, and what it may be."""
    return f"{name} has no value: it may be {MAY_BE[name]}; write {name}=VALUE, or leave it out"


def no_criterion(part: str) -> str:
    """Say that a part of a text is no `name=value`, and how what it may mean is written."""
    if not part.strip():
        return "a criterion is empty: write name=value, as in vetoed=false, or leave it out"
    if part.strip() in MAY_BE:
        return without_value(part.strip())
    said = f"{part[:_LONGEST]!r} is no criterion"
    found = _COMPARED.fullmatch(part)
    if found is None:
        return f"{said}: write name=value, as in vetoed=false"
    name, sign, value = found.groups()
    bound = name.removesuffix(_BOUNDS.get(sign[0], "")) + _BOUNDS.get(sign[0], "")
    meant = bound if bound in MAY_BE else name
    return f"{said}: write name=value" + (f", as in {meant}={value}" if meant in MAY_BE else "")


def complaint_of(error: ValidationError) -> str:
    """Return what is wrong with each value, and what it may be, in one line."""
    told: dict[str, str] = {}
    for one in error.errors(include_url=False, include_context=False):
        name = str(one["loc"][0])
        own = one["msg"].removeprefix("Value error, ") if one["type"] == _OWN_WORDS else ""
        told.setdefault(
            name, f"{name}={_brief(one['input'])}: {own or _advice(name, one['input'])}"
        )
    return "; ".join(told.values())


def _advice(name: str, value: object) -> str:
    words = _WORDS.get(name, ())
    near = get_close_matches(str(value).lower(), words, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"it may be {MAY_BE[name]}" if name in MAY_BE else "there is no such criterion"


def _brief(value: object) -> str:
    return repr(value) if len(repr(value)) <= _LONGEST else f"{repr(value)[:_LONGEST]}..."
