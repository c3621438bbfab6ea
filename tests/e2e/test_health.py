"""A system that runs tells how it gets on: probes, figures, and logs that name the event."""

import json
import re
import urllib.request
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from llama.handlers.mock import mock_notice
from tests.support.system import System, running, wait_until

SERVICES = {
    *("trigger_ingest", "dependency_resolver", "versioning", "projection", "announcing"),
    "gateway",
    "handler_worker",
}
Figures = dict[str, dict[frozenset[tuple[str, str]], float]]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    folder = tmp_path_factory.mktemp("health")
    notice, broken = folder / "notice.json", folder / "broken.json"
    notice.write_bytes(mock_notice(datetime(2026, 11, 22, 12, tzinfo=UTC), rounds=0))
    broken.write_bytes(b"{}")
    with running(folder / "home") as system:
        system.ingest(broken, notice)
        yield system


@pytest.fixture(scope="module")
def event(system: System) -> str:
    return system.json("status")[0]["event"]


@pytest.fixture(scope="module")
def addresses(system: System) -> list[str]:
    files = sorted((system.home / "run").glob("*.health.address"))
    return [file.read_text().strip() for file in files]


def asked(address: str, path: str) -> bytes:
    with urllib.request.urlopen(f"http://{address}{path}", timeout=30) as answer:
        return answer.read()


def figures(addresses: list[str]) -> Figures:
    """Return the samples of all processes, by name and labels."""
    found: Figures = {}
    for address in addresses:
        for family in text_string_to_metric_families(asked(address, "/metrics").decode()):
            for sample in family.samples:
                labels = frozenset(sample.labels.items())
                found.setdefault(sample.name, {})[labels] = sample.value
    return found


def total(found: Figures, name: str, **labels: str) -> float:
    wanted = set(labels.items())
    return sum(value for own, value in found.get(name, {}).items() if wanted <= own)


def test_every_service_is_live_and_ready(addresses: list[str]) -> None:
    live = [json.loads(asked(address, "/livez")) for address in addresses]
    ready = [json.loads(asked(address, "/readyz?verbose")) for address in addresses]

    assert len(addresses) == 2
    for told in (live, ready):
        assert {name for one in told for name in one["services"]} == SERVICES
    assert all(check["reason"] == "ok" for one in ready for check in one["checks"])


def test_the_gateway_answers_on_its_own_port_too(system: System) -> None:
    gateway = (system.home / "run" / "gateway.address").read_text()

    for path in ("/livez", "/readyz?verbose"):
        assert json.loads(asked(gateway, path))["services"]["gateway"] == "ok"
    assert b"llama_service_live" in asked(gateway, "/metrics")


def test_the_figures_tell_what_became_of_the_notices(addresses: list[str]) -> None:
    wait_until(lambda: total(figures(addresses), "llama_events") == 1, "the event is counted")

    found = figures(addresses)

    assert total(found, "llama_notices_received_total", tells_of="event") == 1
    assert total(found, "llama_notices_refused_total", reason="not_a_notice") == 1
    assert total(found, "llama_dead_letters", reason="not_a_notice") == 1
    made = total(found, "llama_runs_total", outcome="made")
    assert made > 10
    assert total(found, "llama_run_duration_seconds_count") >= made
    assert 10 < total(found, "llama_alert_to_file_seconds_count") <= made
    assert total(found, "llama_messages_produced_total", kind="FileGenerated") == made


def test_everybody_has_read_all_facts(addresses: list[str]) -> None:
    wait_until(lambda: total(figures(addresses), "llama_consumer_lag_records") == 0, "all is read")
    found = figures(addresses)

    found = figures(addresses)
    kinds = {dict(labels)["kind"] for labels in found["llama_messages_consumed_total"]}
    readers = ("dependency_resolver", "versioning", "projection", "announcing")
    read = {
        (name, kind): total(
            found, "llama_messages_consumed_total", service=name, topic="llama.facts", kind=kind
        )
        for name in readers
        for kind in kinds
    }

    assert {"TriggerReceived", "FileGenerated"} <= kinds
    assert all(read[readers[0], kind] == read[name, kind] for name, kind in read)


def test_no_figure_names_an_event(system: System, addresses: list[str], event: str) -> None:
    assert not [address for address in addresses if event.encode() in asked(address, "/metrics")]


def test_every_line_of_a_log_can_be_read_and_those_of_the_event_name_it(
    system: System, event: str
) -> None:
    lines = [line for log in logs(system) for line in log.read_text().splitlines()]
    told: list[dict[str, Any]] = [json.loads(line) for line in lines]

    assert all({"verb", "level", "timestamp", "service"} <= one.keys() for one in told)
    verbs = {one["verb"] for one in told if one.get("event_id") == event}
    assert {"notice_received", "pipeline_adopted", "run_reported"} <= verbs
    runs = [one for one in told if one["verb"] == "run_reported"]
    assert all({"handler", "need", "result"} <= one.keys() for one in runs)
    about = re.compile(rf"\b{event}\b")
    assert [line for line in lines if about.search(line) and '"event_id"' not in line] == []


def test_the_start_tells_where_health_is(system: System, addresses: list[str]) -> None:
    told = (system.home / "log" / "up.log").read_text()

    assert [address for address in addresses if f"http://{address}/readyz" not in told] == []


def logs(system: System) -> list[Path]:
    return [system.home / "log" / name for name in ("services.log", "handler_worker.log")]
