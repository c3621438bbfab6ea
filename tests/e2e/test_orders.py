"""MS181101ab: six notices, in many orders, always the same state."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.support.system import notices_of, running

ORDERS = 4
pytestmark = pytest.mark.xdist_group("orders")


@pytest.fixture(scope="module")
def notices(shared_data: Path) -> list[Path]:
    return notices_of(shared_data / "gw" / "alerts" / "MS181101ab")


def test_any_order_ends_retracted_and_makes_the_map_at_most_once(
    notices: list[Path], tmp_path: Path
) -> None:
    orders = random.Random(181101).sample(list(itertools.permutations(notices)), ORDERS)
    states = []
    for number, order in enumerate(orders):
        with running(tmp_path / f"home{number}") as system:
            for path in order[:3]:
                system.ingest(path)
            system.ingest(*order[3:])
            states.append(system.event_state("MS181101ab"))
            revisions = _subjects(system.json("log", "MS181101ab", "--files"))
            made = [line for line in revisions if "Skymap " in line]
            assert len(made) <= 1

    assert states[0]["retracted"]
    assert states == states[:1] * ORDERS


def test_what_the_external_update_adds_re_makes_only_what_uses_it(
    notices: list[Path], tmp_path: Path
) -> None:
    by_name = {path.name: path for path in notices}
    with running(tmp_path / "home") as system:
        system.ingest(by_name["MS181101ab-initial.json"])
        before = _versions(system.json("status", "MS181101ab"))

        system.ingest(by_name["MS181101ab-ext-update.json"])

        after = _versions(system.json("status", "MS181101ab"))
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"alert.json", "summary.html"}
        external = json.loads(system.run("cat", "MS181101ab", "alert.json").stdout)
        assert external["external_coinc"]["observatory"] == "Fermi"


def _versions(status: dict[str, Any]) -> dict[str, int]:
    return {file["name"]: file["version"] for file in status["files"]}


def _subjects(log: list[dict[str, str]]) -> list[str]:
    return [entry["message"].splitlines()[0] for entry in log]
