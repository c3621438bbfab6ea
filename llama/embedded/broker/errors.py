"""The error codes of the Kafka protocol that this broker sends, and the errors it raises itself.

BrokerError
|-- DataFolderInUse
|-- JournalCorrupt
|-- MalformedFrame
`-- InvalidConfig
"""

from __future__ import annotations

from enum import IntEnum


class ErrorCode(IntEnum):
    """Error codes as clients read them (https://kafka.apache.org/protocol.html#protocol_error_codes)."""

    NONE = 0
    OFFSET_OUT_OF_RANGE = 1
    CORRUPT_MESSAGE = 2
    UNKNOWN_TOPIC_OR_PARTITION = 3
    MESSAGE_TOO_LARGE = 10
    OFFSET_METADATA_TOO_LARGE = 12
    INVALID_TOPIC = 17
    ILLEGAL_GENERATION = 22
    INCONSISTENT_GROUP_PROTOCOL = 23
    INVALID_GROUP_ID = 24
    UNKNOWN_MEMBER_ID = 25
    INVALID_SESSION_TIMEOUT = 26
    REBALANCE_IN_PROGRESS = 27
    UNSUPPORTED_VERSION = 35
    TOPIC_ALREADY_EXISTS = 36
    INVALID_PARTITIONS = 37
    INVALID_REPLICATION_FACTOR = 38
    INVALID_CONFIG = 40
    INVALID_REQUEST = 42
    UNSUPPORTED_FOR_MESSAGE_FORMAT = 43
    POLICY_VIOLATION = 44
    OUT_OF_ORDER_SEQUENCE = 45
    INVALID_PRODUCER_EPOCH = 47
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53
    STORAGE_ERROR = 56
    NON_EMPTY_GROUP = 68
    GROUP_ID_NOT_FOUND = 69
    FETCH_SESSION_NOT_FOUND = 70
    MEMBER_ID_REQUIRED = 79
    FENCED_INSTANCE_ID = 82
    INVALID_RECORD = 87


class BrokerError(Exception):
    """The embedded broker cannot go on with what it was asked."""


class DataFolderInUse(BrokerError):
    """Another live broker holds the lock of the data folder."""


class JournalCorrupt(BrokerError):
    """A line in the middle of the journal cannot be read."""


class MalformedFrame(BrokerError):
    """The bytes on a connection are no request of the Kafka protocol."""


class InvalidConfig(BrokerError):
    """A topic configuration has an unknown name or an impossible value."""
