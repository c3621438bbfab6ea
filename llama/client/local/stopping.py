"""Stops work that another thread does: before it has begun, while it lasts, or after its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Stopping:
    """What the thread that works and the one that waits for it have in common.

    Whichever comes first, the work that begins or the wish that it stop: it is stopped, once.
    """

    _lock: Lock = field(default_factory=Lock)
    _stop: Callable[[], object] | None = None
    _is_wished: bool = False

    def begin(self, stop: Callable[[], object]) -> bool:
        """Say how the work is stopped that begins now; tell whether it is to be done at all."""
        with self._lock:
            self._stop = None if self._is_wished else stop
            return not self._is_wished

    def end(self) -> None:
        """Say that the work has come to its end: there is nothing to be stopped any more."""
        with self._lock:
            self._stop = None

    def stop(self) -> None:
        """Stop the work, if it has begun and not ended; it does not begin any more."""
        with self._lock:
            stop, self._stop, self._is_wished = self._stop, None, True
            if stop is not None:
                stop()
