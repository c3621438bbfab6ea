"""The store of artifacts of a system on a disk: small ones in a table, all others as files."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from llama.adapters.artifact_table import ArtifactTable
from llama.adapters.artifacts import DiskArtifacts
from llama.domain.digests import Digest

SMALL_BYTES = 32 * 1024
"""Up to this size a row costs a fraction of a file; a larger one is better read from a file."""
TABLE = "small.sqlite"
_PAGE = 1000


class KeptArtifacts:
    """Keeps artifacts below a folder; several processes of one machine may share it."""

    def __init__(self, root: Path) -> None:
        self._files = DiskArtifacts(root)
        self._table = ArtifactTable(root / TABLE)

    async def put(self, content: bytes) -> Digest:
        """Keep some bytes; Unavailable if the disk refuses."""
        if len(content) <= SMALL_BYTES:
            return await self._table.put(content)
        return await self._files.put(content)

    async def put_all(self, contents: Sequence[bytes]) -> None:
        """Keep several, the small ones in one transaction; Unavailable if the disk refuses."""
        await self._files.put_all([one for one in contents if len(one) > SMALL_BYTES])
        await self._table.put_all([one for one in contents if len(one) <= SMALL_BYTES])

    async def get(self, digest: str) -> bytes:
        """Return the bytes, checked against the name."""
        content = self._table.get(digest)
        return await self._files.get(digest) if content is None else content

    async def has(self, digest: str) -> bool:
        """Tell whether there is an artifact of this name (its bytes are not checked)."""
        return self._table.has(digest) or await self._files.has(digest)

    async def place(self, digest: str, target: Path) -> None:
        """Check the bytes and put them as a read-only file at a path that must be free."""
        content = self._table.get(digest)
        if content is None:
            await self._files.place(digest, target)
            return
        with target.open("xb") as file:
            file.write(content)
        target.chmod(0o444)

    async def names(self) -> AsyncIterator[Digest]:
        """Go through the names of all artifacts."""
        last = ""
        while page := await asyncio.to_thread(self._table.names_after, last, limit=_PAGE):
            for last in page:
                yield last
        async for name in self._files.names():
            if not self._table.has(name):
                yield name

    def close(self) -> None:
        """Let go of the files that are open."""
        self._table.close()
