"""One POST by HTTP/1.1, such that it is known whether any of it can have arrived.

No proxies, no redirections, no second try, and of the answer nothing is read but its status.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from llama.domain.errors import Misconfigured

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
LONGEST_LINE = 8192
MOST_LINES = 200
"""Of what comes before the answer: a receiver that says more is none."""
_NEARBY = frozenset({"127.0.0.1", "::1", "localhost"})
_PLAIN = re.compile(r"[!-~]{1,2000}")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: .*)?", re.DOTALL)


class HungUp(ValueError):
    """The connection was closed before there was an answer."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is posted to. All of it is a secret."""

    host: str = field(repr=False)
    port: int = field(repr=False)
    path: str = field(repr=False)
    """With the query."""
    authority: str = field(repr=False)
    is_encrypted: bool


def target_of(url: str, what: str) -> Target:
    """Read the address of a webhook; Misconfigured if it is none, which does not repeat it.

    It is https://, but on this machine; `what` says where it was read.
    """
    parts = _split(url, what)
    host = parts.hostname or ""
    is_encrypted = parts.scheme == "https"
    if not host or not (is_encrypted or (parts.scheme == "http" and host in _NEARBY)):
        raise _wrong(what, "http:// is for this machine alone: give an address with https://")
    if "@" in parts.netloc:
        raise _wrong(what, "a user or a password before the host is not sent: leave it out")
    port = parts.port or (443 if is_encrypted else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path, parts.netloc, is_encrypted)


async def opened(target: Target) -> Connection:
    """Connect; nothing of what is to be said goes out yet. OSError or ValueError if it fails."""
    context = ssl.create_default_context() if target.is_encrypted else None
    return await asyncio.open_connection(target.host, target.port, ssl=context, limit=LONGEST_LINE)


async def posted(
    connection: Connection, target: Target, headers: Mapping[str, str], content: bytes
) -> int:
    """Send a content and return the status of the answer; the connection is closed then.

    OSError or ValueError if there is no answer, or it is none.
    """
    reader, writer = connection
    try:
        writer.write(_head(target, headers, len(content)) + content)
        await writer.drain()
        return await _status(reader)
    finally:
        writer.transport.abort()  # what was not sent by now never is


def _head(target: Target, headers: Mapping[str, str], size: int) -> bytes:
    said = {
        "Host": target.authority,
        "User-Agent": "llama",
        "Connection": "close",
        **headers,
        "Content-Length": str(size),
    }
    lines = (f"POST {target.path} HTTP/1.1", *(f"{name}: {said[name]}" for name in said), "", "")
    return "\r\n".join(lines).encode("ascii")


async def _status(reader: asyncio.StreamReader) -> int:
    """Read the status of the answer: what says 1xx is followed by another one."""
    is_first = True
    for _ in range(MOST_LINES):
        line = await reader.readline()
        if is_first and (status := _status_in(line)) >= 200:
            return status
        is_first = not line.strip()
    raise ValueError("there is no end of what comes before the answer")


def _status_in(line: bytes) -> int:
    if not line:
        raise HungUp("nothing was answered")
    found = _STATUS.fullmatch(line.strip())
    if found is None:
        raise ValueError("what was answered is no HTTP/1.1")
    return int(found[1])


def _split(url: str, what: str) -> SplitResult:
    """Take an address apart; also its port, which is looked at when it is asked for."""
    if _PLAIN.fullmatch(url):
        with suppress(ValueError):  # which would repeat the address
            parts = urlsplit(url)
            if parts.port != 0:
                return parts
    raise _wrong(what, "it holds no address: give one with https://, in one line")


def _wrong(what: str, why: str) -> Misconfigured:
    return Misconfigured(f"{what}: {why}")
