"""Makes the topics of the catalogue, and refuses those that are configured otherwise."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from llama.domain.errors import Misconfigured, Unavailable
from schemas.topics import Topic

MOST_REPLICAS = 3
"""What the field runs with: one server may fail while another is being maintained."""
_ALREADY_EXISTS = 36
_KNOWN_WITHIN_S = 10.0
"""A topic that was just made reaches the servers' own catalogues within milliseconds."""
_LOOK_EVERY_S = 0.05


async def ensure_topics(bootstrap: str, topics: Sequence[Topic]) -> None:
    """Create what is missing; Misconfigured if an existing topic is not as it must be."""
    async with _admin(bootstrap) as admin:
        await _create_missing(admin, topics)
        for topic in topics:
            await _check(admin, topic)


async def ensure_exists(bootstrap: str, topic: Topic) -> None:
    """Create a topic if it is not there; one that is there may be configured as others like."""
    async with _admin(bootstrap) as admin:
        await _create_missing(admin, [topic])
        await _partitions(admin, topic)


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
    except KafkaError as error:
        await admin.close()
        raise Unavailable(f"no Kafka at {bootstrap}: start it, or correct LLAMA_KAFKA") from error
    try:
        yield admin
    except KafkaError as error:
        raise Unavailable(f"Kafka at {bootstrap} did not do as asked: {error}") from error
    finally:
        await admin.close()


async def _create_missing(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    present = set(await admin.list_topics())
    missing = [topic for topic in topics if topic.name not in present]
    if not missing:
        return
    servers = len((await admin.describe_cluster())["brokers"])
    replicas = min(servers, MOST_REPLICAS)
    new = [
        NewTopic(topic.name, topic.partitions, replicas, topic_configs=dict(topic.config))
        for topic in missing
    ]
    reply = await admin.create_topics(new)
    for name, code, *rest in reply.topic_errors:  # pyright: ignore[reportAttributeAccessIssue] - made at run time
        if code not in (0, _ALREADY_EXISTS):
            raise Misconfigured(f"topic {name} could not be created: error {code} {rest}")


async def _check(admin: AIOKafkaAdminClient, topic: Topic) -> None:
    partitions = await _partitions(admin, topic)
    if partitions != topic.partitions:
        raise Misconfigured(
            f"topic {topic.name} has {partitions} partitions and must have {topic.partitions}: "
            "the partition of an event must never change; use a new topic or the old setting"
        )
    actual = await _configuration(admin, topic.name)
    for name, wanted in topic.config.items():
        if actual.get(name) != wanted:
            raise Misconfigured(
                f"topic {topic.name} has {name}={actual.get(name)} and must have {wanted}: "
                "correct it with kafka-configs"
            )


async def _partitions(admin: AIOKafkaAdminClient, topic: Topic) -> int:
    """Return how many partitions a topic has, once the server that is asked knows of it."""
    deadline = asyncio.get_running_loop().time() + _KNOWN_WITHIN_S
    while True:
        [described] = await admin.describe_topics([topic.name])
        if not described["error_code"]:
            return len(described["partitions"])
        if asyncio.get_running_loop().time() > deadline:
            code = described["error_code"]
            raise Unavailable(f"topic {topic.name} cannot be described yet: error {code}")
        await asyncio.sleep(_LOOK_EVERY_S)


async def _configuration(admin: AIOKafkaAdminClient, name: str) -> Mapping[str, str]:
    replies = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {
        entry[0]: entry[1]
        for reply in replies
        for resource in reply.resources  # pyright: ignore[reportAttributeAccessIssue] - same
        for entry in resource[4]
    }
