"""Which copies of the archive are asked for, and where its next page begins.

A cursor is the place of the last copy that was shown, not a number of copies: whatever comes in
between, nothing is shown twice and nothing is left out.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from schemas.archive import ArchivedCopy, ArchivePage
from schemas.base import Moment

LONGEST_CURSOR = 1000
"""Characters; ours have about 150."""
MOST_PARTITION = 2**31 - 1
MOST_OFFSET = 2**63 - 1

Key: TypeAlias = tuple[datetime, str, int, int]
"""What copies are in order by."""


class Place(BaseModel):
    """Where a copy stands in the archive: when it came in, and from where."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    received_at: Moment
    topic: Annotated[str, Field(max_length=249, pattern=r"^[^\x00]*$")]
    partition: Annotated[NonNegativeInt, Field(le=MOST_PARTITION)]
    offset: Annotated[NonNegativeInt, Field(le=MOST_OFFSET)]

    @classmethod
    def of(cls, copy: ArchivedCopy) -> Self:
        """Return the place of a copy."""
        came = {"received_at": copy.received_at, "topic": copy.topic}
        return cls.model_validate(came | {"partition": copy.partition, "offset": copy.offset})

    @property
    def key(self) -> Key:
        """What copies are in order by."""
        return self.received_at, self.topic, self.partition, self.offset

    @property
    def text(self) -> str:
        """The place as a cursor: letters that need no quoting anywhere."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a cursor; ValueError for what is none."""
        try:
            if len(text) > LONGEST_CURSOR:
                raise ValueError(f"{len(text)} characters")
            written = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return cls.model_validate_json(written)
        except (ValidationError, binascii.Error, UnicodeError, ValueError) as error:
            message = "is no cursor: give `next` of the page before, as it is, or none at all"
            raise ValueError(f"{text[:20]!r}... {message}") from error


@dataclass(frozen=True, slots=True)
class CopiesWanted:
    """Which copies are asked for: all, unless something narrower is said."""

    limit: int
    event: str | None = None
    since: datetime | None = None
    """This moment included, as is `until`."""
    until: datetime | None = None
    reason: str | None = None
    """Only what was refused for it."""
    after: Place | None = None
    oldest_first: bool = False

    def means(self, copy: ArchivedCopy) -> bool:
        """Tell whether a copy is one of those, whatever the limit."""
        key, after = Place.of(copy).key, self.after
        is_next = after is None or (key > after.key if self.oldest_first else key < after.key)
        return is_next and self._meets(copy)

    def _meets(self, copy: ArchivedCopy) -> bool:
        if self.since is not None and copy.received_at < self.since:
            return False
        if self.until is not None and copy.received_at > self.until:
            return False
        is_event = self.event is None or copy.event == self.event
        return is_event and (self.reason is None or copy.reason == self.reason)


def page_of(copies: Sequence[ArchivedCopy], size: int) -> ArchivePage:
    """Return a page of `size` of the copies that were found: one more says that there is a next."""
    shown = tuple(copies[:size])
    has_more = len(copies) > size
    return ArchivePage(copies=shown, next=Place.of(shown[-1]).text if has_more else None)
