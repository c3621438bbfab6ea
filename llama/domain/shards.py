"""Which repository keeps an event's history: as many as the log has partitions, and the same one.

A versioning instance owns whole partitions, so it owns whole repositories, however many instances
there are; and whoever reads needs nothing but the event's name to find its repository.
"""

from schemas.topics import FACTS_TOPIC

SHARDS = FACTS_TOPIC.partitions
_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_WORD = 0xFFFFFFFF


def shard_of(event: str) -> int:
    """Return the number of an event's shard: the partition that its key gives in Kafka."""
    return (_murmur2(event.encode()) & 0x7FFFFFFF) % SHARDS


def _murmur2(key: bytes) -> int:
    """Return the 32-bit hash by which Kafka's producers choose partitions (MurmurHash2)."""
    mixed = _SEED ^ len(key)
    whole = len(key) & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(key[start : start + 4], "little") * _FACTOR & _WORD
        word = (word ^ word >> 24) * _FACTOR & _WORD
        mixed = mixed * _FACTOR & _WORD ^ word
    if rest := key[whole:]:
        mixed = (mixed ^ int.from_bytes(rest, "little")) * _FACTOR & _WORD
    mixed = (mixed ^ mixed >> 13) * _FACTOR & _WORD
    return mixed ^ mixed >> 15
