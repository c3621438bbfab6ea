"""An event's shard is the partition of its key, whoever computes it."""

import random
import string

from aiokafka.partitioner import DefaultPartitioner

from llama.domain.shards import SHARDS, shard_of
from schemas.topics import FACTS_TOPIC

LETTERS = string.ascii_letters + string.digits + "_-"


def test_the_shard_of_an_event_is_the_partition_of_its_facts() -> None:
    moments, choose = random.Random(1), DefaultPartitioner()
    partitions = list(range(FACTS_TOPIC.partitions))
    names = ["".join(moments.choices(LETTERS, k=moments.randint(1, 64))) for _ in range(2000)]

    ours = [shard_of(name) for name in names]

    assert ours == [choose(name.encode(), partitions, partitions) for name in names]
    assert set(ours) == set(range(SHARDS))
