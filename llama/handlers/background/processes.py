"""Independent tasks, one after the other or in several processes at once."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

Result = TypeVar("Result")


def results(tasks: Sequence[Callable[[], Result]], jobs: int) -> Iterator[tuple[int, Result]]:
    """Run tasks; return the place of each with its result as soon as it is there.

    With several jobs tasks and results travel between processes. Whoever stops asking has what
    is under way finished, and nothing new begun.
    """
    if jobs == 1 or len(tasks) < 2:
        yield from ((place, task()) for place, task in enumerate(tasks))
        return
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(min(jobs, len(tasks)), context, initializer=_begin)
    try:
        waiting = {executor.submit(task): place for place, task in enumerate(tasks)}
        yield from ((waiting[one], one.result()) for one in as_completed(waiting))
    finally:
        executor.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
