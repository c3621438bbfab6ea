"""Small artifacts as rows of one SQLite file: a file for each costs the kernel half a millisecond.

Several processes of one machine may share it. What is put at the same time becomes durable
together, in one transaction.
"""

import asyncio
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama.domain.digests import Digest, digest_bytes
from llama.domain.errors import ArtifactCorrupt, Unavailable

BUSY_S = 15.0
"""Whoever writes holds the file for milliseconds."""
_SETTINGS = ("pragma journal_mode = wal", "pragma synchronous = full")
_TABLE = """
create table if not exists artifacts (
    digest text primary key check (length(digest) = 64), content blob not null
) without rowid
"""
_PUT = """
insert into artifacts (digest, content) values (?, ?)
on conflict (digest) do update set content = excluded.content where content <> excluded.content
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    rows: Sequence[tuple[Digest, bytes]]
    kept: "asyncio.Future[None]"

    def accept(self) -> None:
        if not self.kept.done():
            self.kept.set_result(None)

    def refuse(self, error: Exception) -> None:
        if not self.kept.done():
            self.kept.set_exception(error)


class ArtifactTable:
    """Rows of bytes by their digests; the file is opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reading: sqlite3.Connection | None = None
        self._writing: sqlite3.Connection | None = None
        """Of the thread that writes: who reads does not wait for the disk."""
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, content: bytes) -> Digest:
        """Keep some bytes; see `put_all`."""
        digest = digest_bytes(content)
        await self._keep([(digest, content)])
        return digest

    async def put_all(self, contents: Sequence[bytes]) -> None:
        """Keep some contents, together with all that comes in meanwhile.

        Unavailable if the disk refuses.
        """
        if contents:
            await self._keep([(digest_bytes(one), one) for one in contents])

    async def _keep(self, rows: Sequence[tuple[Digest, bytes]]) -> None:
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(rows, kept))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await kept

    def get(self, digest: str) -> bytes | None:
        """Return the bytes, checked against the name; None if they are not here."""
        [row] = self._read("select content from artifacts where digest = ?", digest) or [None]
        if row is None:
            return None
        content: bytes = row[0]
        if digest_bytes(content) != digest:
            message = f"the {len(content)} bytes of {digest} in {self._path} do not hash to it"
            raise ArtifactCorrupt(f"{message}: put or restore them again")
        return content

    def has(self, digest: str) -> bool:
        """Tell whether there is an artifact of this name (its bytes are not checked)."""
        return bool(self._read("select 1 from artifacts where digest = ?", digest))

    def names_after(self, digest: str, *, limit: int) -> Sequence[Digest]:
        """Return the next names in their order; '' is before all."""
        following = "select digest from artifacts where digest > ? order by digest limit ?"
        return [Digest(name) for (name,) in self._read(following, digest, limit)]

    def close(self) -> None:
        """Let go of the file; it is opened again if need be."""
        for connection in (self._reading, self._writing):
            if connection:
                connection.close()
        self._reading = self._writing = None

    async def _write(self) -> None:
        """Keep what waits, and what came in meanwhile, until nothing does."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._insert, batch)
            except Unavailable as error:
                for one in batch:
                    one.refuse(error)
            else:
                for one in batch:
                    one.accept()

    def _insert(self, batch: Sequence[_Waiting]) -> None:
        with self._translated():
            self._writing = self._writing or self._open()
            with self._writing as connection:
                connection.execute("begin immediate")
                connection.executemany(_PUT, [row for one in batch for row in one.rows])

    def _read(self, statement: str, *arguments: object) -> Sequence[tuple[Any, ...]]:
        with self._translated():
            self._reading = self._reading or self._open()
            return self._reading.execute(statement, arguments).fetchall()

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            message = f"the small artifacts in {self._path} cannot be used: {error}"
            raise Unavailable(
                f"{message}; free space or repair the disk, then try again"
            ) from error

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            for statement in (*_SETTINGS, _TABLE):
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection
