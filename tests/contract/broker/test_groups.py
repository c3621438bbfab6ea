"""Consumer groups: partitions are shared out, and reading goes on where it stopped."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.admin import DeleteGroupsRequest_v1
from aiokafka.protocol.commit import OffsetCommitRequest_v3
from aiokafka.protocol.group import (
    HeartbeatRequest_v1,
    JoinGroupRequest_v5,
    SyncGroupRequest_v1,
)
from aiokafka.structs import OffsetAndMetadata

from tests.contract.broker.clients import Cluster, read, until

QUICK = {"session_timeout_ms": 6000, "heartbeat_interval_ms": 200}
INCONSISTENT_PROTOCOL, UNKNOWN_MEMBER, NON_EMPTY_GROUP, MEMBER_ID_REQUIRED = 23, 25, 68, 79


@asynccontextmanager
async def polling(*consumers: AIOKafkaConsumer) -> AsyncGenerator[None]:
    """Let consumers read on, as services do, while something else is waited for."""

    async def poll(consumer: AIOKafkaConsumer) -> None:
        while True:
            await consumer.getmany(timeout_ms=50)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(poll(consumer)) for consumer in consumers]
        yield
        for task in running:
            task.cancel()


def shares(*consumers: AIOKafkaConsumer) -> list[int]:
    return [len(consumer.assignment()) for consumer in consumers]


def holds(consumer: AIOKafkaConsumer, count: int) -> Callable[[], bool]:
    def holds_its_share() -> bool:
        return shares(consumer) == [count]

    return holds_its_share


async def test_goes_on_reading_at_the_committed_offset(cluster: Cluster):
    topic, group = await cluster.topic(), await cluster.group()
    await cluster.send(topic, [b"%d" % n for n in range(10)])
    first = await cluster.consumer(topic, group_id=group)
    await read(first, 10)
    partition = TopicPartition(topic, 0)
    await first.commit({partition: OffsetAndMetadata(6, "a note")})
    await first.stop()

    second = await cluster.consumer(topic, group_id=group)

    assert await second.committed(partition) == 6
    assert [r.offset for r in await read(second, 4)] == [6, 7, 8, 9]


async def test_two_members_share_the_partitions(cluster: Cluster):
    topic, group = await cluster.topic(4), await cluster.group()
    first = await cluster.consumer(topic, group_id=group, **QUICK)
    second = await cluster.consumer(topic, group_id=group, **QUICK)

    async with polling(first, second):
        await until(lambda: shares(first, second) == [2, 2])

    assert not first.assignment() & second.assignment()


async def test_a_member_that_leaves_hands_its_partitions_over(cluster: Cluster):
    topic, group = await cluster.topic(4), await cluster.group()
    first = await cluster.consumer(topic, group_id=group, **QUICK)
    second = await cluster.consumer(topic, group_id=group, **QUICK)
    async with polling(first, second):
        await until(lambda: shares(first, second) == [2, 2])

    await second.stop()

    async with polling(first):
        await until(holds(first, 4))


async def test_a_member_that_is_killed_loses_its_partitions(cluster: Cluster):
    topic, group = await cluster.topic(4), await cluster.group()
    survivor = await cluster.consumer(topic, group_id=group, **QUICK)
    module = ("-m", "tests.contract.broker.lone_consumer", cluster.address, topic, group)
    victim = await asyncio.create_subprocess_exec(sys.executable, *module)
    async with polling(survivor):
        await until(holds(survivor, 2))

        victim.kill()
        await victim.wait()

        await until(holds(survivor, 4))


async def join(cluster: Cluster, group: str, *, instance: str) -> Any:
    protocols = [("range", b"about me")]
    return await cluster.ask(
        JoinGroupRequest_v5(group, 20_000, 20_000, "", instance, "suite", protocols)
    )


async def sync(cluster: Cluster, group: str, joined: Any, *assignments: tuple[str, bytes]) -> Any:
    generation, member = joined.generation_id, joined.member_id
    return await cluster.ask(SyncGroupRequest_v1(group, generation, member, list(assignments)))


async def test_a_static_member_that_returns_finds_everything_as_it_was(cluster: Cluster):
    """Without a rebalance: the same generation, and the assignment from before."""
    group = await cluster.group()
    before = await join(cluster, group, instance="a")
    await sync(cluster, group, before, (before.member_id, b"my share"))

    after = await join(cluster, group, instance="a")

    synced = await sync(cluster, group, after)
    assert (after.error_code, after.generation_id) == (0, before.generation_id)
    assert (synced.error_code, synced.member_assignment) == (0, b"my share")


async def test_the_former_self_of_a_static_member_is_a_stranger(cluster: Cluster):
    group = await cluster.group()
    before = await join(cluster, group, instance="a")
    await sync(cluster, group, before, (before.member_id, b"my share"))
    await join(cluster, group, instance="a")

    late = await cluster.ask(HeartbeatRequest_v1(group, before.generation_id, before.member_id))

    assert late.error_code == UNKNOWN_MEMBER


async def test_a_newcomer_learns_its_id_before_it_is_a_member(cluster: Cluster):
    group, protocols = await cluster.group(), [("range", b"about me")]
    join_v5 = partial(JoinGroupRequest_v5, group, 20_000, 20_000)

    told = await cluster.ask(join_v5("", None, "suite", protocols))
    joined = await cluster.ask(join_v5(told.member_id, None, "suite", protocols))

    assert told.error_code == MEMBER_ID_REQUIRED
    assert (joined.error_code, joined.member_id) == (0, told.member_id)


async def test_refuses_members_that_have_no_protocol_in_common(cluster: Cluster):
    group = await cluster.group()
    await join(cluster, group, instance="a")
    other = JoinGroupRequest_v5(group, 20_000, 20_000, "", "b", "suite", [("other", b"")])

    assert (await cluster.ask(other)).error_code == INCONSISTENT_PROTOCOL


async def test_an_administrator_sees_groups_members_and_offsets(cluster: Cluster):
    topic, group = await cluster.topic(), await cluster.group()
    await cluster.send(topic, [b"x"])
    consumer = await cluster.consumer(topic, group_id=group)
    await read(consumer, 1)
    await consumer.commit()

    admin = await cluster.admin()
    answers: list[Any] = await admin.describe_consumer_groups([group])
    offsets = await admin.list_consumer_group_offsets(group)

    _, name, state, kind, _, members = answers[0].groups[0][:6]
    assert (name, state, kind, len(members)) == (group, "Stable", "consumer", 1)
    assert offsets[TopicPartition(topic, 0)].offset == 1
    assert group in [row[0] for row in await admin.list_consumer_groups()]


async def test_a_stranger_cannot_commit_for_a_group_with_members(cluster: Cluster):
    topic, group = await cluster.topic(), await cluster.group()
    consumer = await cluster.consumer(topic, group_id=group)
    async with polling(consumer):
        await until(holds(consumer, 1))

    request = OffsetCommitRequest_v3(group, -1, "", -1, [(topic, [(0, 5, "")])])
    answer = await cluster.ask(request)

    assert answer.topics == [(topic, [(0, UNKNOWN_MEMBER)])]


async def test_forgets_a_group_only_when_it_is_empty(cluster: Cluster):
    topic, group = await cluster.topic(), await cluster.group()
    await cluster.send(topic, [b"x"])
    consumer = await cluster.consumer(topic, group_id=group)
    await read(consumer, 1)
    await consumer.commit()

    while_used = await cluster.ask(DeleteGroupsRequest_v1([group]))
    await consumer.stop()
    afterwards = await cluster.ask(DeleteGroupsRequest_v1([group]))

    assert while_used.results == [(group, NON_EMPTY_GROUP)]
    assert afterwards.results == [(group, 0)]
    assert await (await cluster.admin()).list_consumer_group_offsets(group) == {}
