"""The page for operators and the alert rules agree with the metrics that there are."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from prometheus_client.metrics_core import Metric

from llama.adapters.prometheus.metrics import PrometheusMetrics
from llama.domain.monitoring import Figures, Measure
from llama.ports.census import Counts
from llama.ports.sources import Seen
from llama.runtime.vitals import Vitals
from schemas.sources import SourceStanding

NOW = datetime.fromtimestamp(0, UTC)
"""By the clock of the metrics."""

ROW = re.compile(
    r"^\| `(?P<name>llama_\w+)` \| (?P<type>\w+) \| (?P<labels>[^|]+) \| [^|]+ \|$", re.MULTILINE
)
NAME = re.compile(r"\b(?:llama|process)_\w+")
ALERT = re.compile(r"^\| (Llama\w+) \| ", re.MULTILINE)
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}


def all_families() -> list[Metric]:
    """Return all metrics of a process that has done everything once."""
    vitals = Vitals(["s"], clock=lambda: 0.0)
    vitals.loop("s", name="consuming", within_s=1).beat()
    metrics = PrometheusMetrics(vitals, version="1", time_s=lambda: 0.0)
    told = metrics.of("s")
    told.consumed("t", {"k": 1}, wall_s=1)
    told.produced("t", {"k": 1})
    told.lags({("t", 0): 1})
    told.received("event")
    told.refused("r")
    told.ran("h", "made", wall_s=1)
    told.followed_alert("h", after_s=1)
    some = {"x": 1}
    seen = (Seen(SourceStanding(source="s", began_at=NOW, heard_at=NOW, beat_at=NOW), NOW),)
    told.counted(Counts(some, 0.0, some, some, some, sources=seen))
    told.windowed({(Measure.RUN, "h"): Figures(1, 1, 1)})
    return list(metrics.registry.collect())


def shown_name(family: Metric) -> str:
    """Return the name that a page calls a metric by."""
    suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
    return family.name + suffix


def labels_of(family: Metric) -> set[str]:
    return {label for sample in family.samples for label in sample.labels} - {"le"}


@pytest.fixture
def page(repository_root: Path) -> str:
    return (repository_root / "docs" / "operating.md").read_text()


@pytest.fixture
def rules(repository_root: Path) -> list[dict[str, str]]:
    text = (repository_root / "infra" / "alerts" / "llama.rules.yaml").read_text()
    [group] = yaml.safe_load(text)["groups"]
    return group["rules"]


def test_the_table_of_metrics_agrees_with_what_is_shown(page: str) -> None:
    ours = [one for one in all_families() if one.name.startswith("llama_")]
    shown = {
        shown_name(one): ("gauge" if one.type == "info" else one.type, labels_of(one))
        for one in ours
    }

    told = {
        row["name"]: (row["type"], set(re.findall(r"`(\w+)`", row["labels"])))
        for row in ROW.finditer(page)
    }

    assert told == shown


def test_the_figures_of_a_process_are_those_of_the_page(page: str) -> None:
    shown = {shown_name(one) for one in all_families() if one.name.startswith("process_")}

    assert shown == set(re.findall(r"`(process_\w+)`", page))


def test_no_label_is_an_event(page: str) -> None:
    labels = set[str]().union(*(labels_of(one) for one in all_families()))

    assert not {label for label in labels if "event" in label or label.endswith("id")}


def test_every_metric_in_a_rule_exists(rules: list[dict[str, str]]) -> None:
    known = {
        name
        for one in all_families()
        for name in (one.name, *(one.name + end for end in SUFFIXES.get(one.type, ())))
    }

    named = {name for rule in rules for name in NAME.findall(rule["expr"])}

    assert named
    assert named <= known


def test_every_rule_has_a_row_that_says_what_to_do(rules: list[dict[str, str]], page: str) -> None:
    assert sorted({rule["alert"] for rule in rules}) == sorted(ALERT.findall(page))
