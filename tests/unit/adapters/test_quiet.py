"""What a library says again and again is passed on once in a while."""

import logging

import pytest

from llama.adapters.kafka.quiet import SAID_AGAIN_AFTER_S, OnceInAWhile, quiet


def said_at(second: float, text: str = "no %s", figure: int = 0) -> logging.LogRecord:
    record = logging.LogRecord("aiokafka", logging.WARNING, "", 0, text, (figure,), None)
    record.created = second
    return record


def test_the_same_line_passes_again_when_it_is_time() -> None:
    seldom = OnceInAWhile()
    moments = (0.0, 0.1, 30.0, SAID_AGAIN_AFTER_S, SAID_AGAIN_AFTER_S + 1)

    passed = [second for second in moments if seldom.filter(said_at(second))]

    assert passed == [0.0, SAID_AGAIN_AFTER_S]


def test_other_figures_are_the_same_line_and_other_words_are_not() -> None:
    seldom = OnceInAWhile()

    assert seldom.filter(said_at(0.0, "no %s", 1))
    assert not seldom.filter(said_at(0.1, "no %s", 2))
    assert seldom.filter(said_at(0.2, "lost %s", 1))


def test_a_clock_that_was_set_back_silences_nothing() -> None:
    seldom = OnceInAWhile()

    assert seldom.filter(said_at(1000.0))
    assert seldom.filter(said_at(0.0))


@pytest.mark.parametrize("name", ["aiokafka", "aiokafka.conn", "aiokafka.consumer.fetcher"])
def test_it_ends_with_the_block(name: str, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger(name)
    caplog.set_level(logging.WARNING, logger=name)

    with quiet():
        for _ in range(3):
            logger.warning("within")
    for _ in range(3):
        logger.warning("after")

    assert caplog.messages == ["within", *["after"] * 3]
