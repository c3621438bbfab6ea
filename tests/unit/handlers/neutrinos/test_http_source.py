"""Tracks over HTTP: what is asked, what is believed, and how long one waits."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.handler import NotYet
from llama.handlers.neutrinos.asking import Patience, shown, tracks_over_http
from llama.handlers.neutrinos.track import MAX_BYTES, tracks_to_bytes
from tests.unit.handlers.neutrinos.http_server import Answering, answering
from tests.unit.handlers.neutrinos.scene import AT, a_track

STOP = AT + timedelta(seconds=1000)


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as said:
        yield said


def test_the_answer_is_the_tracks(server: Answering) -> None:
    server.content = tracks_to_bytes([a_track("a"), a_track("b", late_s=1.0)])
    found = tracks_over_http(f"{server.url}?stream=gfu", AT, STOP)
    assert [track.id for track in found] == ["a", "b"]
    start, stop = "2023-09-14T11%3A14%3A01.000000Z", "2023-09-14T11%3A30%3A41.000000Z"
    assert server.asked == [f"/tracks?stream=gfu&start={start}&stop={stop}"]


@pytest.mark.parametrize("status", [202, 404])
def test_nothing_yet_is_no_error(server: Answering, status: int) -> None:
    server.status = status
    with pytest.raises(NotYet, match="nothing of that time yet"):
        tracks_over_http(server.url, AT, STOP)


@pytest.mark.parametrize("status", [302, 403, 500, 503])
def test_an_error_of_the_server_is_told_and_nobody_is_followed(
    server: Answering, status: int
) -> None:
    server.status, server.headers = status, {"Location": "http://127.0.0.1:1/elsewhere"}
    with pytest.raises(Unavailable, match=f"answers {status}"):
        tracks_over_http(server.url, AT, STOP)
    assert len(server.asked) == 1


@pytest.mark.parametrize("content", [b"<html>", b"{}", b'[{"id": "a"}]', b"\xff\xfe"])
def test_what_is_no_list_of_tracks_is_refused(server: Answering, content: bytes) -> None:
    server.content = content
    with pytest.raises(Unavailable, match="no list of tracks"):
        tracks_over_http(server.url, AT, STOP)


def test_an_answer_that_is_too_long_is_not_read_to_its_end(server: Answering) -> None:
    server.content = b" " * (MAX_BYTES + 1)
    with pytest.raises(Unavailable, match="too many"):
        tracks_over_http(server.url, AT, STOP)


def test_an_answer_that_takes_too_long_is_given_up(server: Answering) -> None:
    with pytest.raises(Unavailable, match="too slow"):
        tracks_over_http(server.url, AT, STOP, Patience(silence_s=10.0, total_s=-1.0))


def test_a_silent_server_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(Unavailable, match="does not answer"):
            tracks_over_http(url, AT, STOP, Patience(silence_s=0.05))


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    with pytest.raises(Unavailable) as caught:
        tracks_over_http(f"http://127.0.0.1:{port}/x?token=secret", AT, STOP)
    assert "secret" not in str(caught.value)
    assert shown("https://me:secret@host:8/a?b=secret") == "https://host:8/a"
    assert shown("http://me@[::1]:8/a") == "http://[::1]:8/a"


def test_other_schemes_are_refused() -> None:
    with pytest.raises(Misconfigured, match="no HTTP address"):
        tracks_over_http("file:///etc/hostname", AT, STOP)
