"""Ask an HTTP server for what was in a time span: with limits on time and size."""

import time
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.handler import NotYet
from llama.handlers.neutrinos.records import records_from_bytes
from llama.handlers.neutrinos.track import MAX_BYTES, Track
from schemas.base import zulu

_PIECE_BYTES = 65536
_NO_ADDRESS = "the source is no HTTP address: write https://host:port/path"
_NOTHING_YET = (202, 204, 404, 425)
"""Answers that say: ask again later."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may take, in seconds."""

    silence_s: float = 10.0
    total_s: float = 60.0


class _NoRedirect(HTTPRedirectHandler):
    """Follows nobody elsewhere: the operator has named the server that is trusted."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Refuse; the redirection then counts as an error of the server."""


def tracks_over_http(
    url: str,
    start: datetime,
    stop: datetime,
    patience: Patience | None = None,
    *,
    direct: bool = False,
) -> tuple[Track, ...]:
    """Return what a server answers to `url?start=...&stop=...`, JSON as in `records`.

    NotYet if it has nothing for that time yet, Unavailable if it does not answer as it should.
    `direct`: past the proxy of the environment, for a server of one's own.
    """
    content = content_over_http(url, start, stop, patience, direct=direct)
    try:
        return records_from_bytes(content)
    except ValueError as error:
        raise Unavailable(
            f"{shown(url)} answers with what is no list of tracks: {error}"
        ) from error


def content_over_http(
    url: str,
    start: datetime,
    stop: datetime,
    patience: Patience | None = None,
    *,
    direct: bool = False,
) -> bytes:
    """Return what a server answers to `url?start=...&stop=...`, at most 8 MiB.

    NotYet if it has nothing for that time yet, Unavailable if it does not answer as it should.
    `direct`: past the proxy of the environment, for a server of one's own.
    """
    asked = _with_span(url, start, stop)
    return _content(asked, patience or Patience(), ProxyHandler({} if direct else None))


def shown(url: str) -> str:
    """Return a URL without its password and query: fit for files and messages.

    Misconfigured if it is no HTTP address.
    """
    parts = _parts(url)
    return urlunsplit(SplitResult(parts.scheme, _place(parts), parts.path, "", ""))


def _parts(url: str) -> SplitResult:
    """Split an HTTP address; one that is none is not repeated, for it may hold a password."""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:  # a port that is no number, a bracket that is not closed
        raise Misconfigured(_NO_ADDRESS) from error
    if not is_address:
        raise Misconfigured(_NO_ADDRESS)
    return parts


def _place(parts: SplitResult) -> str:
    """Return host and port, without the name and password that may stand before."""
    return parts.netloc.rpartition("@")[2]


def _with_span(url: str, start: datetime, stop: datetime) -> str:
    parts = _parts(url)
    query = [*parse_qsl(parts.query), ("start", zulu(start)), ("stop", zulu(stop))]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _content(url: str, patience: Patience, proxies: ProxyHandler) -> bytes:
    opener = build_opener(_NoRedirect(), proxies)
    request = Request(url, headers={"Accept": "application/json"})  # noqa: S310 - checked above
    deadline = time.monotonic() + patience.total_s
    try:
        with opener.open(request, timeout=patience.silence_s) as answer:
            if answer.status in _NOTHING_YET:
                raise NotYet(f"{shown(url)} has nothing of that time yet")
            return _read(answer, url, deadline)
    except HTTPError as error:
        with error:
            if error.code in _NOTHING_YET:
                raise NotYet(f"{shown(url)} has nothing of that time yet") from error
        raise Unavailable(f"{shown(url)} answers {error.code}: look at that server") from error
    except (OSError, HTTPException) as error:
        raise Unavailable(f"{shown(url)} does not answer: {error}") from error


class _Answer(Protocol):
    """What is read from, piece by piece."""

    def read1(self, size: int, /) -> bytes: ...


def _read(answer: _Answer, url: str, deadline: float) -> bytes:
    content = bytearray()
    while piece := answer.read1(_PIECE_BYTES):
        content += piece
        if len(content) > MAX_BYTES:
            raise Unavailable(f"{shown(url)} answers with more than {MAX_BYTES} bytes: too many")
        if time.monotonic() > deadline:
            raise Unavailable(f"{shown(url)} is too slow: its answer did not end in time")
    return bytes(content)
