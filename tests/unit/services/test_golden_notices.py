"""Every sample notice ends as tests/golden/notices.tsv says: none is lost, none becomes another.

`python -m tests.unit.services.test_golden_notices FOLDER` writes the table of a folder of samples:
look at what it says before it goes into the repository.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llama.ports.projections import Receipt
from schemas.external_triggers import ExternalTriggerReceived
from schemas.facts import TriggerReceived
from schemas.neutrinos import NeutrinoReceived
from schemas.topics import EXTERNAL_TRIGGERS_TOPIC, NEUTRINOS_TOPIC
from tests.support.memory_system import MemorySystem

TABLE = Path(__file__).parents[2] / "golden" / "notices.tsv"
FOLDERS = ("gw/alerts", "neutrinos/gcn_notices", "schemas/gcn/notices")
HEAD = "file\tbecomes\twhich\tas\n"


def samples(shared: Path) -> Iterator[str]:
    """Go through the samples, by their names within the shared data."""
    for folder in FOLDERS:
        for path in sorted((shared / folder).rglob("*")):
            if path.is_file() and not path.name.endswith(".schema.json"):
                yield path.relative_to(shared).as_posix()


async def become(raw: bytes) -> str:
    """Return what a notice becomes: its row, without the name of its file."""
    system = MemorySystem.of("alert -> skymap")
    source = await system.send(raw)
    await system.follow("trigger_ingest")
    receipt = await system.models.receipt(source)
    assert receipt is not None
    return "\t".join(_told(system, receipt))


def _told(system: MemorySystem, receipt: Receipt) -> tuple[str, str, str]:
    if receipt.dead_letter:
        return "dead letter", str(receipt.reason), ""
    if receipt.event:
        [fact] = [one for one in system.facts() if isinstance(one, TriggerReceived)]
        return "superevent", fact.event, _marked(fact.alert_type.value, is_test=fact.is_test)
    kind, said = _received(system)
    what = "retraction" if said.retracted else f"revision {said.revision}"
    return kind, said.key, _marked(what, is_test=said.is_test)


def _received(system: MemorySystem) -> tuple[str, NeutrinoReceived | ExternalTriggerReceived]:
    """Return what was heard of the one thing that is no event."""
    for record in system.records.partition(NEUTRINOS_TOPIC.name, 0):
        return "neutrino", NeutrinoReceived.model_validate_json(record.value or b"")
    [record] = system.records.partition(EXTERNAL_TRIGGERS_TOPIC.name, 0)
    return "external trigger", ExternalTriggerReceived.model_validate_json(record.value or b"")


def _marked(kind: str, *, is_test: bool) -> str:
    return f"{kind}, a test" if is_test else kind


def golden() -> dict[str, str]:
    """Return the checked-in table: rows by file."""
    lines = TABLE.read_text().splitlines()[1:]
    return {name: row for name, _, row in (line.partition("\t") for line in lines)}


@pytest.mark.parametrize("name", golden())
async def test_a_sample_becomes_what_the_table_says(shared_data: Path, name: str) -> None:
    path = shared_data / name
    if not path.is_file():
        pytest.skip(f"{name} is not among the shared data")

    assert await become(path.read_bytes()) == golden()[name]


def test_no_sample_is_missing_in_the_table(shared_data: Path) -> None:
    assert set(samples(shared_data)) <= golden().keys()


async def _write(shared: Path) -> None:
    rows = [f"{name}\t{await become((shared / name).read_bytes())}\n" for name in samples(shared)]
    TABLE.write_text("".join((HEAD, *rows)))


if __name__ == "__main__":
    asyncio.run(_write(Path(sys.argv[1])))
