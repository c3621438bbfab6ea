"""The examples of all message classes, one test each."""

import pytest

from schemas.base import Message
from schemas.examples import EXAMPLES


@pytest.fixture(params=EXAMPLES, ids=lambda example: type(example).__name__)
def example(request: pytest.FixtureRequest) -> Message:
    assert isinstance(request.param, Message)
    return request.param
