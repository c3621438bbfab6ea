"""Takes notices out of the archive into a folder or file, and looks at one before it is sent in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from llama.client.progress import Progress
from llama.domain.archive import CopiesWanted, Place
from llama.ports.archives import ArchiveReader, ArchiveWriter
from llama.ports.artifacts import Artifacts
from llama.ports.projections import ReadModels
from schemas.archive import ArchivedCopy

PAGE = 500
"""Copies that are asked for at once."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What an archive has."""

    copies: int
    notices: int
    """Different ones, by their bytes."""
    size: int
    """Bytes of these."""


@dataclass(frozen=True, slots=True)
class Archiving:
    """Exports the notices that came in."""

    models: ReadModels
    artifacts: Artifacts

    async def export(
        self, wanted: CopiesWanted, archive: ArchiveWriter, *, progress: Progress | None = None
    ) -> Counted:
        """Put copies into an archive, in the order in which they arrived; what is there, stays."""
        said = progress or Progress()
        sizes: dict[str, int] = {}
        count = 0
        async for copy in self.copies(wanted):
            if not archive.has(copy.raw):
                archive.keep(copy.raw, await self.artifacts.get(copy.raw))
            archive.tell(copy)
            sizes[copy.raw] = copy.size
            count += 1
            if count % PAGE == 0:
                said.tell(f"{count:,} copies of {len(sizes):,} notices")
        return Counted(count, len(sizes), sum(sizes.values()))

    async def has_any(self, wanted: CopiesWanted) -> bool:
        """Tell whether there is a copy that is wanted."""
        return bool(await self.models.copies(replace(wanted, limit=1)))

    async def copies(self, wanted: CopiesWanted) -> AsyncIterator[ArchivedCopy]:
        """Go through the copies that are wanted, the oldest first, whatever the limit."""
        asked = replace(wanted, limit=PAGE, oldest_first=True)
        while page := await self.models.copies(asked):
            for copy in page:
                yield copy
            asked = replace(asked, after=Place.of(page[-1]))


def check(archive: ArchiveReader) -> Counted:
    """Look at all of an archive before anything is sent; ArchiveRefused if something is wrong."""
    sizes: dict[str, int] = {}
    count = 0
    for copy in archive.copies():
        if sizes.get(copy.raw) != copy.size:
            sizes[copy.raw] = len(archive.content(copy))
        count += 1
    return Counted(count, len(sizes), sum(sizes.values()))
