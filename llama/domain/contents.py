"""Which contents a fact speaks of: what a store has to keep for it."""

from collections.abc import Iterator

from schemas.facts import Fact, FileGenerated, FilePut, PipelineAdopted, TriggerReceived
from schemas.files import FileContent, Manifest

Bringing = TriggerReceived | FileGenerated | FilePut
"""The facts that bring contents."""


def brought_by(fact: Fact) -> tuple[FileContent, ...]:
    """Return the files whose contents come with a fact."""
    return fact.files if isinstance(fact, Bringing) else ()


def fixed_in(manifest: Manifest) -> dict[str, str]:
    """Return the digests of the resources that a pipeline's handlers use, by file."""
    return {
        dependency.file: dependency.fixed
        for spec in manifest.handlers
        for dependency in spec.dependencies
        if dependency.fixed is not None
    }


def digests_in(fact: Fact) -> Iterator[str]:
    """Go through the names of all artifacts that a fact refers to."""
    if isinstance(fact, TriggerReceived):
        yield fact.raw
    if isinstance(fact, PipelineAdopted):
        yield from fixed_in(fact.manifest).values()
    for content in brought_by(fact):
        yield content.digest
        yield from (content.aspects[name] for name in content.attached)
