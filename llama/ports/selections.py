"""The standing selections: those that there are, and changing them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from llama.domain.selection.standing import StandingSelection


class Selections(Protocol):
    """Tells which standing selections there are."""

    async def selections(self) -> Sequence[StandingSelection]:
        """Return the standing selections, by name."""
        ...


class SelectionBoard(Protocol):
    """The standing selections within a transaction (one writer: announcing)."""

    async def hold(self) -> Sequence[StandingSelection]:
        """Return them; they stay as they are until the transaction ends."""
        ...

    async def to_change(self) -> Mapping[str, StandingSelection]:
        """Return them by name, once nobody else holds them; nobody will until the end."""
        ...

    async def define(self, selection: StandingSelection) -> None:
        """Keep a selection, in the place of an earlier one of its name."""
        ...

    async def remove(self, name: str) -> None:
        """Forget a selection."""
        ...
