"""From facts to revisions: what versioning writes as they come, and a rebuild all over again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama.domain.moves import Folded
from llama.domain.revisions import Head, NewRevision, changed_files, revise
from llama.ports.artifacts import Artifacts


@dataclass(frozen=True, slots=True)
class Revised:
    """A fact that changed files, the revision that it amounts to, and the head after it."""

    step: Folded
    revision: NewRevision
    head: Head


async def revised(
    steps: Sequence[Folded], heads: Mapping[str, Head], artifacts: Artifacts
) -> list[Revised]:
    """Return the revisions that some folded facts amount to, in order.

    `heads` are those of the events before these facts. ArtifactMissing, ArtifactCorrupt.
    """
    latest = dict(heads)
    found: list[Revised] = []
    for step in steps:
        changed = changed_files(step.before, step.after)
        if changed:
            event = step.fact.event
            contents = await _contents(changed, artifacts)
            revision, head = revise(latest.get(event), event, contents, fact=step.fact)
            latest[event] = head
            found.append(Revised(step, revision, head))
    return found


async def _contents(
    changed: Mapping[str, str | None], artifacts: Artifacts
) -> dict[str, bytes | None]:
    return {
        file: await artifacts.get(digest) if digest else None for file, digest in changed.items()
    }
