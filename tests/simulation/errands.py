"""Coroutines that are driven by hand: they stop wherever a process could die or be overtaken."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from types import coroutine
from typing import TypeVar

Result = TypeVar("Result")


@coroutine
def pause(place: str) -> Generator[str, None, None]:
    """Stop here until the errand is told to go on."""
    yield place


def drive(errand: Coroutine[object, None, Result]) -> Result:
    """Return what a coroutine returns that does not have to wait for anything."""
    try:
        while True:
            errand.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result


@dataclass(slots=True)
class Errand:
    """Something that a process is doing, and where it stands."""

    name: str
    begin: Callable[[], Coroutine[object, None, None]]
    place: object = "beginning"
    is_over: bool = False
    _coroutine: Coroutine[object, None, None] | None = None

    def go_on(self) -> None:
        """Go on to the next place; what the errand raises is raised here."""
        self._advance(None)

    def finish(self) -> None:
        """Go on to the end."""
        while not self.is_over:
            self._advance(None)

    def cancel(self) -> None:
        """Cancel it where it stands, and let it clean up."""
        if self._coroutine is None:
            self.is_over = True
            return
        try:
            self._advance(asyncio.CancelledError())
            self.finish()
        except asyncio.CancelledError:
            return

    def kill(self) -> None:
        """End it where it stands; whatever it holds stays as it is."""
        self.is_over = True
        if self._coroutine is not None:
            self._coroutine.close()

    def _advance(self, error: BaseException | None) -> None:
        if self._coroutine is None:
            self._coroutine = self.begin()
        try:
            if error is None:
                self.place = self._coroutine.send(None)
            else:
                self.place = self._coroutine.throw(error)
        except StopIteration:
            self.is_over = True
        except BaseException:
            self.is_over = True
            raise
