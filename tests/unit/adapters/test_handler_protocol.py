"""What a child says is read from any pieces, and what is no reply is refused."""

import io

import pytest

from llama.adapters.processes.protocol import (
    ALL_SMALL_BYTES,
    MAX_LINE_BYTES,
    Incoming,
    Reply,
    Request,
    request_from,
)

MADE = Reply(
    "made",
    aspects={"a.txt": {"first": "0" * 64}},
    resident_bytes=5,
    left=("large.dat",),
    files={"a.txt": b"one\ntwo\n", "b.txt": b"", "c.txt": bytes(300)},
)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_a_reply_is_put_together_from_pieces(size: int) -> None:
    said, incoming = MADE.packed(), Incoming()
    pieces = [said[at : at + size] for at in range(0, len(said), size)]

    *before, last = [incoming.add(piece) for piece in pieces]

    assert not any(before)
    assert last is not None
    assert (last.files, last.aspects, last.left) == (MADE.files, MADE.aspects, MADE.left)


def test_replies_follow_each_other() -> None:
    incoming = Incoming()

    kinds = [incoming.add(one.packed()) for one in (Reply("ready"), MADE, Reply("warm"))]

    assert [one.kind for one in kinds if one] == ["ready", "made", "warm"]


@pytest.mark.parametrize(
    "said",
    [
        b"no JSON\n",
        b"[]\n",
        b'{"kind": "unknown"}\n',
        b'{"kind": "failed", "error": "unknown"}\n',
        b'{"kind": "made", "aspects": 5}\n',
        b'{"kind": "made", "sizes": {"a": -1}}\n',
        b'{"kind": "made", "sizes": {"a": 1e99}}\n',
        b'{"kind": "made", "sizes": {"a": %d}}\n' % (ALL_SMALL_BYTES + 1),
        b'{"kind": "made", "sizes": {"a": 1}}\nxy',
        b" " * (MAX_LINE_BYTES + 1),
        Reply("ready").packed() * 2,
    ],
)
def test_what_is_no_reply_is_refused(said: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|Input should|parse|bytes"):
        Incoming().add(said)


def test_files_in_the_line_itself_are_not_believed() -> None:
    reply = Incoming().add(b'{"kind": "made", "files": {"a": "text"}}\n')

    assert reply is not None
    assert reply.files == {}


def test_a_request_is_read_with_its_files() -> None:
    request = Request("run", handler="H", placed=("p",), files={"a": b"x\ny", "b": b""})

    assert request_from(io.BytesIO(request.packed())) == request


def test_a_request_that_was_cut_short_is_none() -> None:
    said = Request("run", files={"a": b"xy"}).packed()

    assert request_from(io.BytesIO(said[:-1])) is None
    assert request_from(io.BytesIO()) is None
