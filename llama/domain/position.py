"""A place in the stream of changes from which it can be followed on, exactly.

It is how far each partition of the log has been followed. A single number would not do: two
transactions that show facts of two partitions may become visible in another order than that in
which they drew their numbers, and whoever had seen the higher one would miss the lower. Within a
partition the projection's fence puts them in order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from llama.domain.errors import NoPosition

_TEXT = re.compile(r"[0-9]{1,6}:[0-9]{1,18}(,[0-9]{1,6}:[0-9]{1,18}){0,4095}")
BEGINNING = "0:0"
"""The position before everything, as text."""


@dataclass(frozen=True, slots=True)
class Position:
    """The next offset of each partition; 0 for those that are not named."""

    offsets: Mapping[int, int] = field(default_factory=dict[int, int])

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what `str` wrote; NoPosition if it is something else."""
        if not _TEXT.fullmatch(text):
            message = f"{text[:60]!r} is no position in the stream of changes"
            raise NoPosition(f"{message}: give back an id as it came, such as 0:17,1:4")
        pairs = (part.split(":") for part in text.split(","))
        return cls({int(partition): int(offset) for partition, offset in pairs})

    def behind(self, partition: int, offset: int) -> "Position":
        """Return the position behind one more fact."""
        return Position({**self.offsets, partition: offset + 1})

    def is_ahead_of(self, other: "Position") -> bool:
        """Tell whether a partition was followed further here."""
        return any(offset > other.offsets.get(at, 0) for at, offset in self.offsets.items())

    def __str__(self) -> str:
        known = sorted(self.offsets.items())
        return ",".join(f"{partition}:{offset}" for partition, offset in known) or BEGINNING
