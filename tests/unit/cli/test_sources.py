"""What `llama sources` says of a source."""

from datetime import timedelta

import pytest

from llama.cli.sources import remark_on
from llama.domain.sources.shown import listed_source
from schemas.sources import SourceStanding
from tests.support.facts import START

WORDS = "'sub' is no file of its own: it is left alone"


@pytest.mark.parametrize(
    ("connected", "error", "expected"),
    [(True, WORDS, WORDS), (False, WORDS, f"error: {WORDS}"), (False, "", "")],
)
def test_of_a_source_that_is_heard_there_are_remarks_and_no_errors(
    *, connected: bool, error: str, expected: str
) -> None:
    standing = SourceStanding(source="a", began_at=START, connected=connected, error=error)

    listed = listed_source(standing, seen_at=START, now=START + timedelta(seconds=1))

    assert remark_on(listed) == expected
