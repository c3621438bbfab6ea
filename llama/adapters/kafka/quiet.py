"""Holds down what aiokafka says, again and again, of a server that is away."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

SAID_AGAIN_AFTER_S = 60.0
"""Often enough for somebody who looks on; it would be said dozens of times a second."""
RETRY_MS = 500
"""How soon a connection is tried again: aiokafka's own is a tenth of a second."""
_LOGGERS = (
    "aiokafka",
    *(f"aiokafka.{module}" for module in ("conn", "cluster")),
    *(f"aiokafka.consumer.{module}" for module in ("consumer", "fetcher", "group_coordinator")),
)
"""A logger's filter does not concern those below it."""


class OnceInAWhile(logging.Filter):
    """Lets each kind of line pass once in a while, whatever its figures are."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether such a line was not said lately."""
        kind = record.name, str(record.msg)
        last = self._said.get(kind)
        if last is not None and 0 <= record.created - last < SAID_AGAIN_AFTER_S:
            return False
        self._said[kind] = record.created
        return True


@contextmanager
def quiet() -> Generator[None]:
    """Have aiokafka repeat itself rarely within the block."""
    seldom = OnceInAWhile()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(seldom)
    try:
        yield
    finally:
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(seldom)
