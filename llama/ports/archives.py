"""Exported archives of notices: a list of copies, and the bytes of each that is different."""

from collections.abc import Iterator
from typing import Protocol

from schemas.archive import ArchivedCopy


class ArchiveWriter(Protocol):
    """Writes an archive; nobody sees any of it before all of it is there."""

    def has(self, digest: str) -> bool:
        """Tell whether the bytes of this digest are in it already."""
        ...

    def keep(self, digest: str, content: bytes) -> None:
        """Put in some bytes under their digest."""
        ...

    def tell(self, copy: ArchivedCopy) -> None:
        """Put in one more line of the list: copies come in the order in which they arrived."""
        ...


class ArchiveReader(Protocol):
    """Reads an archive that may be from a stranger; ArchiveRefused says what is wrong with it."""

    def copies(self) -> Iterator[ArchivedCopy]:
        """Go through the list, in its order."""
        ...

    def content(self, copy: ArchivedCopy) -> bytes:
        """Return the bytes of a copy, of the digest and size that the list tells."""
        ...
