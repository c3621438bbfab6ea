"""The store of bytes, named by what they are."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

from llama.domain.digests import Digest


class Artifacts(Protocol):
    """Content-addressed: an artifact's name is the SHA-256 of its bytes."""

    async def put(self, content: bytes) -> Digest:
        """Keep some bytes; once this returns they survive a crash of the machine."""
        ...

    async def put_all(self, contents: Sequence[bytes]) -> None:
        """Keep several at once; once this returns they survive a crash of the machine."""
        ...

    async def get(self, digest: str) -> bytes:
        """Return the bytes; ArtifactMissing or ArtifactCorrupt if that is not possible."""
        ...

    async def has(self, digest: str) -> bool:
        """Tell whether the store has an artifact of this name."""
        ...

    async def place(self, digest: str, target: Path) -> None:
        """Put a read-only file with the bytes at a path of the local disk."""
        ...

    def names(self) -> AsyncIterator[Digest]:
        """Go through the names of all artifacts, in no particular order."""
        ...
