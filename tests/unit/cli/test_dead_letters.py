"""What `llama dlq` says of a letter."""

import pytest

from llama.cli.dead_letters import came_from, told_of
from llama.domain.letters import ShownLetter
from schemas.facts import Origin, Source
from schemas.reports import DeadLetter, DeadLetterClosed, RefusalReason
from tests.support.facts import START

PLACE = Source(topic="llama.v1.intake", partition=0, offset=5)
ORIGIN = Origin(source="gcn", topic="gcn.notices.icecube", partition=2, offset=7)
WORDS = "llama.v1.intake, partition 0, offset 5"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (None, "a file"),
        (PLACE, WORDS),
        (PLACE.model_copy(update={"origin": ORIGIN}), f"gcn (gcn.notices.icecube), by {WORDS}"),
    ],
)
def test_the_source_that_brought_a_copy_is_named(source: Source | None, expected: str) -> None:
    letter = DeadLetter(
        id="a", occurred_at=START, reason=RefusalReason.NOT_JSON, source=source, raw=None, size=0
    )

    assert came_from(letter) == expected


def test_a_digest_fits_on_a_line_of_80() -> None:
    letter = DeadLetter(
        id="a", occurred_at=START, reason=RefusalReason.NOT_JSON, source=None, raw="d" * 64, size=0
    )
    closing = DeadLetterClosed(id="b", occurred_at=START, letter="a", state="redriven")

    told = told_of(ShownLetter(letter, closing, after="c", copies=2))

    assert max(len(name) for name, _ in told) + len("  ") + 64 <= 80
