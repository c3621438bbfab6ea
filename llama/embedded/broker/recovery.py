"""Bringing a partition back from disk: its segments, and what producers sent last."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import orjson

from llama.embedded.broker.idempotence import ProducerStates, Sequences, last_sequence
from llama.embedded.broker.journal import replace_file
from llama.embedded.broker.records import BatchHeader
from llama.embedded.broker.segment import SUFFIX, Segment

logger = logging.getLogger(__name__)

CLEANED_SUFFIX = ".cleaned"
SWAP_SUFFIX = ".swap"
_CHECKPOINT = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What compaction must leave behind, because the log alone no longer tells it.

    Producers are as they were when the log ended at `through`; everything before `cleaned` is
    compacted.
    """

    through: int
    cleaned: int
    producers: list[tuple[int, int, int, int, int]]


@dataclass(frozen=True, slots=True)
class Recovered:
    """A partition as found on disk; `segments` is empty for one that was never written."""

    segments: list[Segment]
    producers: ProducerStates
    cleaned: int


def recover_partition(folder: Path) -> Recovered:
    """Open the segments of a partition; settle what a crash interrupted.

    Only the last segment can be torn (earlier ones were flushed when they were closed), so only its
    checksums are verified.
    """
    if not folder.exists():
        return Recovered([], ProducerStates(), 0)
    _settle_compaction(folder)
    checkpoint = _read_checkpoint(folder)
    producers = _producers_of(checkpoint)
    recovered = Recovered([], producers, checkpoint.cleaned)

    def follow(header: BatchHeader) -> None:
        if header.base_offset >= checkpoint.through:
            note_producer(producers, header)

    bases = sorted(int(path.stem) for path in folder.glob("*" + SUFFIX))
    for base in bases:
        segment = Segment(folder, base)
        recovered.segments.append(segment)
        cut = segment.recover(verify=base == bases[-1], on_batch=follow)
        if cut:
            logger.warning("torn_tail_truncated segment=%s bytes=%d", segment.path, cut)
    return recovered


def write_checkpoint(
    folder: Path, *, through: int, cleaned: int, producers: ProducerStates
) -> None:
    """Record what is known now; call before the first compacted segment is put in place."""
    rows = [(producer_id, epoch, *batch) for producer_id, epoch, batch in producers]
    state = {"through": through, "cleaned": cleaned, "producers": rows}
    replace_file(folder / _CHECKPOINT, orjson.dumps(state))


def note_producer(producers: ProducerStates, header: BatchHeader) -> None:
    """Let the producers' memory follow a batch that is in the log."""
    if header.producer_id >= 0:
        last = last_sequence(header.base_sequence, header.last_offset_delta + 1)
        batch = Sequences(header.base_sequence, last, header.base_offset)
        producers.remember(header.producer_id, header.producer_epoch, batch)


def _settle_compaction(folder: Path) -> None:
    """Drop unfinished `.cleaned` files; put `.swap` files, which are whole, in their places."""
    for unfinished in folder.glob("*" + CLEANED_SUFFIX):
        unfinished.unlink()
    for swap in sorted(folder.glob("*" + SWAP_SUFFIX)):
        first, end = map(int, swap.stem.split("-"))
        install_swap(folder, swap, first=first, end=end)


def install_swap(folder: Path, swap: Path, *, first: int, end: int) -> None:
    """Replace the segments with base offsets in [first, end) by one compacted file; safe to repeat.

    An empty file is kept only at the front, where its name says at which offset the log starts.
    """
    bases = {int(path.stem): path for path in folder.glob("*" + SUFFIX)}
    for base, path in bases.items():
        if first <= base < end:
            path.unlink()
    if swap.stat().st_size or first <= min(bases, default=first):
        swap.replace(folder / f"{first:020d}{SUFFIX}")
    else:
        swap.unlink()


def _read_checkpoint(folder: Path) -> Checkpoint:
    path = folder / _CHECKPOINT
    if not path.exists():
        return Checkpoint(0, 0, [])
    return Checkpoint(**orjson.loads(path.read_bytes()))


def _producers_of(checkpoint: Checkpoint) -> ProducerStates:
    producers = ProducerStates()
    for producer_id, epoch, first, last, base_offset in checkpoint.producers:
        producers.remember(producer_id, epoch, Sequences(first, last, base_offset))
    return producers
