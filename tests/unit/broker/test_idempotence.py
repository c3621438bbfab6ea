"""What is remembered of idempotent producers."""

from __future__ import annotations

from llama.embedded.broker.errors import ErrorCode
from llama.embedded.broker.idempotence import (
    Fresh,
    ProducerStates,
    Refused,
    Repeated,
    Sequences,
    last_sequence,
)

LAST = 2**31 - 1


def after(*batches: tuple[int, int]) -> ProducerStates:
    """Make producer 7, epoch 3, after (first, last) batches; offsets are 100 + first."""
    states = ProducerStates()
    for first, last in batches:
        states.remember(7, 3, Sequences(first, last, 100 + first))
    return states


def test_accepts_the_batch_that_comes_next():
    assert after((0, 4)).judge(7, 3, 5, count=2) == Fresh()


def test_knows_a_repeated_batch_by_its_sequences():
    states = after((0, 4), (5, 5))

    assert states.judge(7, 3, 0, count=5) == Repeated(100)
    assert states.judge(7, 3, 5, count=1) == Repeated(105)


def test_refuses_a_gap_and_a_step_back():
    states = after((0, 4))

    assert states.judge(7, 3, 6, count=1) == Refused(ErrorCode.OUT_OF_ORDER_SEQUENCE)
    assert states.judge(7, 3, 2, count=1) == Refused(ErrorCode.OUT_OF_ORDER_SEQUENCE)


def test_remembers_five_batches_only():
    states = after(*((n, n) for n in range(6)))

    assert states.judge(7, 3, 0, count=1) == Refused(ErrorCode.OUT_OF_ORDER_SEQUENCE)
    assert states.judge(7, 3, 1, count=1) == Repeated(101)


def test_a_new_epoch_starts_at_zero_and_fences_the_old_one():
    states = after((0, 4))

    assert states.judge(7, 4, 0, count=1) == Fresh()
    assert states.judge(7, 4, 5, count=1) == Refused(ErrorCode.OUT_OF_ORDER_SEQUENCE)
    assert states.judge(7, 2, 5, count=1) == Refused(ErrorCode.INVALID_PRODUCER_EPOCH)


def test_sequences_wrap_around():
    assert last_sequence(LAST, 2) == 0
    assert after((LAST - 1, LAST)).judge(7, 3, 0, count=1) == Fresh()


def test_an_unknown_producer_may_start_anywhere():
    assert ProducerStates().judge(9, 0, 55, count=1) == Fresh()


def test_forgets_the_producer_that_was_silent_longest():
    states = ProducerStates()
    for producer in range(5000):
        states.remember(producer, 0, Sequences(0, 0, producer))

    assert len(states) < 5000
    assert states.judge(0, 0, 9, count=1) == Fresh()
    assert states.judge(4999, 0, 0, count=1) == Repeated(4999)


def test_can_be_replayed():
    states, copy = after((0, 4), (5, 5)), ProducerStates()

    for producer, epoch, batch in states:
        copy.remember(producer, epoch, batch)

    assert list(copy) == list(states)
