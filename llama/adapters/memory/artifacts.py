"""Artifacts in memory."""

import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from llama.domain.digests import Digest, digest_bytes
from llama.domain.errors import ArtifactCorrupt, ArtifactMissing


class MemoryArtifacts:
    """Keeps artifacts in a dictionary."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    async def put(self, content: bytes) -> Digest:
        """Keep some bytes."""
        digest = digest_bytes(content)
        self.contents[digest] = content
        return digest

    async def put_all(self, contents: Sequence[bytes]) -> None:
        """Keep several."""
        for content in contents:
            await self.put(content)

    async def get(self, digest: str) -> bytes:
        """Return the bytes, checked against the name."""
        if not await self.has(digest):
            raise ArtifactMissing(f"there is no artifact {digest}: put it first")
        content = self.contents[digest]
        if digest_bytes(content) != digest:
            raise ArtifactCorrupt(f"the bytes of artifact {digest} do not hash to it: put it again")
        return content

    async def has(self, digest: str) -> bool:
        """Tell whether there is an artifact of this name."""
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError(f"{digest!r} is no artifact's name: give 64 lower-case hex digits")
        return digest in self.contents

    async def place(self, digest: str, target: Path) -> None:
        """Write a read-only file with the bytes to a path that must be free."""
        content = await self.get(digest)
        with target.open("xb") as file:
            file.write(content)
        target.chmod(0o444)

    async def names(self) -> AsyncIterator[Digest]:
        """Go through the names of all artifacts."""
        for name in sorted(self.contents):
            yield Digest(name)
