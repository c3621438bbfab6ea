"""What services tell of how they get on: to who watches over them, and to who counts."""

from collections.abc import Mapping
from typing import Protocol

from llama.domain.health import Place, Report
from llama.domain.monitoring import Tally
from llama.ports.census import Counts


class Watch(Protocol):
    """Is told by one loop of a service how it gets on."""

    def beat(self) -> None:
        """Say that the loop goes on: it has done something, or waits on purpose."""
        ...

    def held_up(self, doing: str, why: str) -> None:
        """Say that something cannot be done because a server is away; it is waited for."""
        ...

    def goes_on(self, doing: str) -> None:
        """Say that something could be done, or is not tried any more."""
        ...

    def follows(self, lags: Mapping[Place, int]) -> None:
        """Say how many records of some partitions were not read yet."""
        ...


class Feed(Protocol):
    """Is told by a subscription whenever it has asked for records."""

    def polled(self, lags: Mapping[Place, int], *, silent_s: float) -> None:
        """Say how many records are still to be read, and for how long no answer has come."""
        ...


class Telemetry(Protocol):
    """Counts what one service does. It never fails, and never waits."""

    def consumed(self, topic: str, kinds: Mapping[str, int], *, wall_s: float) -> None:
        """Count the records of a batch, by kind, and how long their effects took."""
        ...

    def produced(self, topic: str, kinds: Mapping[str, int]) -> None:
        """Count messages that were written, by kind."""
        ...

    def lags(self, lags: Mapping[Place, int]) -> None:
        """Keep how many records of some partitions were not read yet."""
        ...

    def received(self, tells_of: str) -> None:
        """Count a notice that was taken in, by what it tells of: an event, or a neutrino."""
        ...

    def refused(self, reason: str) -> None:
        """Count a notice that was refused."""
        ...

    def ran(self, handler: str, outcome: str, *, wall_s: float) -> None:
        """Count a run of a handler, and how long it took."""
        ...

    def followed_alert(self, handler: str, *, after_s: float) -> None:
        """Count a first result since an alert, and how long after it."""
        ...

    def counted(self, counts: Counts) -> None:
        """Keep how much there was of everything when it was last counted."""
        ...

    def windowed(self, tally: Tally) -> None:
        """Keep what there was in the window that runs now."""
        ...


class Probing(Protocol):
    """Answers what is asked of a process from outside, over whatever listener. Any thread may."""

    def answer(self, target: str) -> tuple[int, str, bytes]:
        """Answer a GET of a path and its query: with a status, a content type and a body."""
        ...


class Health(Protocol):
    """Knows how all services of a process get on. Any thread may ask."""

    def live(self) -> Report:
        """Report whether their loops go on."""
        ...

    def ready(self) -> Report:
        """Report whether they do what they are there for."""
        ...

    def silences(self) -> Mapping[tuple[str, str], float]:
        """Return the seconds since the last beat, by service and loop."""
        ...
