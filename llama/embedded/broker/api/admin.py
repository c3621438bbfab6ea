"""Administration: topics, their partitions, configurations and records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from llama.embedded.broker.broker import Broker, Call
from llama.embedded.broker.catalogue import is_legal_name
from llama.embedded.broker.errors import ErrorCode, InvalidConfig
from llama.embedded.broker.topic_config import DEFAULTS, TopicConfig, parse_config

_TOPIC = 2
_FROM_TOPIC, _FROM_DEFAULT = 1, 5
_MAX_PARTITIONS = 1000
_DEFAULT_PARTITIONS = 1

Refusal = tuple[ErrorCode, str | None]
_FINE: Refusal = (ErrorCode.NONE, None)
_UNKNOWN: Refusal = (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no such topic")


async def create_topics(broker: Broker, call: Call) -> Sequence[Any]:
    """Make topics; each is answered on its own."""
    rows: list[tuple[Any, ...]] = []
    for name, count, replicas, assignment, config in call.request.create_topic_requests:
        partitions = len(assignment) or (_DEFAULT_PARTITIONS if count == -1 else count)
        refusal = _creation_refusal(broker, name, partitions, replicas=replicas)
        if refusal == _FINE:
            checked, refusal = _checked_config(dict(config))
            if checked and not (call.version >= 1 and call.request.validate_only):
                broker.catalogue.create_topic(name, partitions, config=checked.overrides)
        rows.append((name, *refusal) if call.version >= 1 else (name, refusal[0]))
    return (0, rows) if call.version >= 2 else (rows,)


def _creation_refusal(broker: Broker, name: str, partitions: int, *, replicas: int) -> Refusal:
    if not is_legal_name(name or ""):
        return (ErrorCode.INVALID_TOPIC, "a topic name has 1 to 249 of the characters a-zA-Z0-9._-")
    if name in broker.catalogue.topics:
        return (ErrorCode.TOPIC_ALREADY_EXISTS, f"topic {name} exists already")
    if not 1 <= partitions <= _MAX_PARTITIONS:
        return (ErrorCode.INVALID_PARTITIONS, f"a topic has 1 to {_MAX_PARTITIONS} partitions here")
    if replicas not in {-1, 1}:
        return (ErrorCode.INVALID_REPLICATION_FACTOR, "there is one node: replication factor 1")
    return _FINE


def _checked_config(config: Mapping[str, str | None]) -> tuple[TopicConfig | None, Refusal]:
    try:
        return parse_config(config), _FINE
    except InvalidConfig as error:
        return None, (ErrorCode.INVALID_CONFIG, str(error))


async def delete_topics(broker: Broker, call: Call) -> Sequence[Any]:
    """Remove topics with all their records."""
    rows: list[tuple[str, ErrorCode]] = []
    for name in call.request.topics:
        exists = name in broker.catalogue.topics
        if exists:
            broker.catalogue.delete_topic(name)
        rows.append((name, ErrorCode.NONE if exists else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
    return (0, rows) if call.version >= 1 else (rows,)


async def create_partitions(broker: Broker, call: Call) -> Sequence[Any]:
    """Raise the number of partitions of topics."""
    rows: list[tuple[str, ErrorCode, str | None]] = []
    for name, (count, _assignment) in call.request.topic_partitions:
        refusal = _growth_refusal(broker, name, count)
        if refusal == _FINE and not call.request.validate_only:
            broker.catalogue.add_partitions(name, count)
        rows.append((name, *refusal))
    return (0, rows)


def _growth_refusal(broker: Broker, name: str, count: int) -> Refusal:
    topic = broker.catalogue.topics.get(name)
    if topic is None:
        return _UNKNOWN
    if not topic.partitions < count <= _MAX_PARTITIONS:
        return (ErrorCode.INVALID_PARTITIONS, f"{name} has {topic.partitions}: it can only grow")
    return _FINE


async def delete_records(broker: Broker, call: Call) -> Sequence[Any]:
    """Forget the records of partitions before an offset; -1 forgets all there are."""
    topics = [
        (topic, [_delete_records(broker, topic, *row) for row in partitions])
        for topic, partitions in call.request.topics
    ]
    return (0, topics)


def _delete_records(
    broker: Broker, topic: str, partition: int, offset: int
) -> tuple[int, int, int]:
    log = broker.catalogue.log(topic, partition)
    if log is None:
        return (partition, -1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if not log.config.deletes_old:
        return (partition, -1, ErrorCode.POLICY_VIOLATION)
    before = log.end_offset if offset == -1 else offset
    if not 0 <= before <= log.end_offset:
        return (partition, -1, ErrorCode.OFFSET_OUT_OF_RANGE)
    broker.catalogue.delete_before(topic, partition, offset=before)
    return (partition, log.start_offset, ErrorCode.NONE)


async def describe_configs(broker: Broker, call: Call) -> Sequence[Any]:
    """Show the configuration of topics, with what is set and what is default."""
    rows: list[tuple[Any, ...]] = []
    for kind, name, wanted in call.request.resources:
        error, text = _resource_refusal(broker, kind, name)
        values: list[tuple[Any, ...]] = []
        if not error and kind == _TOPIC:
            overrides = broker.catalogue.topics[name].config.overrides
            values = _config_rows(call.version, overrides, wanted)
        rows.append((error, text, kind, name, values))
    return (0, rows)


def _config_rows(
    version: int, overrides: Mapping[str, str], wanted: Sequence[str] | None
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for key, value in {**DEFAULTS, **overrides}.items():
        if wanted is not None and key not in wanted:
            continue
        if version >= 1:
            source = _FROM_TOPIC if key in overrides else _FROM_DEFAULT
            rows.append((key, value, False, source, False, []))
        else:
            rows.append((key, value, False, key not in overrides, False))
    return rows


async def alter_configs(broker: Broker, call: Call) -> Sequence[Any]:
    """Replace the configuration of topics: what is not given goes back to its default."""
    rows: list[tuple[Any, ...]] = []
    for kind, name, config in call.request.resources:
        refusal = _resource_refusal(broker, kind, name)
        if refusal == _FINE:
            checked, refusal = _checked_config(dict(config))
            if checked and not call.request.validate_only:
                broker.catalogue.configure(name, checked.overrides)
        rows.append((*refusal, kind, name))
    return (0, rows)


def _resource_refusal(broker: Broker, kind: int, name: str) -> Refusal:
    if kind != _TOPIC:
        return (ErrorCode.INVALID_REQUEST, "only topics have a configuration here")
    return _FINE if name in broker.catalogue.topics else _UNKNOWN
