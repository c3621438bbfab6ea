"""What clients ask first: versions, topics, and where things are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama.embedded.broker.broker import CLUSTER_ID, NODE_ID, Broker, Call
from llama.embedded.broker.catalogue import Topic, is_legal_name
from llama.embedded.broker.errors import ErrorCode

_TRANSACTION_COORDINATOR = 1


async def metadata(broker: Broker, call: Call) -> Sequence[Any]:
    """Describe topics: all of them, or those named. Topics are never made by asking for them."""
    names = call.request.topics
    if names is None or (call.version == 0 and not names):
        names = list(broker.catalogue.topics)
    topics = [_topic(call.version, name, broker.catalogue.topics.get(name)) for name in names]
    node = (NODE_ID, call.host, call.port)
    if call.version == 0:
        return ([node], topics)
    answer: tuple[Any, ...] = ([(*node, None)],)
    answer += (CLUSTER_ID,) if call.version >= 2 else ()
    answer += (NODE_ID, topics)
    return (0, *answer) if call.version >= 3 else answer


def _topic(version: int, name: str, topic: Topic | None) -> tuple[Any, ...]:
    error = ErrorCode.NONE
    if topic is None:
        legal = is_legal_name(name or "")
        error = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if legal else ErrorCode.INVALID_TOPIC
    partitions = [_partition(version, number) for number in range(topic.partitions if topic else 0)]
    return (error, name, partitions) if version == 0 else (error, name, False, partitions)


def _partition(version: int, number: int) -> tuple[Any, ...]:
    here = [NODE_ID]
    row = (ErrorCode.NONE, number, NODE_ID, here, here)
    return (*row, []) if version >= 5 else row


async def find_coordinator(_: Broker, call: Call) -> Sequence[Any]:
    """Name this node as the coordinator of every group, and refuse transactions."""
    here = (NODE_ID, call.host, call.port)
    if call.version == 0:
        return (ErrorCode.NONE, *here)
    if call.request.coordinator_type == _TRANSACTION_COORDINATOR:
        error = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        return (0, error, "the embedded broker has no transactions", -1, "", -1)
    return (0, ErrorCode.NONE, None, *here)


async def init_producer_id(broker: Broker, call: Call) -> Sequence[Any]:
    """Give an idempotent producer its id; one with a transactional id is refused."""
    if call.request.transactional_id is not None:
        return (0, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, -1, -1)
    return (0, ErrorCode.NONE, broker.catalogue.new_producer_id(), 0)
