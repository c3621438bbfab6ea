"""The switch that stops all publication, in memory."""

from dataclasses import dataclass

from llama.adapters.memory.store import MemoryStore
from llama.domain.outlet import Pause


@dataclass(frozen=True, slots=True)
class MemoryPauses:
    """The store's switch."""

    store: MemoryStore

    async def paused(self) -> Pause | None:
        """Return who has stopped it; None if it goes on."""
        return self.store.pause

    async def pause(self, *, by: str, reason: str) -> Pause:
        """Stop it; return who stopped it first, if somebody has already."""
        self.store.pause = self.store.pause or Pause(by, reason, self.store.clock.now())
        return self.store.pause

    async def resume(self, *, by: str, reason: str) -> Pause | None:  # noqa: ARG002 - kept by tables
        """Go on with it, and wake workers; return the pause that is over, if there was one."""
        over, self.store.pause = self.store.pause, None
        self.store.ring()
        return over
