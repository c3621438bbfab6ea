"""All metrics of a process, with their labels, of which none has many values."""

from platform import python_version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.process_collector import ProcessCollector

BATCH_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Upper bounds of the classes of a batch's duration: from a row that moves to a long way behind."""
RUN_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
ALERT_TO_FILE_S = (0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


class Catalogue:
    """The metrics, on a registry."""

    def __init__(self, registry: CollectorRegistry, *, version: str) -> None:
        self._registry = registry
        self.consumed = self._counter(
            "messages_consumed", "Records that had all their effects.", "service", "topic", "kind"
        )
        self.produced = self._counter(
            "messages_produced", "Messages that all replicas have.", "service", "topic", "kind"
        )
        self.last_consumed = self._gauge(
            "last_consumed_timestamp_seconds",
            "When a batch last had all its effects.",
            *("service", "topic"),
        )
        self.lag = self._gauge(
            "consumer_lag_records",
            "Records between a reader and the end of a partition.",
            *("service", "topic", "partition"),
        )
        self.batch = self._histogram(
            "batch_duration_seconds",
            "From when a batch was handed out to its last effect.",
            BATCH_S,
            *("service", "topic"),
        )
        self._of_events()
        self._of_the_whole()
        self._of_sources()
        self._of_windows()
        about = Info("llama_build", "The release that runs.", registry=registry)
        about.info({"version": version, "python": python_version()})
        ProcessCollector(registry=registry)

    def _of_events(self) -> None:
        self.received = self._counter(
            "notices_received", "Notices that were taken in.", "service", "tells_of"
        )
        self.refused = self._counter(
            "notices_refused", "Notices that were refused.", "service", "reason"
        )
        self.runs = self._counter(
            "runs", "Runs of handlers that were reported.", "service", "handler", "outcome"
        )
        self.run = self._histogram(
            "run_duration_seconds", "Wall time of runs.", RUN_S, "service", "handler"
        )
        self.alert_to_file = self._histogram(
            "alert_to_file_seconds",
            "From when a notice came in to a handler's first result since.",
            ALERT_TO_FILE_S,
            *("service", "handler"),
        )

    def _of_the_whole(self) -> None:
        self.tasks = self._gauge("tasks", "Runs that are wanted.", "service", "state")
        self.oldest_ready = self._gauge(
            "tasks_oldest_ready_seconds", "How long the longest due run has waited.", "service"
        )
        self.events = self._gauge("events", "Events.", "service", "state")
        self.dead_letters = self._gauge(
            "dead_letters", "Refused contents that are open.", "service", "reason"
        )
        self.publications = self._gauge(
            "publications", "What handlers have told the world.", "service", "state"
        )
        self.paused = self._gauge(
            "publication_paused", "1 if somebody has paused all publication, else 0.", "service"
        )
        self.alarm = self._gauge(
            "alarm_timestamp_seconds", "When the latest alarm that stands was raised.", "service"
        )

    def _of_sources(self) -> None:
        of = ("service", "source")
        self.source_blind = self._gauge(
            "source_blind", "1 if a source of alerts is not heard, or catches up, else 0.", *of
        )
        self.source_lag = self._gauge(
            "source_lag_records", "Records that a source has and we do not.", *of
        )
        self.source_heard = self._gauge(
            "source_heard_timestamp_seconds", "When a source last gave a sign of life.", *of
        )
        self.source_heartbeat = self._gauge(
            "source_heartbeat_timestamp_seconds", "When a source last sent a heartbeat.", *of
        )

    def _of_windows(self) -> None:
        of = ("service", "measure", "name")
        self.window_count = self._gauge(
            "window_count", "How many there were in the window that runs now.", *of
        )
        self.window_mean = self._gauge(
            "window_mean_seconds", "How long those of this window took, on average.", *of
        )
        self.window_longest = self._gauge(
            "window_longest_seconds", "How long the longest of this window took.", *of
        )

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"llama_{name}", says, labels, registry=self._registry)

    def _gauge(self, name: str, says: str, *labels: str) -> Gauge:
        return Gauge(f"llama_{name}", says, labels, registry=self._registry)

    def _histogram(
        self, name: str, says: str, classes: tuple[float, ...], *labels: str
    ) -> Histogram:
        named = f"llama_{name}"
        return Histogram(named, says, labels, buckets=classes, registry=self._registry)
