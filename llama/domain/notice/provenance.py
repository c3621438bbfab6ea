"""How a copy of a notice came in: what its message keeps beside what it says."""

from dataclasses import dataclass
from datetime import datetime

from llama.domain.digests import Digest, digest_bytes
from schemas.facts import Source


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a copy came from, when, and as which bytes."""

    raw: bytes
    """The bytes as they came."""
    source: Source
    at: datetime
    """Aware, UTC."""
    is_test: bool = False
    """Whether what brought it was marked as a test."""
    name: str = ""
    """Which it came under."""

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the bytes."""
        return digest_bytes(self.raw)
