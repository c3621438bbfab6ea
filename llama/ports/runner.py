"""Runs handlers where they can do no harm: with limits, and killable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from llama.domain.digests import Digest
from llama.domain.work import Task

RunError: TypeAlias = Literal[
    "permanent", "not_yet", "exception", "timeout", "memory", "crash", "bad_output"
]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a run has made."""

    content: bytes
    aspects: Mapping[str, Digest]
    """Digests of its named aspects, without `whole`."""


@dataclass(frozen=True, slots=True)
class Made:
    """A run that made its files, in the order in which the handler declares them."""

    files: tuple[MadeFile, ...]
    wall_s: float
    valid_until: datetime | None = None
    """When they have to be made again though nothing changed."""


@dataclass(frozen=True, slots=True)
class NotMade:
    """A run that made nothing."""

    error: RunError
    message: str
    wall_s: float


RunOutcome: TypeAlias = Made | NotMade


class Runner(Protocol):
    """Runs a handler once."""

    async def run(self, task: Task) -> RunOutcome:
        """Run a task's handler on its inputs; cancelling this kills the run and no other."""
        ...
