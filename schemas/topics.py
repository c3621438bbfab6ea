"""The catalogue of topics: each name, key, configuration and message type stands here once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.base import Message
from schemas.facts import (
    FileDeleted,
    FileExpired,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FileObsoleted,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    PipelineRequested,
    RunCancelled,
    TriggerReceived,
)
from schemas.neutrinos import NeutrinoReceived
from schemas.reports import DeadLetter, RevisionCommitted

MEBIBYTE = 1024 * 1024
_FOREVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: where it is, what its key says, how it is configured, what it carries."""

    name: str
    key: str
    partitions: int
    config: Mapping[str, str]
    messages: tuple[type[Message], ...] = field(default=())


FACTS_TOPIC = Topic(
    name="llama.facts",
    key="event id: all facts of an event stand in one partition, in order",
    partitions=8,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(
        TriggerReceived,
        PipelineAdopted,
        FlagsChanged,
        FileGenerated,
        FileFailed,
        FileObsoleted,
        FileVetoed,
        FileFrozen,
        FileDeleted,
        FileRequested,
        FileExpired,
        FilePut,
        RunCancelled,
        PipelineRequested,
    ),
)
REVISIONS_TOPIC = Topic(
    name="llama.revisions",
    key="event id",
    partitions=8,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(RevisionCommitted,),
)
DEAD_LETTERS_TOPIC = Topic(
    name="llama.dead-letters",
    key="id of the dead letter",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(DeadLetter,),
)
NEUTRINOS_TOPIC = Topic(
    name="llama.v1.neutrinos",
    key="id of the neutrino: its revisions stand in one partition",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(NeutrinoReceived,),
)
ALERTS_TOPIC = Topic(
    name="igwn.gwalert",
    key="none: notices arrive as the observatories send them",
    partitions=1,
    config={"cleanup.policy": "delete", "max.message.bytes": str(24 * MEBIBYTE)},
)
NEUTRINO_ALERTS_TOPIC = Topic(
    name="gcn.notices.icecube.gold_bronze_track_alerts",
    key="none: notices arrive as the observatories send them",
    partitions=1,
    config={"cleanup.policy": "delete", "max.message.bytes": str(24 * MEBIBYTE)},
)
INCOMING = (ALERTS_TOPIC, NEUTRINO_ALERTS_TOPIC)
"""What others send; all other topics are our own."""
TOPICS = (FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC, NEUTRINOS_TOPIC, *INCOMING)
