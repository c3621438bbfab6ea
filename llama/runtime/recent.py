"""An artifact store that gives out again at once what was put into it last."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from llama.domain.digests import Digest, digest_bytes
from llama.ports.artifacts import Artifacts

KEPT_BYTES = 64 * 1024 * 1024
"""A few sky maps, or all small files of some thousand events."""


class RecentArtifacts:
    """Remembers some bytes in front of another store, before and while that keeps them."""

    def __init__(self, store: Artifacts, *, most_bytes: int = KEPT_BYTES) -> None:
        self._store = store
        self._most = most_bytes
        self._recent = OrderedDict[str, bytes]()
        self._bytes = 0
        self._held = dict[str, tuple[bytes, int]]()
        """And for how many it is held."""

    def hold(self, content: bytes) -> None:
        """Have some bytes at hand until they are let go; they are not kept by that."""
        digest = digest_bytes(content)
        self._held[digest] = content, self._held.get(digest, (content, 0))[1] + 1

    def let_go(self, content: bytes) -> None:
        """Have some bytes at hand no more, unless somebody else holds them."""
        digest = digest_bytes(content)
        held, times = self._held.pop(digest, (content, 1))
        if times > 1:
            self._held[digest] = held, times - 1

    def _remember(self, content: bytes) -> None:
        digest = digest_bytes(content)
        if digest not in self._recent:
            self._recent[digest] = content
            self._bytes += len(content)
        self._recent.move_to_end(digest)
        while self._bytes > self._most:
            self._bytes -= len(self._recent.popitem(last=False)[1])

    async def put(self, content: bytes) -> Digest:
        """Keep some bytes; once this returns they survive a crash of the machine."""
        self._remember(content)
        return await self._store.put(content)

    async def put_all(self, contents: Sequence[bytes]) -> None:
        """Keep several at once; once this returns they survive a crash of the machine."""
        for content in contents:
            self._remember(content)
        await self._store.put_all(contents)

    async def get(self, digest: str) -> bytes:
        """Return the bytes; ArtifactMissing or ArtifactCorrupt if that is not possible."""
        known = self._known(digest)
        return await self._store.get(digest) if known is None else known

    async def has(self, digest: str) -> bool:
        """Tell whether the store has an artifact of this name."""
        return self._known(digest) is not None or await self._store.has(digest)

    async def place(self, digest: str, target: Path) -> None:
        """Put a read-only file with the bytes at a path of the local disk."""
        known = self._known(digest)
        if known is None:
            await self._store.place(digest, target)
            return
        with target.open("xb") as file:
            file.write(known)
        target.chmod(0o444)

    def _known(self, digest: str) -> bytes | None:
        held = self._held.get(digest)
        return held[0] if held else self._recent.get(digest)

    def names(self) -> AsyncIterator[Digest]:
        """Go through the names of all artifacts, in no particular order."""
        return self._store.names()
