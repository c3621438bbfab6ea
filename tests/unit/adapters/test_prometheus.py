"""The metrics of a process: few series, whatever comes, and none that is out of date."""

from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from llama.adapters.prometheus.metrics import MOST_HANDLERS, OTHERS, PrometheusMetrics
from llama.domain.monitoring import Figures, Measure
from llama.ports.census import Counts
from llama.ports.sources import Seen
from llama.runtime.vitals import Vitals
from schemas.sources import BlindReason, SourceBlind, SourceStanding


def some_metrics(*services: str) -> PrometheusMetrics:
    vitals = Vitals(services, clock=lambda: 0.0)
    return PrometheusMetrics(vitals, version="1", time_s=lambda: 1234.5)


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def test_what_there_is_none_of_any_more_is_shown_as_none() -> None:
    metrics = some_metrics("gateway")
    told = metrics.of("gateway")

    told.counted(Counts(events={"at_work": 2}))
    told.counted(Counts(events={"settled": 2}))

    shown = {
        state: value(metrics.registry, "llama_events", service="gateway", state=state)
        for state in ("at_work", "settled")
    }
    assert shown == {"at_work": 0, "settled": 2}


def test_services_of_one_process_count_apart() -> None:
    metrics = some_metrics("projection", "versioning")

    for service in ("projection", "versioning", "versioning"):
        metrics.of(service).consumed("t", {"FileGenerated": 1}, wall_s=0.5)

    name, labels = "llama_messages_consumed_total", {"topic": "t", "kind": "FileGenerated"}
    assert value(metrics.registry, name, service="projection", **labels) == 1
    assert value(metrics.registry, name, service="versioning", **labels) == 2


def test_two_processes_in_one_have_registries_of_their_own() -> None:
    one, other = some_metrics("gateway"), some_metrics("gateway")

    one.of("gateway").refused("not_json")

    name, labels = "llama_notices_refused_total", {"service": "gateway", "reason": "not_json"}
    assert value(one.registry, name, **labels) == 1
    assert value(other.registry, name, **labels) is None


def test_the_names_of_handlers_are_bounded() -> None:
    metrics = some_metrics("handler_worker")
    told = metrics.of("handler_worker")

    for number in range(MOST_HANDLERS + 7):
        told.ran(f"Handler{number}", "made", wall_s=1.0)

    name, labels = "llama_runs_total", {"service": "handler_worker", "outcome": "made"}
    assert value(metrics.registry, name, handler=OTHERS, **labels) == 7
    assert value(metrics.registry, name, handler=f"Handler{MOST_HANDLERS}", **labels) is None


def test_the_time_of_the_last_batch_is_the_time_of_day() -> None:
    metrics = some_metrics("projection")

    metrics.of("projection").consumed("t", {}, wall_s=0.1)

    name = "llama_last_consumed_timestamp_seconds"
    assert value(metrics.registry, name, service="projection", topic="t") == 1234.5


def test_of_what_is_in_no_window_any_more_there_is_none() -> None:
    metrics = some_metrics("stream_monitor")
    told = metrics.of("stream_monitor")

    told.windowed({(Measure.RUN, "Skymap"): Figures(4, 6000, 3000)})
    first = windowed(metrics, "Skymap")
    told.windowed({(Measure.RUN, "Plot"): Figures(1, 500, 500)})

    assert first == [4, 1.5, 3.0]
    assert windowed(metrics, "Skymap") == [0, 0, 0]
    assert windowed(metrics, "Plot") == [1, 0.5, 0.5]


def windowed(metrics: PrometheusMetrics, name: str) -> list[float | None]:
    labels = {"service": "stream_monitor", "measure": "run", "name": name}
    figures = ("count", "mean_seconds", "longest_seconds")
    return [metrics.registry.get_sample_value(f"llama_window_{one}", labels) for one in figures]


def test_an_alarm_that_was_taken_back_is_shown_no_more() -> None:
    metrics = some_metrics("gateway")
    told = metrics.of("gateway")

    told.counted(Counts(alarm_at=NOW))
    raised = value(metrics.registry, "llama_alarm_timestamp_seconds", service="gateway")
    told.counted(Counts())

    assert raised == 1234.5
    assert value(metrics.registry, "llama_alarm_timestamp_seconds", service="gateway") == 0


NOW = datetime.fromtimestamp(1234.5, UTC)
"""By the clock of `some_metrics`."""


def a_standing(name: str, *, heard_s: float, is_blind: bool = False) -> SourceStanding:
    heard = NOW - timedelta(seconds=heard_s)
    blind = SourceBlind(
        id="gap", occurred_at=NOW, source=name, why=BlindReason.CONNECTION, since=heard
    )
    return SourceStanding(
        source=name,
        began_at=heard,
        heard_at=heard,
        beat_at=heard,
        lag=3,
        blind=blind if is_blind else None,
    )


def test_sources_are_shown_with_their_last_signs_of_life_and_forgotten_ones_are_not() -> None:
    metrics = some_metrics("gateway")
    seen = [
        Seen(a_standing("gcn", heard_s=5), NOW),
        Seen(a_standing("scimma", heard_s=90, is_blind=True), NOW),
        Seen(a_standing("old", heard_s=9, is_blind=True), NOW - timedelta(days=2)),
    ]

    metrics.of("gateway").counted(Counts(sources=tuple(seen)))

    def shown(what: str) -> list[float | None]:
        name = f"llama_source_{what}"
        sources = ("gcn", "scimma", "old")
        return [value(metrics.registry, name, service="gateway", source=one) for one in sources]

    assert shown("blind") == [0, 1, None]
    assert shown("lag_records") == [3, 3, None]
    assert shown("heard_timestamp_seconds") == [1229.5, 1144.5, None]
    assert shown("heartbeat_timestamp_seconds") == [1229.5, 1144.5, None]
