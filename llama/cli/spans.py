"""Options of commands that list what notices have told of: since when, until when, how many."""

from datetime import datetime
from typing import Annotated

import typer

from llama.cli.output import fail
from llama.domain.notice.times import EARLIEST, LATEST, read_time
from llama.ports.projections import ReceivedSpan

Start = Annotated[str, typer.Option(help="Since when: 2023-04-16T05:00Z.")]
Stop = Annotated[str, typer.Option(help="Until when, this moment included.")]
Limit = Annotated[int, typer.Option(help="How many at the most.", min=1)]


def span_of(start: str, stop: str, limit: int) -> ReceivedSpan:
    """Return what is asked for, with tests and what was retracted; exit code 2 if no time is."""
    since, until = _time(start, EARLIEST), _time(stop, LATEST)
    return ReceivedSpan(since, until, limit, tests=True, retracted=True)


def figure(value: float | None) -> str:
    """Write a number with five digits, nothing where it is not known."""
    return "" if value is None else f"{value:.5g}"


def standing(*, is_test: bool, retracted: bool, usual: str) -> str:
    """Say that it is a test or was retracted; or what it is."""
    words = ("a test" if is_test else "", "retracted" if retracted else "")
    return ", ".join(word for word in words if word) or usual


def _time(said: str, usual: datetime) -> datetime:
    read = read_time(said) if said else None
    if said and read is None:
        fail(f"{said!r} is no time: write it as 2023-04-16T05:00Z", code=2)
    return read.utc if read else usual
