"""What names of events tell."""

import pytest

from schemas.base import why_test


@pytest.mark.parametrize(
    ("event", "why"),
    [("MS230425k", "mock event"), ("TS230425k", "test event"), ("S230914ak", None), ("XMS1", None)],
)
def test_an_event_is_a_test_by_the_beginning_of_its_name(event: str, why: str | None) -> None:
    assert why_test(event) == why
