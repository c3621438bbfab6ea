"""From notices of other observatories to the lists of events, with everything real."""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from llama.handlers.mock import mock_notice
from tests.support.system import System, running
from tests.support.trigger_notices import BURST, a_burst_notice, a_km3net_notice

MERGED = datetime(2023, 4, 16, 5, 20, tzinfo=UTC)
REAL = "S230416a"
OWN = {
    "LLAMA_PIPELINE": "tests.support.handlers_of_triggers",
    "LLAMA_EXTERNAL_TRIGGERS": "received:",
}
FERMI, KM3NET = f"Fermi/{BURST}", "KM3NeT/1"
HEARD = (
    a_burst_notice(record_number=7, dec=-63.62, ra_dec_error=1.0),
    a_burst_notice(),
    a_km3net_notice(),
    a_km3net_notice(id="2", alert_tense="test"),
    a_km3net_notice(id="3"),
    a_km3net_notice(id="3", record_number=2, alert_type="retraction"),
    a_km3net_notice(id="4", trigger_time="soon"),
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    with running(tmp_path_factory.mktemp("noted") / "home", environment=OWN) as system:
        yield system


def written(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / f"{number}.json" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def triggers(system: System, event: str) -> list[tuple[str, str, float]]:
    listed = json.loads(system.run("cat", event, "external_triggers.json").stdout)
    assert (listed["source"], listed["complete"]) == ("received", True)
    return [(one["observatory"], one["notice_id"], one["dec_deg"]) for one in listed["triggers"]]


def told_by_the_gateway(system: System) -> list[str]:
    address = (system.home / "run" / "gateway.address").read_text().strip()
    asked = f"http://{address}/external-triggers?start=2023-04-16T05:00Z&stop=2023-04-16T06:00Z"
    with urlopen(asked, timeout=10) as answer:
        return [f"{one['observatory']}/{one['id']}" for one in json.load(answer)["triggers"]]


def test_a_received_trigger_is_in_the_lists_of_its_events(system: System, tmp_path: Path) -> None:
    mock = mock_notice(MERGED, rounds=0)
    name = str(json.loads(mock)["superevent_id"])
    real = mock.replace(name.encode(), REAL.encode())

    told = system.ingest(*written(tmp_path, *HEARD))
    system.ingest(*written(tmp_path, mock, real))

    outcomes = [row["outcome"].removeprefix("about the trigger ") for row in told]
    assert outcomes == [FERMI, FERMI, KM3NET, "KM3NeT/2", "KM3NeT/3", "KM3NeT/3", "refused"]
    assert told_by_the_gateway(system) == [KM3NET, FERMI]
    found = [("KM3NeT", "1", 20.01), ("Fermi", BURST, -63.62)]
    assert triggers(system, REAL) == found
    assert sorted(triggers(system, name)) == sorted([*found, ("KM3NeT", "2", 20.01)])
    listed = system.json("triggers", "ls", "--start", "2023-04-16T05:00Z")
    assert {row["id"] for row in listed if row["retracted"]} == {"3"}
    assert "a test" in system.run("triggers", "ls").stdout.decode()
    system.run("verify")
