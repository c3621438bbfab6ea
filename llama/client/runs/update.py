"""Updates many events, a few at a time; what fails in one of them stops no other."""

import logging
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from llama.client.event import Event
from llama.client.local.file_criteria import Selection
from llama.domain.states import Failure

MOST_ROUNDS = 100
"""After so many, an event whose files need making again at once is given up, and reported."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UpdateFailure:
    """What went wrong with one file, or with a whole event: then there is no handler."""

    eventid: str
    handler: str | None
    error: str
    """The kind of error: exception, timeout, permanent...; of an event, the exception's class."""
    message: str

    def __str__(self) -> str:
        whose = f"{self.handler} of {self.eventid}" if self.handler else self.eventid
        return f"{whose}: {self.error}: {self.message}"


class Updated(tuple[Event, ...]):
    """The events in which something was made; `failures` tells all that went wrong in any."""

    failures: tuple[UpdateFailure, ...]

    def __new__(cls, events: Iterable[Event], failures: Iterable[UpdateFailure] = ()) -> Self:
        """Return events with the failures that came to light."""
        self = super().__new__(cls, events)
        self.failures = tuple(failures)
        return self


class Watch(Protocol):
    """Is told whenever the work on an event is done."""

    def __call__(self, *, failures: int) -> None:
        """Take note of an event that is done, and of how many failures there were so far."""
        ...


@dataclass(slots=True)
class _Work:
    """What becomes of one event."""

    event: Event
    is_made: bool = False
    failures: Mapping[str, Failure] = field(default_factory=dict[str, Failure])
    """New failures of its files, by handler."""


def update_events(
    events: Sequence[Event],
    *,
    at_once: int,
    criteria: Selection,
    failures: Iterable[UpdateFailure] = (),
    console: Console | None = None,
) -> Updated:
    """Update events in parallel; every failure is logged and collected, after those given."""
    known = list(failures)
    for failure in known:
        _log.warning("%s", failure)
    done: set[Event] = set()
    with _progress(len(events), console) as watch, _threads(at_once) as threads:
        works = {event: _Work(event) for event in events}
        running = {threads.submit(_work, one, criteria): one for one in works.values()}
        for future in as_completed(running):
            work = running[future]
            for failure in _failures(work, future):
                _log.warning("%s", failure)
                known.append(failure)
            if work.is_made:
                done.add(work.event)
            watch(failures=len(known))
    return Updated((event for event in events if event in done), known)


def _work(work: _Work, criteria: Selection) -> None:
    """Update an event, and take note of the failures that are new."""
    before = _latest(work.event.state.failures)
    try:
        _exhaust(work, criteria)
    finally:
        now = work.event.state.failures
        work.failures = {name: one for name, one in _latest(now).items() if before.get(name) != one}


def _latest(failures: Mapping[str, Mapping[str, Failure]]) -> dict[str, Failure]:
    """Return each handler's latest failure, whatever its inputs were."""
    return {name: max(own.values(), key=lambda one: one.at) for name, own in failures.items()}


def _exhaust(work: _Work, criteria: Selection) -> None:
    """Update an event until nothing is left; with criteria once: they are always met anew."""
    for _ in range(1 if criteria else MOST_ROUNDS):
        if not work.event.update(**criteria):
            return
        work.is_made = True
    if not criteria:
        message = f"after {MOST_ROUNDS} rounds there still was something to make"
        raise RuntimeError(f"{message}: look at valid_until of what is made again and again")


def _failures(work: _Work, future: Future[None]) -> Generator[UpdateFailure]:
    """Go through what went wrong with an event: its own error, then those of its files."""
    eventid, error = work.event.eventid, future.exception()
    if error is not None and not isinstance(error, Exception):
        raise error  # somebody wants this process to stop
    if error is not None:
        yield UpdateFailure(eventid, None, type(error).__name__, str(error))
    for handler, failure in work.failures.items():
        yield UpdateFailure(eventid, handler, failure.error, failure.message)


@contextmanager
def _threads(at_once: int) -> Generator[ThreadPoolExecutor]:
    """Give threads; when one is interrupted, events that were not begun are left alone."""
    threads = ThreadPoolExecutor(at_once, thread_name_prefix="llama-update")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


@contextmanager
def _progress(total: int, console: Console | None) -> Generator[Watch]:
    """Show on a terminal how far the work is; say nothing anywhere else."""
    shown = console or Console(stderr=True)
    columns = (
        TextColumn("updating events"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    is_hidden = not shown.is_terminal
    with Progress(*columns, console=shown, disable=is_hidden, transient=False) as progress:
        task = progress.add_task("", total=total, told="")

        def watch(*, failures: int) -> None:
            told = f"[red]{failures} failed[/red]" if failures else ""
            progress.update(task, advance=1, told=told)

        yield watch
