"""Compaction: of all records with one key, keep the last.

Works like Kafka's cleaner. A first pass over the records written since the last compaction notes
the last offset of each key; a second pass writes the closed segments again without the records that
have a later one. The newest segment is never touched. Both passes give way to the event loop often,
so that clients hardly notice.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llama.embedded.broker.log import PartitionLog
from llama.embedded.broker.records import Record, read_header, records_of, with_records
from llama.embedded.broker.recovery import (
    CLEANED_SUFFIX,
    SWAP_SUFFIX,
    install_swap,
    write_checkpoint,
)
from llama.embedded.broker.segment import Segment

logger = logging.getLogger(__name__)

_MAX_KEYS = 250_000  # about 40 MB of memory; further keys wait for the next compaction
_DIGEST_BYTES = 16


@dataclass(slots=True)
class KeyMap:
    """The last offset of every key among the records before `end`."""

    last_offsets: dict[bytes, int] = field(default_factory=dict[bytes, int])
    end: int = 0

    @property
    def is_full(self) -> bool:
        """Whether no more segments should be read into it."""
        return len(self.last_offsets) >= _MAX_KEYS

    def note(self, record: Record) -> None:
        """Remember a record as the last of its key."""
        self.last_offsets[_digest(record.key)] = record.offset

    def supersedes(self, record: Record) -> bool:
        """Whether a later record of the same key is known."""
        return self.last_offsets.get(_digest(record.key), -1) > record.offset


def is_due(log: PartitionLog, *, now_ms: int) -> bool:
    """Whether enough of a partition waits for compaction, or some of it too long."""
    if not log.config.is_compacted:
        return False
    closed = _closed_segments(log, now_ms=now_ms)
    dirty = [segment for segment in closed if segment.next_offset > log.cleaned]
    dirty_bytes = sum(segment.size for segment in dirty)
    if not dirty_bytes:
        return False
    waited_ms = now_ms - dirty[0].max_timestamp
    ratio = dirty_bytes / sum(segment.size for segment in closed)
    return ratio >= log.config.min_dirty_ratio or waited_ms > log.config.max_compaction_lag_ms


async def compact(log: PartitionLog, *, now_ms: int) -> None:
    """Compact the closed segments of a partition; stop when the partition is closed meanwhile."""
    closed = _closed_segments(log, now_ms=now_ms)
    keys = await _collect_keys(closed, since=log.cleaned)
    before = log.size
    oldest_tombstone_ms = now_ms - log.config.delete_retention_ms
    for group in _groups(closed, end=keys.end, max_bytes=log.config.segment_bytes):
        swap = await _rewrite(log.folder, group, keys=keys, oldest_tombstone_ms=oldest_tombstone_ms)
        if log.is_closed or any(segment not in log.segments for segment in group):
            swap.unlink(missing_ok=True)
            return
        _install(log, group, swap)
    log.cleaned = keys.end
    _checkpoint(log)
    logger.info(
        "partition_compacted partition=%s bytes=%d from=%d", log.folder.name, log.size, before
    )


def _closed_segments(log: PartitionLog, *, now_ms: int) -> list[Segment]:
    newest_ms = now_ms - log.config.min_compaction_lag_ms
    closed: list[Segment] = []
    for segment in log.segments[:-1]:
        if segment.max_timestamp > newest_ms:
            break
        closed.append(segment)
    return closed


async def _collect_keys(closed: Sequence[Segment], *, since: int) -> KeyMap:
    keys = KeyMap(end=since)
    for segment in closed:
        if segment.next_offset <= since:
            continue
        if keys.is_full:
            break
        for batch in segment.batches():
            for record in records_of(batch) or ():
                keys.note(record)
            await asyncio.sleep(0)
        keys.end = segment.next_offset
    return keys


def _groups(closed: Sequence[Segment], *, end: int, max_bytes: int) -> Iterator[list[Segment]]:
    """Neighbouring segments before `end`, as many at a time as fit into one."""
    group: list[Segment] = []
    for segment in closed:
        if segment.next_offset > end:
            break
        if group and sum(member.size for member in group) + segment.size > max_bytes:
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


async def _rewrite(
    folder: Path, group: Sequence[Segment], *, keys: KeyMap, oldest_tombstone_ms: int
) -> Path:
    first, end = _bases(group)
    cleaned = folder / f"{first}-{end}{CLEANED_SUFFIX}"
    with cleaned.open("wb") as file:
        for segment in group:
            for batch in segment.batches():
                file.write(_thinned(batch, keys, oldest_tombstone_ms=oldest_tombstone_ms))
                await asyncio.sleep(0)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    return cleaned


def _thinned(batch: bytes, keys: KeyMap, *, oldest_tombstone_ms: int) -> bytes:
    records = records_of(batch)
    if records is None:
        return batch
    every = list(records)
    kept = [
        record
        for record in every
        if _is_kept(record, keys, oldest_tombstone_ms=oldest_tombstone_ms)
    ]
    if len(kept) == read_header(batch).record_count:
        return batch
    return with_records(batch, kept) if kept else b""


def _is_kept(record: Record, keys: KeyMap, *, oldest_tombstone_ms: int) -> bool:
    if record.key is None:
        return True
    if keys.supersedes(record):
        return False
    is_old_tombstone = record.value is None and record.timestamp < oldest_tombstone_ms
    return not is_old_tombstone or record.offset == keys.end - 1


def _install(log: PartitionLog, group: Sequence[Segment], cleaned: Path) -> None:
    first, end = _bases(group)
    _checkpoint(log)
    swap = cleaned.replace(cleaned.with_suffix(SWAP_SUFFIX))
    for segment in group:
        segment.close()
    install_swap(log.folder, swap, first=first, end=end)
    at = log.segments.index(group[0])
    log.segments[at : at + len(group)] = _reopened(log.folder, first)


def _bases(group: Sequence[Segment]) -> tuple[int, int]:
    return group[0].base_offset, group[-1].base_offset + 1


def _reopened(folder: Path, base_offset: int) -> list[Segment]:
    if not (folder / f"{base_offset:020d}.log").exists():
        return []
    segment = Segment(folder, base_offset)
    segment.recover(verify=False, on_batch=lambda _: None)
    return [segment]


def _checkpoint(log: PartitionLog) -> None:
    log.segments[-1].flush()
    write_checkpoint(
        log.folder, through=log.end_offset, cleaned=log.cleaned, producers=log.producers
    )


def _digest(key: bytes | None) -> bytes:
    return hashlib.blake2b(key or b"", digest_size=_DIGEST_BYTES).digest()
