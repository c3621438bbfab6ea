"""The explanation of a file, in plain English lines for a terminal or a page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from textwrap import indent

from pydantic import BaseModel, ValidationError

from llama.domain.in_brief import in_brief
from schemas.status import FailureStatus, InputStatus, MadeStatus, NeedStatus, Why

DIGEST_LENGTH = 12
"""As much of a digest as a person compares."""


class _Answer(BaseModel):
    because: str


class _Receipt(BaseModel):
    answer: _Answer


def text_of(why: Why) -> str:
    """Return the lines of an explanation, without a line break at the end."""
    return "\n".join(_lines(why))


def said_in(content: bytes) -> str:
    """Return what the receipt of a handler that publishes says of its reason; else nothing."""
    try:
        return _Receipt.model_validate_json(content).answer.because
    except ValidationError:
        return ""


def _lines(why: Why) -> Iterator[str]:
    verb = "is" if why.as_of is None else f"was, as of {_at(why.as_of)},"
    reason = in_brief(why.reason).removesuffix(".")
    yield f"{why.file} of {why.event} {verb} {why.status}: {reason}."
    yield from _making(why)
    if why.failure is not None:
        yield _failing(why.failure)
    if why.needs is not None:
        yield _needing(why.needs, is_past=why.as_of is not None)
    if why.inputs:
        yield "Its inputs:"
        yield from _table(why.inputs, is_past=why.as_of is not None)
    if why.waiting:
        yield f"Waiting for it: {', '.join(why.waiting)}."
    if why.failure is not None and "\n" in why.failure.message:
        yield "The whole error:"
        yield indent(why.failure.message.rstrip(), "  ")


def _making(why: Why) -> Iterator[str]:
    if why.made is not None:
        yield _making_of(why.made, why.handler or "")
    elif why.handler is not None and why.inputs:
        yield f"{why.handler} has never made it."


def _making_of(made: MadeStatus, handler: str) -> str:
    version = "" if made.version is None else f"; it is version {made.version}"
    if made.put:
        why = f" ({made.reason})" if made.reason else ""
        return f"{made.by or 'Somebody'} put it there at {_at(made.at)}{why}{version}."
    return f"{handler} (code {made.code}) ran at {_at(made.at)}, {made.wall_s:.2f} s{version}."


def _failing(failure: FailureStatus) -> str:
    then = "it is not tried again with these inputs"
    if failure.retry_at is not None:
        then = f"the cool-down ends at {_at(failure.retry_at)}"
    return f"Attempt {failure.attempt} failed at {_at(failure.at)} ({failure.error}); {then}."


def _needing(needs: NeedStatus, *, is_past: bool) -> str:
    attempt = f"attempt {needs.attempt} of need {_short(needs.id)}"
    if is_past:
        when = "could start then" if needs.due else "was to start after the cool-down"
        return f"A run was wanted: {attempt} {when}."
    if needs.paused:
        return f"A run is wanted: {attempt} waits, for {needs.paused}."
    when = "may start now" if needs.due else "starts after the cool-down"
    return f"A run is wanted: {attempt} {when}."


def _table(inputs: tuple[InputStatus, ...], *, is_past: bool) -> Iterator[str]:
    width = max(len(row.input) for row in inputs)
    for row in inputs:
        status = f" [{row.status}]" if row.status else ""
        yield f"  {row.input:<{width}}  {_compared(row, is_past=is_past)}{status}"


def _compared(row: InputStatus, *, is_past: bool) -> str:
    if row.changed:
        return f"changed from {_short(row.used)} to {_short(row.latest)}"
    if row.used is None and row.latest is not None:
        return f"not used yet, {'then' if is_past else 'now'} {_short(row.latest)}"
    return "not there" if row.latest is None else f"unchanged, {_short(row.latest)}"


def _short(digest: str | None) -> str:
    return "nothing" if digest is None else digest[:DIGEST_LENGTH]


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
