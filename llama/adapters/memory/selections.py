"""The standing selections in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from llama.adapters.memory.store import MemoryStore
from llama.domain.selection.standing import StandingSelection


@dataclass(frozen=True, slots=True)
class MemorySelections:
    """Tells which there are."""

    store: MemoryStore

    async def selections(self) -> Sequence[StandingSelection]:
        """Return the standing selections, by name."""
        return [one for _, one in sorted(self.store.selections.items())]


@dataclass(frozen=True, slots=True)
class MemorySelectionBoard:
    """Changes them when a transaction ends well; `later` is told how."""

    store: MemoryStore
    later: Callable[[Callable[[], None]], None]

    async def hold(self) -> Sequence[StandingSelection]:
        """Return them; they stay as they are until the transaction ends."""
        return await MemorySelections(self.store).selections()

    async def to_change(self) -> Mapping[str, StandingSelection]:
        """Return them by name, once nobody else holds them; nobody will until the end."""
        return dict(self.store.selections)

    async def define(self, selection: StandingSelection) -> None:
        """Keep a selection, in the place of an earlier one of its name."""
        self.later(partial(self.store.selections.update, {selection.name: selection}))

    async def remove(self, name: str) -> None:
        """Forget a selection."""
        self.later(lambda: self.store.selections.pop(name, None) and None)
