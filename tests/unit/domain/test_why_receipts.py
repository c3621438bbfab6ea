"""Of a receipt its reason is told: why something was published, or not."""

import pytest

from llama.domain.why_text import said_in

BECAUSE = b'{"answer": {"because": "there is no p-value", "notices": []}, "event": "S1"}'


def test_the_reason_in_a_receipt_is_told() -> None:
    assert said_in(BECAUSE) == "there is no p-value"


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b'{"answer": 1}', b'{"answer": {"because": 1}}', b"SIMPLE"]
)
def test_other_files_have_no_such_reason(content: bytes) -> None:
    assert said_in(content) == ""
