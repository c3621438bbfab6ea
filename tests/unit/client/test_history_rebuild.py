"""Histories written again from the log have the hashes that they had."""

from llama.adapters.memory.history import MemoryHistory
from llama.client.history_rebuild import HistoryRebuild
from llama.domain.shards import SHARDS, shard_of
from schemas.facts import AlertType
from schemas.topics import FACTS_TOPIC
from tests.support.facts import Story
from tests.support.memory_system import MemorySystem

EVENTS = [f"S{number}" for number in range(6)]


async def a_system() -> MemorySystem:
    system = MemorySystem.of(Story().graph)
    for text in ("a notice", "one", "two"):
        await system.artifacts.put(text.encode())
    for event in EVENTS:
        story = Story(event=event)
        story.notice()
        story.make("skymap", "one")
        story.operate("delete", "skymap")
        story.notice(AlertType.RETRACTION)
        await system.tell(*(step.fact for step in story.steps))
    await system.follow("versioning")
    return system


async def rebuilt(system: MemorySystem) -> tuple[MemoryHistory, list[int]]:
    history = MemoryHistory()
    rebuild = HistoryRebuild(system.records, system.artifacts)
    return history, [await rebuild.write(shard, history) for shard in range(SHARDS)]


async def test_a_rebuild_writes_the_same_commits() -> None:
    system = await a_system()

    history, written = await rebuilt(system)

    for event in EVENTS:
        assert await history.log(event) == await system.history.log(event)
        assert len(await history.log(event)) >= 3
    assert sum(written) == sum([len(await history.log(event)) for event in EVENTS])


async def test_each_shard_is_written_by_itself() -> None:
    system, history = await a_system(), MemoryHistory()
    shard = shard_of(EVENTS[0])

    await HistoryRebuild(system.records, system.artifacts).write(shard, history)

    assert {event async for event in history.events()} == {
        event for event in EVENTS if shard_of(event) == shard
    }


async def test_what_is_no_fact_is_skipped_as_everybody_skips_it() -> None:
    system = await a_system()
    await system.records.append_raw(FACTS_TOPIC, b"no fact", headers={})

    history, _ = await rebuilt(system)

    assert await history.head(EVENTS[0]) == await system.history.head(EVENTS[0])
