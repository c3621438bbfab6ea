"""A copy of a running system's event is for reading; a fork of it is for working."""

from pathlib import Path

import pytest

from llama import Event, Pipeline
from llama.adapters.event_folder import DiskEventFolder
from llama.client.local.exporting import export_event
from llama.domain.digests import digest_bytes
from llama.domain.errors import Misconfigured, ReadOnlyEvent
from llama.domain.manifests import manifest_of
from llama.handlers import Alert
from tests.support.memory_system import MemorySystem
from tests.support.notices import a_notice, a_retraction

EVENT = "S230914ak"
PIPELINE = Pipeline(Alert)


async def a_system(*notices: bytes) -> MemorySystem:
    system = MemorySystem.of(manifest_of(PIPELINE))
    for raw in notices or (a_notice(),):
        await system.send(raw)
    await system.follow("trigger_ingest", "dependency_resolver", "dependency_resolver")
    return system


async def exported(system: MemorySystem, rundir: Path) -> int:
    return await export_event(
        EVENT,
        system.facts(),
        artifacts=system.artifacts,
        folder=DiskEventFolder(rundir / EVENT),
        origin="a system",
    )


async def test_an_export_shows_the_files_and_the_whole_log(tmp_path: Path) -> None:
    system = await a_system()

    count = await exported(system, tmp_path)

    event = Event(EVENT, tmp_path, PIPELINE)
    assert count == len(system.facts())
    assert event.files.status() == {"Alert": "current"}
    assert digest_bytes(event.files.Alert.fullpath.read_bytes()) == event.files.digests()["Alert"]


async def test_an_export_is_brought_up_to_date(tmp_path: Path) -> None:
    system = await a_system()
    await exported(system, tmp_path)
    await system.send(a_retraction())
    await system.follow("trigger_ingest")

    new = await exported(system, tmp_path)

    assert new == 1
    assert Event(EVENT, tmp_path, PIPELINE).state.is_retracted
    assert await exported(system, tmp_path) == 0


async def test_an_export_is_read_only(tmp_path: Path) -> None:
    await exported(await a_system(), tmp_path)
    event = Event(EVENT, tmp_path, PIPELINE)

    with pytest.raises(ReadOnlyEvent, match="a copy of an event of a system"):
        event.update()
    with pytest.raises(ReadOnlyEvent):
        event.acts.veto()


async def test_a_fork_of_an_export_has_a_log_of_its_own(tmp_path: Path) -> None:
    await exported(await a_system(), tmp_path)
    original = Event(EVENT, tmp_path, PIPELINE)
    (tmp_path / "mine").mkdir()

    fork = original.fork(tmp_path / "mine")
    fork.acts.veto(reason="to try it")

    assert fork.flags.VETOED
    assert not original.flags.VETOED
    assert not fork.update()


async def test_an_event_of_ones_own_is_not_overwritten(tmp_path: Path) -> None:
    Event(EVENT, tmp_path, PIPELINE).ingest(a_notice())

    with pytest.raises(Misconfigured, match="holds an event with a log of its own"):
        await exported(await a_system(), tmp_path)


async def test_another_history_is_not_overwritten(tmp_path: Path) -> None:
    await exported(await a_system(), tmp_path)
    other = await a_system(a_notice(alert_type="UPDATE"))

    with pytest.raises(Misconfigured, match="another history"):
        await exported(other, tmp_path)
