"""The histories as repositories that git clients clone and fetch from."""

from collections.abc import AsyncGenerator
from typing import Protocol


class Repositories(Protocol):
    """Answers git clients, in git's own protocol; nothing can be sent to them.

    Each method gives what is to be sent, piece by piece; close it, whether or not it was read to
    its end. `protocol` is what the client's Git-Protocol header says.
    """

    async def has(self, event: str) -> bool:
        """Tell whether an event has a history; ValueError if that is no event's name."""
        ...

    async def advertise(self, event: str, *, protocol: str) -> AsyncGenerator[bytes]:
        """Say what there is to fetch; Unavailable if too many are fetching already."""
        ...

    async def answer(self, event: str, request: bytes, *, protocol: str) -> AsyncGenerator[bytes]:
        """Answer a request to list or to fetch.

        RepositoryRefused if it is none, or asks for what is not the event's; Unavailable if too
        many are fetching already.
        """
        ...
