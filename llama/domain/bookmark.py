"""How far somebody has read public topics: `events:12,files:40`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from llama.domain.errors import NoPosition

_TEXT = re.compile(r"[a-z]{1,30}:[0-9]{1,18}(,[a-z]{1,30}:[0-9]{1,18}){0,9}")


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The next offset of each topic, by the last word of its name; 0 for those not named."""

    offsets: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what `str` wrote; NoPosition if it is something else."""
        if not _TEXT.fullmatch(text):
            message = f"{text[:60]!r} is no place on public topics"
            raise NoPosition(
                f"{message}: give back an offset as it came, such as events:12,files:40; or "
                "'earliest' for all there is, or none for what comes from now on"
            )
        pairs = (part.split(":") for part in text.split(","))
        return cls({topic: int(offset) for topic, offset in pairs})

    def behind(self, topic: str, offset: int) -> "Bookmark":
        """Return the bookmark behind one more message."""
        return Bookmark({**self.offsets, topic: offset + 1})

    def is_ahead_of(self, other: "Bookmark") -> bool:
        """Tell whether a topic was read further here."""
        return any(offset > other.offsets.get(at, 0) for at, offset in self.offsets.items())

    def __str__(self) -> str:
        return ",".join(f"{topic}:{offset}" for topic, offset in sorted(self.offsets.items()))
