"""MS181101ab: six notices, in many orders, always the same state."""

import itertools
import json
import random
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.support.small_pipeline import SMALL
from tests.support.system import State, System, notices_of, running

ORDERS = 4
OF_THE_EXTERNAL_TRIGGER = {
    "alert.json",
    "external_triggers.json",
    "external_overlap.json",
    "timeline.png",
    "summary.html",
    "summary.pdf",
}
EVENT = "MS181101ab"
EVENTS = ("MS181101ac", "MS181101ad", "MS181101ae", "MS181101af")
"""The same notices under other names: each event gets them in another order."""
CHANGED = {
    "alert.json",
    "external_overlap.json",
    "external_triggers.json",
    "notice.raw",
    "summary.html",
    "summary.pdf",
    "timeline.png",
}
"""By the coincidence with a gamma-ray burst: neither the map nor anything of the neutrinos."""


@pytest.fixture(scope="module")
def notices(shared_data: Path) -> list[Path]:
    return notices_of(shared_data / "gw" / "alerts" / EVENT)


@pytest.fixture
def system(tmp_path: Path) -> Generator[System]:
    with running(tmp_path / "home", environment=SMALL) as system:
        yield system


def test_any_order_ends_retracted_and_makes_the_map_at_most_once(
    system: System, notices: list[Path], tmp_path: Path
) -> None:
    orders = random.Random(181101).sample(list(itertools.permutations(notices)), len(EVENTS))
    states: list[State] = []
    for event, order in zip(EVENTS, orders, strict=True):
        paths = [_renamed(path, event, tmp_path) for path in order]
        for path in paths[:3]:
            system.ingest(path)
        system.ingest(*paths[3:])
        states.append(_nameless(system, event))
        revisions = _subjects(system.json("log", event, "--files"))
        assert len([line for line in revisions if "Skymap " in line]) <= 1

    assert states[0]["retracted"]
    assert states == states[:1] * len(EVENTS)


def test_what_the_external_update_adds_re_makes_only_what_uses_it(
    notices: list[Path], tmp_path: Path
) -> None:
    by_name = {path.name: path for path in notices}
    with running(tmp_path / "home") as system:
        system.ingest(by_name[f"{EVENT}-initial.json"])
        before = _versions(system.json("status", EVENT))

        system.ingest(by_name[f"{EVENT}-ext-update.json"])

        after = _versions(system.json("status", EVENT))
        external = system.run("cat", EVENT, "external_triggers.json").stdout
    assert {name for name in after if after[name] != before[name]} == CHANGED
    assert [one["observatory"] for one in json.loads(external)["triggers"]] == ["Fermi"]


def _renamed(notice: Path, event: str, folder: Path) -> Path:
    """Copy a notice for an event of another name."""
    copy = folder / notice.name.replace(EVENT, event)
    copy.write_bytes(notice.read_bytes().replace(EVENT.encode(), event.encode()))
    return copy


def _nameless(system: System, event: str) -> State:
    """Return what must be equal whatever the event's name: for files their text in its place."""
    state = system.event_state(event)
    shown = [name for name, (_, digest) in state["files"].items() if digest]
    texts = {name: system.run("cat", event, name).stdout for name in shown}
    named = {name: text.replace(event.encode(), b"EVENT") for name, text in texts.items()}
    statuses = {name: status for name, (status, _) in state["files"].items()}
    return {**state, "files": statuses, "texts": named}


def _versions(status: dict[str, Any]) -> dict[str, int]:
    return {file["name"]: file["version"] for file in status["files"]}


def _subjects(log: list[dict[str, str]]) -> list[str]:
    return [entry["message"].splitlines()[0] for entry in log]
