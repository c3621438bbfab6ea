"""Telling the world: the ledger of what was told, and whoever carries it there.

What a handler sees of it is an `Outlet`. A worker's handlers have theirs through their parent,
which writes into the ledger before and after each sending: `Dispatch`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from llama.domain.outlet import InDoubt, Outlet, Parcel, Pause, Sender, Sent

__all__ = ["Carrier", "Dispatch", "InDoubt", "Outbox", "Outlet", "Parcel", "Sender", "Sent"]
Wanted: TypeAlias = Callable[[], Awaitable[bool]]
"""Tells whether the run that sends is still wanted, or another one has taken its place."""


async def always() -> bool:
    """Say that a run is wanted: nobody can take its place."""
    return True


class Outbox(Protocol):
    """The ledger of all that was sent, or may have been (one writer: handler_worker)."""

    def turn(self, sender: Sender) -> AbstractAsyncContextManager[None]:
        """Wait until nobody else, in any process, has this sender's turn; hold it in the block.

        Whoever finds an entry in doubt in its turn knows that its writer is gone.
        """
        ...

    async def sent(self, sender: Sender) -> tuple[Sent, ...]:
        """Return all entries of a sender, oldest first."""
        ...

    async def begin(self, sender: Sender, parcel: Parcel) -> Sent | None:
        """Write that a sending begins, durably; None if there is an entry of this key already."""
        ...

    async def conclude(
        self, sender: Sender, number: int, answer: Mapping[str, object]
    ) -> Sent | None:
        """Write that it was sent; the first answer stays. None if there is no such entry."""
        ...

    async def doubt(self, sender: Sender, number: int, heard: str) -> None:
        """Keep what was heard of a sending that is in doubt; of what was sent nothing changes."""
        ...

    async def withdraw(self, sender: Sender, number: int) -> bool:
        """Take back an entry of which surely nothing went out; False if it is not in doubt."""
        ...

    async def doubts(self) -> Sequence[tuple[Sender, Sent]]:
        """Return what is being sent just now, or may have been sent, oldest first."""
        ...

    async def latest(self, *, limit: int) -> Sequence[tuple[Sender, Sent]]:
        """Return the newest entries of all senders, newest first."""
        ...


class Pauses(Protocol):
    """The switch that stops all publication (one writer: an operator)."""

    async def paused(self) -> Pause | None:
        """Return who has stopped it; None if it goes on."""
        ...

    async def pause(self, *, by: str, reason: str) -> Pause:
        """Stop it; return who stopped it first, if somebody has already."""
        ...

    async def resume(self, *, by: str, reason: str) -> Pause | None:
        """Go on with it, and wake workers; return the pause that is over, if there was one."""
        ...


class Carrier(Protocol):
    """Brings things to where others read them."""

    @property
    def is_dry_run(self) -> bool:
        """Whether nobody else reads there: what was carried the world does not know."""
        ...

    async def ready(self, topic: str) -> None:
        """Return if things can be sent there now; Unavailable or Misconfigured if they cannot."""
        ...

    async def carry(self, sender: Sender, entry: Sent) -> Mapping[str, object]:
        """Send an entry's content; return the receiver's answer once it is durable there.

        Unavailable or Misconfigured if surely nothing went out; InDoubt if it may have.
        """
        ...


class Dispatch(Protocol):
    """Sends for others, never twice, and keeps what it sent."""

    async def earlier(self, sender: Sender) -> tuple[Sent, ...]:
        """Return what a sender has sent so far, oldest first, once nothing is being sent."""
        ...

    async def send(
        self, sender: Sender, parcel: Parcel, *, wanted: Wanted = always
    ) -> Mapping[str, object]:
        """Send a parcel as `Outlet.send` does. Once it has begun, cancelling does not stop it.

        Fenced, and nothing is sent, if it is not `wanted` any more when it would begin.
        """
        ...
