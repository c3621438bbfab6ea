"""From notices about neutrinos to the lists of events, with everything real."""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from llama.handlers.mock import mock_notice
from tests.support.neutrino_notices import NEUTRINO, a_neutrino_notice
from tests.support.system import System, running

MERGED = datetime(2023, 4, 16, 5, 20, tzinfo=UTC)
REAL = "S230416a"
OWN = {"LLAMA_PIPELINE": "tests.support.handlers_of_neutrinos", "LLAMA_NEUTRINOS": "received:"}
HEARD = (
    a_neutrino_notice(record_number=1, dec=12.5, alert_type="update"),
    a_neutrino_notice(),
    a_neutrino_notice(id="1_1", alert_tense="test"),
    a_neutrino_notice(id="1_2"),
    a_neutrino_notice(id="1_2", record_number=1, alert_type="retraction"),
    a_neutrino_notice(id="1_3", trigger_time="soon"),
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Generator[System]:
    with running(tmp_path_factory.mktemp("heard") / "home", environment=OWN) as system:
        yield system


def written(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / f"{number}.json" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def tracks(system: System, event: str) -> list[tuple[str, float]]:
    listed = json.loads(system.run("cat", event, "neutrinos.json").stdout)
    assert (listed["source"], listed["complete"]) == ("received", True)
    return [(track["id"], track["dec_deg"]) for track in listed["tracks"]]


def test_a_received_neutrino_is_in_the_lists_of_its_events(system: System, tmp_path: Path) -> None:
    mock = mock_notice(MERGED, rounds=0)
    name = str(json.loads(mock)["superevent_id"])
    real = mock.replace(name.encode(), REAL.encode())

    told = system.ingest(*written(tmp_path, *HEARD))
    system.ingest(*written(tmp_path, mock, real))

    outcomes = [row["outcome"].removeprefix("about the neutrino ") for row in told]
    assert outcomes == [NEUTRINO, NEUTRINO, "1_1", "1_2", "1_2", "refused"]
    assert tracks(system, REAL) == [(NEUTRINO, 12.5)]
    assert sorted(tracks(system, name)) == [(NEUTRINO, 12.5), ("1_1", 9.01)]
    listed = system.json("neutrinos", "ls", "--start", "2023-04-16T05:00Z")
    assert {row["id"] for row in listed if row["retracted"]} == {"1_2"}
    shown = system.run("neutrinos", "ls").stdout.decode()
    assert "retracted" in shown
    system.run("verify")
