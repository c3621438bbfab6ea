"""Have this process killed at a named place of real code, before or after it."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, TypeAlias

Place: TypeAlias = tuple[ModuleType | type, str, bool]
"""Where a function stands, its name, and whether the crash is after it."""
Points: TypeAlias = Mapping[str, Place]


def crash_at(place: Place, *, call: int = 1) -> None:
    """Have the process killed at that call of a function."""
    owner, name, after = place
    original: Callable[..., Any] = getattr(owner, name)
    calls: Iterator[int] = iter(range(1, 1_000_000))

    def crashing(*args: Any, **kwargs: Any) -> Any:
        number = next(calls)
        if number == call and not after:
            _die()
        result = original(*args, **kwargs)
        if number == call and not asyncio.iscoroutine(result):
            _die()
        return _then_die(result) if number == call else result

    setattr(owner, name, crashing)


async def _then_die(result: Any) -> None:
    await result
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
