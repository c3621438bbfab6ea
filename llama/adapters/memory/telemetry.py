"""What services count, kept in memory for tests to look at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from llama.domain.health import Place
from llama.domain.monitoring import Tally
from llama.ports.census import Counts


@dataclass(slots=True)
class MemoryTelemetry:
    """Counts what one service does."""

    consumed_by: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """By topic and kind, as is what was produced."""
    produced_by: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    batches_s: list[float] = field(default_factory=list[float])
    lag_of: dict[Place, int] = field(default_factory=dict[Place, int])
    notices: Counter[str] = field(default_factory=Counter[str])
    refusals: Counter[str] = field(default_factory=Counter[str])
    runs: list[tuple[str, str, float]] = field(default_factory=list[tuple[str, str, float]])
    """Handler, outcome and seconds."""
    latencies: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    """Handler, and seconds after the alert."""
    counts: Counts | None = None
    tally: Tally | None = None

    def consumed(self, topic: str, kinds: Mapping[str, int], *, wall_s: float) -> None:
        """Count the records of a batch, by kind, and how long their effects took."""
        self.consumed_by.update({(topic, kind): number for kind, number in kinds.items()})
        self.batches_s.append(wall_s)

    def produced(self, topic: str, kinds: Mapping[str, int]) -> None:
        """Count messages that were written, by kind."""
        self.produced_by.update({(topic, kind): number for kind, number in kinds.items()})

    def lags(self, lags: Mapping[Place, int]) -> None:
        """Keep how many records of some partitions were not read yet."""
        self.lag_of.update(lags)

    def received(self, tells_of: str) -> None:
        """Count a notice that was taken in."""
        self.notices[tells_of] += 1

    def refused(self, reason: str) -> None:
        """Count a notice that was refused."""
        self.refusals[reason] += 1

    def ran(self, handler: str, outcome: str, *, wall_s: float) -> None:
        """Count a run of a handler, and how long it took."""
        self.runs.append((handler, outcome, wall_s))

    def followed_alert(self, handler: str, *, after_s: float) -> None:
        """Count a first result since an alert, and how long after it."""
        self.latencies.append((handler, after_s))

    def counted(self, counts: Counts) -> None:
        """Keep how much there was of everything when it was last counted."""
        self.counts = counts

    def windowed(self, tally: Tally) -> None:
        """Keep what there was in the window that runs now."""
        self.tally = tally
