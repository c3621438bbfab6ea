"""The configuration of a topic: the names Kafka has for it, defaults, and what they may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from llama.embedded.broker.errors import InvalidConfig

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "cleanup.policy": "delete",
        "compression.type": "producer",
        "delete.retention.ms": "86400000",
        "max.compaction.lag.ms": "9223372036854775807",
        "max.message.bytes": "16777216",
        "message.timestamp.type": "CreateTime",
        "min.cleanable.dirty.ratio": "0.5",
        "min.compaction.lag.ms": "0",
        "min.insync.replicas": "1",
        "retention.bytes": "-1",
        "retention.ms": "604800000",
        "segment.bytes": "67108864",
        "segment.ms": "604800000",
    }
)
_POLICIES = ("delete", "compact", "compact,delete", "delete,compact")
_NEVER_LESS_THAN: Mapping[str, int] = MappingProxyType(
    {
        "retention.ms": -1,
        "retention.bytes": -1,
        "segment.bytes": 1048576,
        "segment.ms": 1,
        "min.insync.replicas": 1,
    }
)


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """What the log needs to know of a topic; times in ms, sizes in bytes, -1 means without end."""

    overrides: Mapping[str, str]
    is_compacted: bool
    deletes_old: bool
    retention_ms: int
    retention_bytes: int
    segment_bytes: int
    segment_ms: int
    max_message_bytes: int
    delete_retention_ms: int
    min_dirty_ratio: float
    min_compaction_lag_ms: int
    max_compaction_lag_ms: int


def parse_config(overrides: Mapping[str, str | None]) -> TopicConfig:
    """Check the configuration a client gave for a topic; absent (None) values take the default.

    Raises InvalidConfig for an unknown name or an impossible value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    for name, value in given.items():
        _check(name, value)
    values = {**DEFAULTS, **given}
    policy = values["cleanup.policy"].replace(" ", "").split(",")
    return TopicConfig(
        overrides=MappingProxyType(given),
        is_compacted="compact" in policy,
        deletes_old="delete" in policy,
        retention_ms=int(values["retention.ms"]),
        retention_bytes=int(values["retention.bytes"]),
        segment_bytes=int(values["segment.bytes"]),
        segment_ms=int(values["segment.ms"]),
        max_message_bytes=int(values["max.message.bytes"]),
        delete_retention_ms=int(values["delete.retention.ms"]),
        min_dirty_ratio=float(values["min.cleanable.dirty.ratio"]),
        min_compaction_lag_ms=int(values["min.compaction.lag.ms"]),
        max_compaction_lag_ms=int(values["max.compaction.lag.ms"]),
    )


def _check(name: str, value: str) -> None:
    if name not in DEFAULTS:
        raise InvalidConfig(
            f"topic configuration {name!r} is unknown; known: {', '.join(DEFAULTS)}"
        )
    if not _is_possible(name)(value):
        raise InvalidConfig(f"topic configuration {name} cannot be {value!r}")


def _is_possible(name: str) -> Callable[[str], bool]:
    match name:
        case "cleanup.policy":
            return lambda value: value.replace(" ", "") in _POLICIES
        case "compression.type" | "message.timestamp.type":
            return lambda value: value == DEFAULTS[name]
        case "min.cleanable.dirty.ratio":
            return _is_ratio
        case _:
            return lambda value: _is_integer_from(_NEVER_LESS_THAN.get(name, 0), value)


def _is_ratio(value: str) -> bool:
    try:
        return 0.0 <= float(value) <= 1.0
    except ValueError:
        return False


def _is_integer_from(least: int, value: str) -> bool:
    try:
        return least <= int(value) < 2**63
    except ValueError:
        return False
