"""The ledger of what was sent, in memory."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from llama.domain.outlet import HEARD, Parcel, Sender, Sent
from llama.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class MemoryOutbox:
    """Keeps entries by sender; several workers may share it."""

    clock: Clock
    _entries: dict[Sender, list[Sent]] = field(default_factory=dict[Sender, list[Sent]])
    _turns: dict[Sender, asyncio.Lock] = field(default_factory=dict[Sender, asyncio.Lock])

    @asynccontextmanager
    async def turn(self, sender: Sender) -> AsyncGenerator[None]:
        """Wait until nobody else has this sender's turn; hold it in the block."""
        async with self._turns.setdefault(sender, asyncio.Lock()):
            yield

    async def sent(self, sender: Sender) -> tuple[Sent, ...]:
        """Return all entries of a sender, oldest first."""
        return tuple(self._entries.get(sender, ()))

    async def begin(self, sender: Sender, parcel: Parcel) -> Sent | None:
        """Write that a sending begins; None if there is an entry of this key already."""
        entries = self._entries.setdefault(sender, [])
        if any(one.key == parcel.key for one in entries):
            return None
        number = max((one.number for one in entries), default=0) + 1
        entry = Sent(
            key=parcel.key,
            topic=parcel.topic,
            number=number,
            digest=parcel.digest,
            content=parcel.content,
            sent_at=self.clock.now(),
            state="in_doubt",
        )
        entries.append(entry)
        return entry

    async def conclude(
        self, sender: Sender, number: int, answer: Mapping[str, object]
    ) -> Sent | None:
        """Write that it was sent; the first answer stays. None if there is no such entry."""
        entries = self._entries.get(sender, [])
        for place, entry in enumerate(entries):
            if entry.number == number:
                if entry.state == "in_doubt":
                    now = self.clock.now()
                    entries[place] = replace(entry, state="sent", answer=dict(answer), sent_at=now)
                return entries[place]
        return None

    async def doubt(self, sender: Sender, number: int, heard: str) -> None:
        """Keep what was heard of a sending that is in doubt; of what was sent nothing changes."""
        entries = self._entries.get(sender, [])
        for place, entry in enumerate(entries):
            if entry.number == number and entry.state == "in_doubt":
                entries[place] = replace(entry, answer={HEARD: heard})

    async def withdraw(self, sender: Sender, number: int) -> bool:
        """Take back an entry of which surely nothing went out; False if it is not in doubt."""
        entries = self._entries.get(sender, [])
        kept = [one for one in entries if one.number != number or one.state == "sent"]
        is_withdrawn = len(kept) < len(entries)
        entries[:] = kept
        return is_withdrawn

    async def doubts(self) -> Sequence[tuple[Sender, Sent]]:
        """Return what is being sent just now, or may have been sent, oldest first."""
        return [pair for pair in self._all() if pair[1].state == "in_doubt"]

    async def latest(self, *, limit: int) -> Sequence[tuple[Sender, Sent]]:
        """Return the newest entries of all senders, newest first."""
        return self._all()[::-1][:limit]

    def _all(self) -> list[tuple[Sender, Sent]]:
        pairs = [(sender, one) for sender, entries in self._entries.items() for one in entries]
        return sorted(pairs, key=lambda pair: pair[1].sent_at)
