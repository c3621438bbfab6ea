"""The catalogue of topics: each name, key, configuration and message type stands here once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.base import Message
from schemas.external_triggers import ExternalTriggerReceived
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
from schemas.public import (
    EventBegan,
    EventChanged,
    EventRetracted,
    FileBecameObsolete,
    FileMade,
    FileRemoved,
    Heartbeat,
    NoticeReceived,
    RevisionMade,
    SelectionChanged,
)
from schemas.reports import DeadLetter, DeadLetterClosed, RevisionCommitted
from schemas.selections import SelectionDefined, SelectionRemoved
from schemas.sources import SourceBlind, SourceCaughtUp

MEBIBYTE = 1024 * 1024
DAY_MS = 24 * 60 * 60 * 1000
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
    messages=(DeadLetter, DeadLetterClosed),
)
NEUTRINOS_TOPIC = Topic(
    name="llama.v1.neutrinos",
    key="id of the neutrino: its revisions stand in one partition",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(NeutrinoReceived,),
)
EXTERNAL_TRIGGERS_TOPIC = Topic(
    name="llama.v1.external-triggers",
    key="observatory/id of the trigger: its revisions stand in one partition",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(ExternalTriggerReceived,),
)
SOURCES_TOPIC = Topic(
    name="llama.v1.sources",
    key="name of the source: what is told of it stands in one partition, in order",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(SourceBlind, SourceCaughtUp),
)
PUBLIC_FILES_TOPIC = Topic(
    name="llama.v1.files",
    key="event id",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(FileMade, FileBecameObsolete, FileRemoved),
)
PUBLIC_EVENTS_TOPIC = Topic(
    name="llama.v1.events",
    key="event id",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(EventBegan, NoticeReceived, EventRetracted, EventChanged),
)
PUBLIC_REVISIONS_TOPIC = Topic(
    name="llama.v1.revisions",
    key="event id",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(RevisionMade,),
)
PUBLIC_SELECTIONS_TOPIC = Topic(
    name="llama.v1.selections",
    key="event id",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(SelectionChanged,),
)
HEARTBEAT_TOPIC = Topic(
    name="llama.v1.heartbeat",
    key="id of the heartbeat",
    partitions=1,
    config={
        "cleanup.policy": "delete",
        "retention.ms": str(DAY_MS),
        "retention.bytes": "-1",
        "segment.ms": str(DAY_MS // 4),
        "max.message.bytes": str(MEBIBYTE),
    },
    messages=(Heartbeat,),
)
PUBLIC = (
    PUBLIC_FILES_TOPIC,
    PUBLIC_EVENTS_TOPIC,
    PUBLIC_REVISIONS_TOPIC,
    PUBLIC_SELECTIONS_TOPIC,
    HEARTBEAT_TOPIC,
)
"""What subscribers read; one partition each, so that a reader sees one order and has one place."""
SELECTIONS_TOPIC = Topic(
    name="llama.selections",
    key="name of the selection",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(MEBIBYTE)},
    messages=(SelectionDefined, SelectionRemoved),
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
TRIGGER_ALERTS_TOPICS: Mapping[str, Topic] = {
    observatory: Topic(
        name=name,
        key="none: notices arrive as the observatories send them",
        partitions=1,
        config={"cleanup.policy": "delete", "max.message.bytes": str(24 * MEBIBYTE)},
    )
    for observatory, name in (
        ("Super-Kamiokande", "gcn.notices.superk.sn_alert"),
        ("Swift", "gcn.notices.swift.bat.guano"),
        # These two have a schema and no stream yet: named by GCN's convention.
        ("Fermi", "gcn.notices.fermi.gbm.alert"),
        ("KM3NeT", "gcn.notices.km3net.alert"),
    )
}
"""By observatory; whichever topic a notice comes on, it is read for what it is."""
INTAKE_TOPIC = Topic(
    name="llama.v1.intake",
    key="none: records of sources whose own topic is none of ours, as they came",
    partitions=1,
    config={**_FOREVER, "max.message.bytes": str(24 * MEBIBYTE)},
)
INCOMING = (ALERTS_TOPIC, NEUTRINO_ALERTS_TOPIC, *TRIGGER_ALERTS_TOPICS.values(), INTAKE_TOPIC)
"""What others send; all other topics are our own."""
TOPICS = (
    *(FACTS_TOPIC, REVISIONS_TOPIC, DEAD_LETTERS_TOPIC, NEUTRINOS_TOPIC, EXTERNAL_TRIGGERS_TOPIC),
    SOURCES_TOPIC,
    *PUBLIC,
    SELECTIONS_TOPIC,
    *INCOMING,
)
