"""Which contents a fact speaks of: what a store has to keep for it."""

from collections.abc import Iterator

from schemas.facts import Fact, FileGenerated, FilePut, TriggerReceived
from schemas.files import FileContent

Bringing = TriggerReceived | FileGenerated | FilePut
"""The facts that bring contents."""


def brought_by(fact: Fact) -> tuple[FileContent, ...]:
    """Return the files whose contents come with a fact."""
    return fact.files if isinstance(fact, Bringing) else ()


def digests_in(fact: Fact) -> Iterator[str]:
    """Go through the names of all artifacts that a fact refers to."""
    if isinstance(fact, TriggerReceived):
        yield fact.raw
    for content in brought_by(fact):
        yield content.digest
        yield from (content.aspects[name] for name in content.attached)
