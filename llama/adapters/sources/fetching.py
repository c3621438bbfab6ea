"""Asks HTTP servers, with limits on time and size; nobody is followed elsewhere."""

import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from llama.domain.errors import Misconfigured, Unavailable

SILENCE_S = 15.0
"""A server that says nothing for so long will not."""
TOTAL_S = 120.0
"""For a map of some megabytes over a bad line."""
_PIECE_BYTES = 65536


class _NoRedirect(HTTPRedirectHandler):
    """Follows nobody elsewhere: the operator has named the server that is trusted."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Refuse; the redirection then counts as an error of the server."""


def fetched(
    url: str,
    *,
    most_bytes: int,
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
    direct: bool = False,
) -> bytes:
    """Return what a server answers; `data` is sent by POST. `direct`: past any proxy.

    Unavailable if it does not answer as it should, Misconfigured if it refuses (401, 403, 404).
    Errors tell host and path, and nothing that was sent.
    """
    opener = build_opener(_NoRedirect(), *([ProxyHandler({})] if direct else []))
    # The callers' addresses begin with http:// or https://.
    request = Request(url, data=data, headers=dict(headers or {}))  # noqa: S310
    deadline = time.monotonic() + TOTAL_S
    try:
        with opener.open(request, timeout=SILENCE_S) as answer:
            return _read(answer, shown(url), most_bytes, deadline)
    except HTTPError as error:
        with error:
            code = error.code
    except (OSError, HTTPException) as error:
        raise Unavailable(f"{shown(url)} does not answer: {type(error).__name__}") from error
    if code in {401, 403, 404, 410}:
        raise Misconfigured(f"{shown(url)} answers {code}: it has no such thing for us")
    raise Unavailable(f"{shown(url)} answers {code}: look at that server")


def shown(url: str) -> str:
    """Return host and path of an address: without a user, a password, a query."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


class _Answer(Protocol):
    def read1(self, size: int, /) -> bytes: ...


def _read(answer: _Answer, said: str, most_bytes: int, deadline: float) -> bytes:
    content = bytearray()
    while piece := answer.read1(_PIECE_BYTES):
        content += piece
        if len(content) > most_bytes:
            raise Misconfigured(f"{said} answers with more than {most_bytes} bytes: too many")
        if time.monotonic() > deadline:
            raise Unavailable(f"{said} is too slow: its answer did not end in time")
    return bytes(content)
