"""The metrics of one process: filled by its services, shown as text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics import Gauge
from prometheus_client.registry import Collector

from llama.adapters.prometheus.catalogue import Catalogue
from llama.domain.health import Place, Report
from llama.domain.monitoring import Figures, Measure, Tally
from llama.ports.census import Counts
from llama.ports.telemetry import Health
from schemas.sources import SourceStanding

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_HANDLERS = 300
"""No pipeline has as many; further names count together."""
OTHERS = "other"
FORGOTTEN_AFTER_S = 86400.0
"""A source that nobody has read for so long is none of this deployment any more."""


class PrometheusMetrics:
    """A registry with all metrics of a process. Any thread may fill it, and ask for its text."""

    def __init__(self, health: Health, *, version: str, time_s: Callable[[], float]) -> None:
        self.registry = CollectorRegistry()
        self._time_s = time_s
        self._catalogue = Catalogue(self.registry, version=version)
        self.registry.register(_HealthCollector(health))
        self._handlers: set[str] = set()

    def of(self, service: str) -> "PrometheusTelemetry":
        """Return what one of the services tells its figures to."""
        return PrometheusTelemetry(service, self._catalogue, self._time_s, self._handlers)

    def text(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        return generate_latest(self.registry)


@dataclass(frozen=True, slots=True)
class PrometheusTelemetry:
    """Counts what one service does."""

    service: str
    catalogue: Catalogue
    time_s: Callable[[], float]
    """The time of day, in seconds since 1970."""
    handlers: set[str]
    """The names of handlers so far."""
    shown: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """The names among what was counted, so far."""
    windowed_before: set[tuple[Measure, str]] = field(default_factory=set[tuple[Measure, str]])
    """What there was in some window, so far."""

    def consumed(self, topic: str, kinds: Mapping[str, int], *, wall_s: float) -> None:
        """Count the records of a batch, by kind, and how long their effects took."""
        for kind, number in kinds.items():
            self.catalogue.consumed.labels(self.service, topic, kind).inc(number)
        self.catalogue.batch.labels(self.service, topic).observe(wall_s)
        self.catalogue.last_consumed.labels(self.service, topic).set(self.time_s())

    def produced(self, topic: str, kinds: Mapping[str, int]) -> None:
        """Count messages that were written, by kind."""
        for kind, number in kinds.items():
            self.catalogue.produced.labels(self.service, topic, kind).inc(number)

    def lags(self, lags: Mapping[Place, int]) -> None:
        """Keep how many records of some partitions were not read yet."""
        for (topic, partition), lag in lags.items():
            self.catalogue.lag.labels(self.service, topic, str(partition)).set(lag)

    def received(self, tells_of: str) -> None:
        """Count a notice that was taken in."""
        self.catalogue.received.labels(self.service, tells_of).inc()

    def refused(self, reason: str) -> None:
        """Count a notice that was refused."""
        self.catalogue.refused.labels(self.service, reason).inc()

    def ran(self, handler: str, outcome: str, *, wall_s: float) -> None:
        """Count a run of a handler, and how long it took."""
        name = self._bounded(handler)
        self.catalogue.runs.labels(self.service, name, outcome).inc()
        self.catalogue.run.labels(self.service, name).observe(wall_s)

    def followed_alert(self, handler: str, *, after_s: float) -> None:
        """Count a first result since an alert, and how long after it."""
        self.catalogue.alert_to_file.labels(self.service, self._bounded(handler)).observe(after_s)

    def counted(self, counts: Counts) -> None:
        """Keep how much there was of everything when it was last counted."""
        self._set("tasks", self.catalogue.tasks, counts.tasks)
        self.catalogue.oldest_ready.labels(self.service).set(counts.oldest_ready_s)
        self._set("events", self.catalogue.events, counts.events)
        self._set("dead_letters", self.catalogue.dead_letters, counts.dead_letters)
        self._set("publications", self.catalogue.publications, counts.publications)
        self.catalogue.paused.labels(self.service).set(counts.is_paused)
        alarm_s = counts.alarm_at.timestamp() if counts.alarm_at else 0
        self.catalogue.alarm.labels(self.service).set(alarm_s)
        for seen in counts.sources:
            if self.time_s() - seen.at.timestamp() < FORGOTTEN_AFTER_S:
                self._show(seen.standing)

    def windowed(self, tally: Tally) -> None:
        """Keep what there was in the window that runs now; of what is not in it there is none."""
        bounded: dict[tuple[Measure, str], Figures] = dict.fromkeys(self.windowed_before, Figures())
        for (measure, name), figures in tally.items():
            key = measure, self._bounded(name)
            bounded[key] = bounded.get(key, Figures()).plus(figures)
        self.windowed_before.update(bounded)
        for (measure, name), figures in bounded.items():
            of, labels = self.catalogue, (self.service, measure.value, name)
            of.window_count.labels(*labels).set(figures.count)
            of.window_mean.labels(*labels).set(figures.total_ms / 1000 / max(figures.count, 1))
            of.window_longest.labels(*labels).set(figures.longest_ms / 1000)

    def _show(self, standing: SourceStanding) -> None:
        name, of = (self.service, standing.source), self.catalogue
        of.source_blind.labels(*name).set(standing.blind is not None)
        of.source_lag.labels(*name).set(standing.lag or 0)
        for gauge, moment in (
            (of.source_heard, standing.heard_at),
            (of.source_heartbeat, standing.beat_at),
        ):
            if moment is not None:
                gauge.labels(*name).set(moment.timestamp())

    def _set(self, what: str, gauge: Gauge, numbers: Mapping[str, int]) -> None:
        """Show some numbers; of what was shown before and is not among them, there is none now."""
        gone = self.shown.get(what, frozenset()) - numbers.keys()
        for name, number in {**dict.fromkeys(gone, 0), **numbers}.items():
            gauge.labels(self.service, name).set(number)
        self.shown[what] = gone | numbers.keys()

    def _bounded(self, handler: str) -> str:
        if handler not in self.handlers and len(self.handlers) >= MOST_HANDLERS:
            return OTHERS
        self.handlers.add(handler)
        return handler


class _HealthCollector(Collector):
    """Shows how the services get on at the moment of asking."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Look at the services now."""
        live = "1 if the loops of the service go on, else 0."
        yield _by_service("llama_service_live", live, self._health.live())
        ready = "1 if the service does what it is there for, else 0."
        yield _by_service("llama_service_ready", ready, self._health.ready())
        ages = GaugeMetricFamily(
            "llama_loop_silence_seconds",
            "How long ago a loop last made progress, or waited on purpose.",
            labels=("service", "loop"),
        )
        for (service, loop), silence_s in self._health.silences().items():
            ages.add_metric((service, loop), silence_s)
        yield ages


def _by_service(name: str, says: str, report: Report) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=("service",))
    for service in report.services:
        family.add_metric((service,), float(report.is_good_of(service)))
    return family
