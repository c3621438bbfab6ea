"""Generations of the read models: the live one, and one that is built beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TableHash:
    """What a table says, in short: equal tables have equal hashes, in whatever order of rows."""

    rows: int
    digest: str


class Generations(Protocol):
    """Builds the next generation of the read models, and puts it in the place of the live one."""

    async def live_fold(self) -> int:
        """Return the version of the fold that the live generation was made by."""
        ...

    async def begin(self, fold_version: int) -> bool:
        """Prepare empty tables; False if there are some that can be gone on with."""
        ...

    async def hashes(self, *, live: bool) -> Mapping[str, TableHash]:
        """Return the hash of every table of the live generation, or of the one being built."""
        ...

    async def switch(self) -> None:
        """Put what was built in the place of the live generation, which is dropped."""
        ...

    async def drop(self) -> None:
        """Drop what was built."""
        ...
