"""What the broker knows besides records: topics, committed offsets, producer ids.

It is changed only through the journal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from llama.embedded.broker import journal as entries
from llama.embedded.broker.journal import Entry, Journal, TopicEntry
from llama.embedded.broker.log import PartitionLog
from llama.embedded.broker.topic_config import TopicConfig, parse_config

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
_PRODUCER_ID_BLOCK = 1000


@dataclass(slots=True)
class Topic:
    """A topic and its open partitions; the position in `logs` is the partition number."""

    name: str
    incarnation: int
    partitions: int
    config: TopicConfig
    starts: dict[int, int] = field(default_factory=dict[int, int])
    logs: list[PartitionLog] = field(default_factory=list[PartitionLog])


@dataclass(frozen=True, slots=True)
class Committed:
    """How far a group has read a partition, with the note it left."""

    offset: int
    metadata: str


def is_legal_name(name: str) -> bool:
    """Whether a topic may have this name: Kafka's rule, which makes it safe as a folder name."""
    return bool(_NAME.fullmatch(name)) and name not in {".", ".."}


class Catalogue:
    """The broker's own state, replayed from the journal in `folder` when it is made."""

    def __init__(self, folder: Path, *, now_ms: Callable[[], int], fsync: bool = False) -> None:
        self._folder = folder / "partitions"
        self._now_ms = now_ms
        self._fsync = fsync
        self.topics: dict[str, Topic] = {}
        self.offsets: dict[str, dict[tuple[str, int], Committed]] = {}
        self._next_incarnation = 0
        self._next_producer_id = 0
        self._reserved_below = 0
        self._journal = Journal(
            folder / "journal.jsonl", apply=self._apply, snapshot=self._snapshot, fsync=fsync
        )
        self._next_producer_id = self._reserved_below
        for topic in self.topics.values():
            self._open_logs(topic)
        self._sweep()

    def close(self) -> None:
        """Close the journal and every partition."""
        for log in self.logs():
            log.close()
        self._journal.close()

    def logs(self) -> Iterator[PartitionLog]:
        """Every partition of every topic."""
        for topic in list(self.topics.values()):
            yield from list(topic.logs)

    def log(self, topic: str, partition: int) -> PartitionLog | None:
        """Find the log of a partition; None when there is no such partition."""
        found = self.topics.get(topic)
        return found.logs[partition] if found and 0 <= partition < len(found.logs) else None

    def create_topic(self, name: str, partitions: int, *, config: Mapping[str, str]) -> None:
        """Make a topic; the caller has checked its name and configuration."""
        self._journal.write(
            entries.TopicCreated(name, self._next_incarnation, partitions, dict(config))
        )
        self._open_logs(self.topics[name])

    def delete_topic(self, name: str) -> None:
        """Remove a topic, its records and the offsets committed for it."""
        logs = self.topics[name].logs
        self._journal.write(entries.TopicDeleted(name))
        for log in logs:
            log.delete()

    def add_partitions(self, name: str, partitions: int) -> None:
        """Let a topic have more partitions than before."""
        self._journal.write(entries.PartitionsAdded(name, partitions))
        self._open_logs(self.topics[name])

    def configure(self, name: str, config: Mapping[str, str]) -> None:
        """Replace the configuration of a topic."""
        self._journal.write(entries.TopicConfigured(name, dict(config)))
        for log in self.topics[name].logs:
            log.config = self.topics[name].config

    def delete_before(self, topic: str, partition: int, *, offset: int) -> None:
        """Forget the records of a partition before an offset."""
        self._journal.write(entries.LogStartMoved(topic, partition, offset))
        self.topics[topic].logs[partition].delete_before(offset)

    def commit(self, group: str, positions: list[tuple[str, int, int, str]]) -> None:
        """Remember how far a group has read: (topic, partition, offset, metadata)."""
        self._journal.write(entries.OffsetsCommitted(group, positions))

    def delete_group(self, group: str) -> None:
        """Forget the offsets a group has committed."""
        self._journal.write(entries.GroupDeleted(group))

    def new_producer_id(self) -> int:
        """Give out a producer id that nobody ever got, not even before a crash."""
        if self._next_producer_id >= self._reserved_below:
            self._journal.write(
                entries.ProducerIdsReserved(self._next_producer_id + _PRODUCER_ID_BLOCK)
            )
        self._next_producer_id += 1
        return self._next_producer_id - 1

    def _open_logs(self, topic: Topic) -> None:
        for partition in range(len(topic.logs), topic.partitions):
            log = PartitionLog(
                self._partition_folder(topic, partition),
                topic.config,
                now_ms=self._now_ms,
                fsync=self._fsync,
                start_offset=topic.starts.get(partition, 0),
            )
            topic.logs.append(log)

    def _partition_folder(self, topic: Topic, partition: int) -> Path:
        return self._folder / f"{topic.name}.{topic.incarnation}-{partition}"

    def _sweep(self) -> None:
        """Remove the folders of topics whose deletion a crash interrupted."""
        known = {log.folder for log in self.logs()}
        for folder in self._folder.glob("*"):
            if folder not in known:
                PartitionLog(folder, parse_config({}), now_ms=self._now_ms).delete()

    def _apply(self, entry: Entry) -> None:
        match entry:
            case entries.ProducerIdsReserved(below):
                self._reserved_below = max(self._reserved_below, below)
            case entries.OffsetsCommitted(group, positions):
                committed = self.offsets.setdefault(group, {})
                for topic, partition, offset, metadata in positions:
                    committed[topic, partition] = Committed(offset, metadata)
            case entries.GroupDeleted(group):
                self.offsets.pop(group, None)
            case _:
                self._apply_to_topic(entry)

    def _apply_to_topic(self, entry: TopicEntry) -> None:
        match entry:
            case entries.TopicCreated(name, incarnation, partitions, config):
                self.topics[name] = Topic(name, incarnation, partitions, parse_config(config))
                self._next_incarnation = max(self._next_incarnation, incarnation + 1)
            case entries.PartitionsAdded(name, partitions):
                self.topics[name].partitions = partitions
            case entries.TopicConfigured(name, config):
                self.topics[name].config = parse_config(config)
            case entries.TopicDeleted(name):
                self._forget_topic(name)
            case entries.LogStartMoved(topic, partition, offset):
                self.topics[topic].starts[partition] = offset

    def _forget_topic(self, name: str) -> None:
        del self.topics[name]
        for group, committed in list(self.offsets.items()):
            kept = {key: value for key, value in committed.items() if key[0] != name}
            if kept:
                self.offsets[group] = kept
            else:
                del self.offsets[group]

    def _snapshot(self) -> Iterator[Entry]:
        yield entries.ProducerIdsReserved(self._reserved_below)
        for topic in self.topics.values():
            yield entries.TopicCreated(
                topic.name, topic.incarnation, topic.partitions, dict(topic.config.overrides)
            )
            for partition, offset in topic.starts.items():
                yield entries.LogStartMoved(topic.name, partition, offset)
        for group, committed in self.offsets.items():
            positions = [(*key, value.offset, value.metadata) for key, value in committed.items()]
            yield entries.OffsetsCommitted(group, positions)
