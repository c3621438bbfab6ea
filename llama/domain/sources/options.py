"""What stands behind the `?` of a source's URL."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import parse_qsl

from llama.domain.errors import Misconfigured

MOST_OPTIONS = 20
LONGEST_SILENCE = timedelta(days=30)
_DURATION = re.compile(r"(?P<number>[0-9]{1,6}(\.[0-9]{1,3})?)(?P<unit>ms|s|min|m|h|d)")
_SECONDS: Mapping[str, float] = MappingProxyType(
    {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,99}")


@dataclass(frozen=True, slots=True)
class Place:
    """Which source a complaint is about, in words that hold no secret."""

    words: str

    def refuse(self, what: str) -> NoReturn:
        """Raise Misconfigured: what is wrong, and what would be right."""
        raise Misconfigured(f"{self.words}: {what}")


def options_of(query: str, known: Collection[str], place: Place) -> dict[str, str]:
    """Return the options of a URL by name; Misconfigured if one is unknown, empty or repeated.

    What was given is never repeated in an error: it may be a secret in the wrong place.
    """
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_OPTIONS
        )
    except ValueError:
        if query:
            place.refuse("its options are not written as ?name=value&name=value")
        pairs = []
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            place.refuse(_advice(name, known))
        if name in found or not value:
            place.refuse(f"{name} is given twice or empty: it needs one value")
        found[name] = value
    return found


def _advice(name: str, known: Collection[str]) -> str:
    if name in {"password", "client_secret", "token"}:
        return "a secret in a URL ends in logs: write it to a file, and name that, ?password_file="
    near = get_close_matches(name, known, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    return f"it has an option that there is not: there are {', '.join(sorted(known))}{meant}"


def duration_of(text: str, name: str, place: Place) -> timedelta:
    """Read a duration such as 60s; Misconfigured if it is none, zero or longer than a month."""
    read = _DURATION.fullmatch(text)
    seconds = float(read["number"]) * _SECONDS[read["unit"]] if read else 0.0
    if not 0 < seconds <= LONGEST_SILENCE.total_seconds():
        place.refuse(f"{name} is no duration up to 30 days: write it as {name}=60s")
    return timedelta(seconds=seconds)


def truth_of(text: str, name: str, place: Place) -> bool:
    """Read true or false."""
    if text not in {"true", "false"}:
        place.refuse(f"{name} is neither true nor false")
    return text == "true"


def name_of(text: str, place: Place) -> str:
    """Read the name that somebody gives a source."""
    if not _NAME.fullmatch(text):
        place.refuse("name has up to 100 letters, digits and _.:/@- and begins with one of both")
    return text
