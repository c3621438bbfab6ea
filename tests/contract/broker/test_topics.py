"""Topics: made, described, changed and deleted by an administrator only."""

from __future__ import annotations

import struct
from typing import Any

from aiokafka.admin import NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import ApiVersionRequest_v0, CreatePartitionsRequest_v1
from aiokafka.protocol.metadata import MetadataRequest_v5

from tests.contract.broker.clients import Cluster, config_of, exchange, until

EXISTS, UNKNOWN, ILLEGAL_NAME, BAD_PARTITIONS, BAD_CONFIG = 36, 3, 17, 37, 40
NEEDED = {0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 32, 33, 37, 42}


async def create(cluster: Cluster, *topics: NewTopic) -> list[int]:
    answer: Any = await (await cluster.admin()).create_topics(list(topics))
    return [row[1] for row in answer.topic_errors]


async def test_tells_which_requests_it_answers(cluster: Cluster):
    answer = await cluster.ask(ApiVersionRequest_v0())

    assert answer.error_code == 0
    assert {key for key, _, _ in answer.api_versions} >= NEEDED


async def test_answers_a_client_that_is_too_new_with_the_oldest_table(cluster: Cluster):
    too_new = struct.pack(">hhihB", 18, 99, 5, -1, 0)

    answer = await exchange(cluster.address, too_new)

    correlation, error = struct.unpack_from(">ih", answer)
    assert (correlation, error) == (5, 35)


async def test_makes_a_topic_with_partitions_and_configuration(cluster: Cluster):
    name = await cluster.topic(3, cleanup_policy="compact", max_message_bytes="5000000")

    admin = await cluster.admin()
    [described] = await admin.describe_topics([name])
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    config = config_of(await admin.describe_configs([resource]))
    assert len(described["partitions"]) == 3
    assert config["cleanup.policy"] == "compact"
    assert config["max.message.bytes"] == "5000000"


async def test_refuses_to_make_a_topic_twice(cluster: Cluster):
    name = await cluster.topic()

    assert await create(cluster, NewTopic(name, 1, 1)) == [EXISTS]


async def test_refuses_an_illegal_topic_name(cluster: Cluster):
    assert await create(cluster, NewTopic("with space/../", 1, 1)) == [ILLEGAL_NAME]


async def test_refuses_an_unknown_configuration(cluster: Cluster):
    topic = NewTopic(cluster.name(), 1, 1, topic_configs={"cleanup.policy": "sometimes"})

    assert await create(cluster, topic) == [BAD_CONFIG]


async def test_deletes_a_topic(cluster: Cluster):
    name = await cluster.topic()
    admin = await cluster.admin()

    await admin.delete_topics([name])

    async def is_gone() -> bool:
        return name not in await admin.list_topics()

    await until(is_gone)


async def test_a_topic_made_again_is_empty(cluster: Cluster):
    name = await cluster.topic()
    await cluster.send(name, [b"old"])
    admin = await cluster.admin()
    await admin.delete_topics([name])

    async def is_made_again() -> bool:
        return await create(cluster, NewTopic(name, 1, 1)) == [0]

    await until(is_made_again)
    await cluster.send(name, [b"new"])
    assert await cluster.values(name, 1) == [b"new"]


async def test_adds_partitions(cluster: Cluster):
    name = await cluster.topic(1)
    admin = await cluster.admin()

    await admin.create_partitions({name: NewPartitions(4)})

    async def has_four() -> bool:
        [described] = await admin.describe_topics([name])
        return len(described["partitions"]) == 4

    await until(has_four)


async def test_refuses_to_take_partitions_away(cluster: Cluster):
    name = await cluster.topic(3)

    validate_only = False
    answer = await cluster.ask(CreatePartitionsRequest_v1([(name, (2, None))], 5000, validate_only))

    assert [row[1] for row in answer.topic_errors] == [BAD_PARTITIONS]


async def test_changes_the_configuration_of_a_topic(cluster: Cluster):
    name = await cluster.topic()
    admin = await cluster.admin()

    await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": "12345"})]
    )

    async def is_changed() -> bool:
        resource = ConfigResource(ConfigResourceType.TOPIC, name)
        return config_of(await admin.describe_configs([resource]))["retention.ms"] == "12345"

    await until(is_changed)


async def test_asking_for_an_unknown_topic_does_not_make_it(cluster: Cluster):
    name, may_be_made = cluster.name(), True

    answer = await cluster.ask(MetadataRequest_v5([name], may_be_made))

    assert [row[:2] for row in answer.topics] == [(UNKNOWN, name)]
    assert name not in await (await cluster.admin()).list_topics()
