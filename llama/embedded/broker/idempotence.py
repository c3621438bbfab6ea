"""What the broker remembers of idempotent producers, so that a batch sent twice is kept once."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from llama.embedded.broker.errors import ErrorCode

_REMEMBERED_BATCHES = 5  # a producer has at most this many requests in flight
_MAX_PRODUCERS = 4096  # per partition; the least recently heard is forgotten first
_LAST_SEQUENCE = 0x7FFFFFFF


class Sequences(NamedTuple):
    """The sequence numbers of one batch and the offset its first record has in the log."""

    first: int
    last: int
    base_offset: int


@dataclass(frozen=True, slots=True)
class Fresh:
    """The batch is the one that comes next."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The batch is in the log already, from this offset on."""

    base_offset: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The batch must not be written."""

    error: ErrorCode


Verdict: TypeAlias = Fresh | Repeated | Refused

_FRESH = Fresh()


@dataclass(slots=True)
class _Producer:
    epoch: int
    recent: deque[Sequences] = field(default_factory=lambda: deque(maxlen=_REMEMBERED_BATCHES))


def last_sequence(first: int, count: int) -> int:
    """Compute the sequence number of the last of `count` records; numbers wrap at 2**31."""
    return (first + count - 1) & _LAST_SEQUENCE


class ProducerStates:
    """The last batches of every producer of one partition."""

    def __init__(self) -> None:
        self._producers: OrderedDict[int, _Producer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._producers)

    def judge(self, producer_id: int, epoch: int, first: int, *, count: int) -> Verdict:
        """Decide about a batch before it is written.

        A producer the log knows nothing about may start anywhere: retention may have removed its
        records.
        """
        known = self._producers.get(producer_id)
        if known is None:
            return _FRESH
        if epoch < known.epoch:
            return Refused(ErrorCode.INVALID_PRODUCER_EPOCH)
        if epoch > known.epoch:
            return _FRESH if first == 0 else Refused(ErrorCode.OUT_OF_ORDER_SEQUENCE)
        return _judge_sequence(known.recent, first, last_sequence(first, count))

    def remember(self, producer_id: int, epoch: int, batch: Sequences) -> None:
        """Take note of a batch that is in the log now."""
        known = self._producers.get(producer_id)
        if known is None or known.epoch != epoch:
            known = self._producers[producer_id] = _Producer(epoch)
        known.recent.append(batch)
        self._producers.move_to_end(producer_id)
        if len(self._producers) > _MAX_PRODUCERS:
            self._producers.popitem(last=False)

    def __iter__(self) -> Iterator[tuple[int, int, Sequences]]:
        """All that is remembered, as (producer id, epoch, batch), in an order to replay it."""
        for producer_id, known in self._producers.items():
            for batch in known.recent:
                yield producer_id, known.epoch, batch


def _judge_sequence(recent: deque[Sequences], first: int, last: int) -> Verdict:
    for batch in recent:
        if batch.first == first and batch.last == last:
            return Repeated(batch.base_offset)
    if first == (recent[-1].last + 1) & _LAST_SEQUENCE:
        return _FRESH
    return Refused(ErrorCode.OUT_OF_ORDER_SEQUENCE)
