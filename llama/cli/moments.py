"""`--as-of` as an option: read once, when it is typed, and told on the first line."""

from datetime import datetime
from typing import Annotated

import typer

from llama.cli.given import refuse_empty
from llama.cli.output import fail, progress
from llama.domain.errors import NoMoment
from llama.domain.moments import moment_of
from schemas.base import zulu


def exact(context: typer.Context, option: typer.CallbackParam, text: str) -> str:
    """Return a moment that was typed as an exact time; ends the command if it is none.

    So all that a command looks up is of the same moment, though `2h` is another one every time.
    """
    from llama.adapters.system_clock import SystemClock

    refuse_empty(context, option, text)
    if not text:
        return text
    try:
        return zulu(moment_of(text, SystemClock().now()))
    except NoMoment as error:
        fail(str(error), code=2)


def say_moment(moment: str | datetime) -> None:
    """Say, on standard error, which moment is shown, if it is not now."""
    if moment:
        progress(f"as of {zulu(moment) if isinstance(moment, datetime) else moment}")


AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="MOMENT",
        help="As it was then: 2026-11-20T12:00Z, 2026-11-20 or 2h (ago).",
        show_default=False,
        callback=exact,
    ),
]
