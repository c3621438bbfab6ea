"""Which event is meant: its id and the folder in which events are kept."""

from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable


@runtime_checkable
class Located(Protocol):
    """Whatever says which event it belongs to."""

    @property
    def eventid(self) -> str:
        """The event's name, for example S190814bv."""
        ...

    @property
    def rundir(self) -> str | Path:
        """The folder that holds the folders of all events."""
        ...


class EventTuple(NamedTuple):
    """An event's id and the folder in which events are kept."""

    eventid: str
    rundir: str | Path
