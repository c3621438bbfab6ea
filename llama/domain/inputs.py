"""What a handler is given when it runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from llama.domain.handler import FileHandler
    from llama.domain.outlet import Outlet


class InputFile(Protocol):
    """One input of a run, as the handler reads it."""

    @property
    def content(self) -> bytes:
        """All bytes of the file."""
        ...

    def json(self) -> object:
        """Return the file's content as a JSON value; ValueError if it is none."""
        ...

    def attachment(self, aspect: str) -> bytes:
        """Return the bytes of an aspect that the file carries as an attachment."""
        ...


class Inputs(Protocol):
    """The declared dependencies of a run, by handler class."""

    def __getitem__(self, handler: "type[FileHandler]", /) -> InputFile:
        """Return the input; KeyError if an optional one does not exist for this event."""
        ...

    def __contains__(self, handler: "type[FileHandler]", /) -> bool:
        """Tell whether an (optional) input exists for this event."""
        ...

    @property
    def flags(self) -> Mapping[str, bool | str]:
        """The event's flags that the handler declares in FLAGS."""
        ...

    @property
    def now(self) -> datetime:
        """The time of this run, in UTC, by the clock of whoever runs it.

        For what depends on when it is made, and says so with `valid_until`.
        """
        ...

    @property
    def notice(self) -> str:
        """How results name the event's newest notice, such as `S230914ak-2-Preliminary`.

        It is no input: that a notice came again with another number makes nothing obsolete.
        """
        ...

    @property
    def outlet(self) -> "Outlet":
        """The way to the world; KeyError if this run has none.

        What was sent through it stays sent whatever becomes of the run.
        """
        ...
