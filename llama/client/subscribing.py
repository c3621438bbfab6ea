"""What is announced, as it comes: from any offset, each change once."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import structlog
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from llama.client.steady import AGAIN_AFTER_S, Open, Places, SteadySubscription
from llama.domain.bookmark import Bookmark
from llama.domain.errors import NoPosition, Unavailable
from llama.ports.message_log import Haul, LogReader, Record, Subscription
from schemas.public import (
    EventBegan,
    EventChanged,
    EventRetracted,
    FileBecameObsolete,
    FileMade,
    FileRemoved,
    NoticeReceived,
    SelectionChanged,
)
from schemas.selections import SELECTION_FACTS, SelectionDefined
from schemas.topics import (
    PUBLIC_EVENTS_TOPIC,
    PUBLIC_FILES_TOPIC,
    PUBLIC_SELECTIONS_TOPIC,
    SELECTIONS_TOPIC,
    Topic,
)

EARLIEST = "earliest"
"""The offset before everything that was ever announced."""
REMEMBERED = 10_000
"""Messages whose repetition is noticed: many more than are in a batch that comes again."""
AWAY_S = 30.0
"""So long a server may be silent of which it is known that it has more, if there is a timeout."""

Message: TypeAlias = (
    FileMade
    | FileBecameObsolete
    | FileRemoved
    | EventBegan
    | NoticeReceived
    | EventRetracted
    | EventChanged
    | SelectionChanged
)
"""What is announced of events and their files."""

_MESSAGES: TypeAdapter[Message] = TypeAdapter(
    Annotated[Message, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)
_log = structlog.get_logger()


class Change(BaseModel):
    """Something that was announced, and where it stands."""

    model_config = ConfigDict(frozen=True)

    offset: str
    """Behind it: `subscribe(offset=...)` goes on there."""
    message: Message

    @property
    def event(self) -> str:
        """The event that it is about."""
        return self.message.event

    @property
    def kind(self) -> str:
        """What it tells: FileMade, FileBecameObsolete, EventChanged..."""
        return self.message.kind


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Reads public topics."""

    reader: LogReader
    open: Open
    topics: Sequence[Topic] = (PUBLIC_EVENTS_TOPIC, PUBLIC_FILES_TOPIC)
    again_after_s: float = AGAIN_AFTER_S
    """How long nothing is tried after a server was not found."""

    async def changes(self, offset: str | None, timeout: float | None) -> AsyncGenerator[Change]:
        """Go through what is announced, as `subscribe` does."""
        ends = await self._ends()
        at = self._begin(offset, ends)
        places = {(one.name, 0): at.offsets.get(_short(one.name), 0) for one in self.topics}
        seen = OrderedDict[str, None]()
        async with self._steadily(places) as subscription:
            async for record in _records(subscription, at, ends, timeout):
                at = at.behind(_short(record.topic), record.offset)
                message = _read(record)
                if message is not None and _is_new(message.id, seen):
                    yield Change(offset=str(at), message=message)

    async def changes_of(
        self, selection: str, offset: str | None, timeout: float | None
    ) -> AsyncGenerator[Change]:
        """Return what goes through the changes of a standing selection."""
        defined = await self._defined()
        if selection not in defined:
            known = ", ".join(sorted(defined)) or "none at all"
            message = f"there is no standing selection {selection!r}: there is {known}"
            raise ValueError(f"{message}; `llama selection add` defines one")
        topics = (PUBLIC_SELECTIONS_TOPIC,)
        narrow = Subscriber(self.reader, self.open, topics, self.again_after_s)
        return narrow._only(selection, offset, timeout)

    async def _only(
        self, selection: str, offset: str | None, timeout: float | None
    ) -> AsyncGenerator[Change]:
        async with aclosing(self.changes(offset, timeout)) as told:
            async for change in told:
                message = change.message
                if isinstance(message, SelectionChanged) and message.selection == selection:
                    yield change

    async def _defined(self) -> set[str]:
        """Return the names of the standing selections that there are."""
        names = set[str]()
        async for batch in self.reader.read(SELECTIONS_TOPIC):
            for record in batch.records:
                fact = SELECTION_FACTS.validate_json(record.value or b"")
                (names.add if isinstance(fact, SelectionDefined) else names.discard)(fact.name)
        return names

    def _steadily(self, places: Places) -> SteadySubscription:
        return SteadySubscription(
            self.open,
            self.topics,
            places,
            check=self._check,
            again_after_s=self.again_after_s,
        )

    async def _check(self, places: Places) -> None:
        """Raise NoPosition if a server that was found again ends before what was read already."""
        at = Bookmark({_short(topic): offset for (topic, _), offset in places.items()})
        ends = await self._ends()
        if at.is_ahead_of(ends):
            raise _foreign(str(at), ends)

    async def _ends(self) -> Bookmark:
        found = {_short(one.name): await self.reader.ends(one) for one in self.topics}
        return Bookmark({topic: ends.get(0, 0) for topic, ends in found.items()})

    def _begin(self, offset: str | None, ends: Bookmark) -> Bookmark:
        if offset is None:
            return ends
        at = Bookmark() if offset == EARLIEST else Bookmark.of(offset)
        known = {_short(topic.name) for topic in self.topics}
        if not at.offsets.keys() <= known or at.is_ahead_of(ends):
            raise _foreign(offset, ends)
        return at


def _foreign(offset: str, ends: Bookmark) -> NoPosition:
    message = f"{offset} is no place here, where the topics end at {ends}"
    return NoPosition(f"{message}: it is of another system or subscription; leave it out")


async def _records(
    subscription: Subscription, at: Bookmark, ends: Bookmark, timeout: float | None
) -> AsyncIterator[Record]:
    """Go through records until none has come for so long; never before the ends are reached."""
    hauls = subscription.hauls()
    while True:
        is_behind = ends.is_ahead_of(at)
        # Without a timeout a server is waited for, wherever it comes back.
        haul = await _next(hauls, AWAY_S if is_behind and timeout is not None else timeout)
        if haul is None and is_behind:
            raise Unavailable(f"the server has told nothing for {AWAY_S:.0f} s: is it running?")
        if haul is None:
            return
        for batch in haul:
            for record in batch.records:
                yield record
            at = at.behind(_short(batch.topic), batch.end - 1)
        await subscription.confirm(haul)


async def _next(hauls: AsyncIterator[Haul], timeout: float | None) -> Haul | None:
    """Return the next haul; None if none comes in time, and then none will."""
    if timeout == 0:
        return None
    try:
        async with asyncio.timeout(timeout):
            return await anext(hauls)
    except TimeoutError:
        return None


def _short(topic: str) -> str:
    return topic.rpartition(".")[2]


def _read(record: Record) -> Message | None:
    """Return a message; None for one of a kind that only a newer release knows."""
    try:
        return _MESSAGES.validate_json(record.value or b"")
    except ValidationError as error:
        place = {"topic": record.topic, "offset": record.offset}
        _log.warning("announcement_unreadable", errors=error.error_count(), **place)
        return None


def _is_new(identity: str, seen: OrderedDict[str, None]) -> bool:
    """Tell whether a message has not come before, and remember it."""
    if identity in seen:
        return False
    seen[identity] = None
    while len(seen) > REMEMBERED:
        seen.popitem(last=False)
    return True
