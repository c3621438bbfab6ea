"""Histories for git clients: one `git upload-pack` for each request, bounded in every way."""

import asyncio
import contextlib
import os
import re
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from llama.adapters.git.command import command_line
from llama.adapters.git.names import checked_event
from llama.adapters.git.packets import admitted, objects_in, packets_of
from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.shards import repository_of
from llama.domain.errors import Unavailable

_SETTINGS = {
    # Namespaces keep refs apart, not objects: none may be had that was not advertised.
    "uploadpack.allowTipSHA1InWant": "false",
    "uploadpack.allowReachableSHA1InWant": "false",
    "uploadpack.allowAnySHA1InWant": "false",
    "uploadpack.allowFilter": "false",
    "uploadpack.allowRefInWant": "false",
    "transfer.advertiseObjectInfo": "false",
    "pack.threads": "1",
    "pack.windowMemory": "32m",
}
_AT_ONCE = 4
"""A clone keeps a core busy."""
_PATIENCE_S = 10.0
"""How long one more may wait for its turn: a usual clone takes less than a second."""
_CHUNK = 1 << 16
_PROTOCOL = re.compile(r"version=[012]")
_SERVICE = b"001e# service=git-upload-pack\n0000"


class GitRepositories:
    """Serves every event as a repository of its own, which only gives."""

    def __init__(
        self,
        folder: Path,
        reader: GitHistoryReader,
        *,
        at_once: int = _AT_ONCE,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._folder = folder
        self._reader = reader
        self._turns = asyncio.Semaphore(at_once)
        self._patience_s = patience_s
        self._ending: set[asyncio.Task[None]] = set()

    async def has(self, event: str) -> bool:
        """Tell whether an event has a history; ValueError if that is no event's name."""
        return await self._reader.head(event) is not None

    async def advertise(self, event: str, *, protocol: str) -> AsyncGenerator[bytes]:
        """Say what there is to fetch; Unavailable if too many are fetching already."""
        beginning = b"" if _version(protocol) == "version=2" else _SERVICE
        process = await self._start(event, protocol, "--advertise-refs")
        return await _begun(self._told(process, b"", beginning))

    async def answer(self, event: str, request: bytes, *, protocol: str) -> AsyncGenerator[bytes]:
        """Answer a request to list or to fetch; RepositoryRefused, Unavailable."""
        packets = packets_of(request)
        asked = objects_in(packets)
        known = {await self._reader.head(event)}
        if not asked <= known:
            known = {revision.commit for revision in await self._reader.log(event)}
        clean = admitted(packets, known=asked & known)
        process = await self._start(event, protocol)
        return await _begun(self._told(process, clean, b""))

    async def _start(self, event: str, protocol: str, *options: str) -> Process:
        await self._take_turn()
        try:
            return await _upload_pack(self._folder, event, _version(protocol), options)
        except BaseException:
            self._turns.release()
            raise

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._turns.acquire()
        except TimeoutError as error:
            message = "too many clones and fetches are under way"
            raise Unavailable(f"{message}: try again in a minute") from error

    async def _told(
        self, process: Process, request: bytes, beginning: bytes
    ) -> AsyncGenerator[bytes]:
        feeding = asyncio.create_task(_feed(process, request))
        try:
            yield b""
            yield beginning
            while process.stdout and (chunk := await process.stdout.read(_CHUNK)):
                yield chunk
        finally:
            feeding.cancel()
            # A task of its own: who reads may be cancelled, and then waits for nothing any more.
            ending = asyncio.create_task(self._end(process))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _end(self, process: Process) -> None:
        """End git and what it has started, if its reader has gone before its end."""
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
        while process.stdout and await process.stdout.read(_CHUNK):
            pass
        await process.wait()
        self._turns.release()


async def _begun(told: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Return a generator which has begun, so that closing it ends what it has to end."""
    await anext(told)
    return told


def _version(protocol: str) -> str:
    """Return the version of the protocol that a client asks for: 0 unless it is known here."""
    return protocol if _PROTOCOL.fullmatch(protocol) else "version=0"


async def _upload_pack(folder: Path, event: str, protocol: str, options: Sequence[str]) -> Process:
    root = repository_of(folder, event)
    command = command_line(
        root,
        *("upload-pack", "--strict", "--stateless-rpc", *options, str(root)),
        # Whoever serves need not be who writes.
        settings={**_SETTINGS, "safe.directory": str(root)},
        variables={"GIT_NAMESPACE": checked_event(event), "GIT_PROTOCOL": protocol},
    )
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(f"git does not start: {error}; install git") from error


async def _feed(process: Process, request: bytes) -> None:
    if process.stdin:
        with contextlib.suppress(ConnectionError):
            process.stdin.write(request)
            await process.stdin.drain()
        process.stdin.close()
