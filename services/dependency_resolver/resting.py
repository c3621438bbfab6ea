"""Rests while workers have gone on by themselves, so that they have the machine meanwhile."""

import asyncio
from dataclasses import dataclass

from llama.ports.message_log import Haul
from llama.runtime.consuming import Handle

REST_S = 0.03
"""After results that led to nothing new. A result that its worker cannot go on from, as of a join
of what two workers made, is waited for so much longer; and after it there is no rest."""


@dataclass(slots=True)
class Rest:
    """Comes after a haul of which nobody had any use."""

    was_of_use: bool | None = None
    """Whether the haul has led to anything that was not known already; None of one without facts
    to fold, as of what the resolver has told itself: it costs nothing, and more may have come."""

    @property
    def is_due(self) -> bool:
        """Whether the haul was of no use."""
        return self.was_of_use is False

    def after(self, handle: Handle) -> Handle:
        """Return how a haul is handled with a rest after it, if it was of no use."""

        async def handle_and_rest(haul: Haul) -> None:
            self.was_of_use = None
            await handle(haul)
            if self.is_due:
                await asyncio.sleep(REST_S)

        return handle_and_rest
