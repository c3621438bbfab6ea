"""Commits through one long-lived `git fast-import`, made durable by checkpoints."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from llama.adapters.git.child import GitChild
from llama.domain.errors import Unavailable
from llama.domain.revisions import IDENTITY, NewRevision

SCRATCH = "refs/import/tip"
"""The only ref that fast-import knows: it writes every ref it has touched at each checkpoint."""


class Importer:
    """A running fast-import. It may be wrong about packs that others deleted: then restart it."""

    def __init__(self, root: Path, *, inherit: tuple[int, ...]) -> None:
        # The scratch ref need not survive a crash: it is deleted at every start.
        settings = {"core.fsync": "all,-reference"}
        # The content before is as a rule another event's: looking for likeness only costs time.
        arguments = ("fast-import", "--quiet", "--force", "--done", "--depth=0")
        self._child = GitChild(root, *arguments, inherit=inherit, settings=settings)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.pid

    def write(self, revisions: Sequence[NewRevision]) -> list[str]:
        """Write commits and return the hashes that git gave them, once they are on the disk."""
        marks: dict[str, int] = {}
        for number, revision in enumerate(revisions, start=1):
            for part in stream_of(revision, number, marks):
                self._child.send(part)
            marks[revision.commit] = number
        self._child.send(b"checkpoint\nprogress safe\n")
        hashes = [self._child.line() for _ in revisions]
        said = self._child.line()
        if said != "progress safe":
            self._child.kill()
            raise Unavailable(f"git fast-import answered {said!r}: try again")
        return hashes

    def close(self) -> None:
        """Finish: the packs become ordinary ones, which may be consolidated."""
        self._child.close(b"done\n")

    def kill(self) -> None:
        """End it without ceremony; what was checkpointed stays."""
        self._child.kill()


def stream_of(revision: NewRevision, mark: int, marks: Mapping[str, int]) -> Iterator[bytes]:
    """Return a revision in the format of git-fast-import(1), and the question for its hash.

    A parent among `marks` is named by its mark: it is not in a finished pack yet.
    """
    if revision.parent is None:
        yield f"reset {SCRATCH}\n\n".encode()
    message = revision.message.encode()
    yield (
        f"commit {SCRATCH}\nmark :{mark}\n"
        f"committer {IDENTITY} {int(revision.at.timestamp())} +0000\n"
        f"data {len(message)}\n"
    ).encode() + message
    if revision.parent is not None:
        parent = marks.get(revision.parent)
        yield f"\nfrom {revision.parent if parent is None else f':{parent}'}".encode()
    for file, content in sorted(revision.changed.items()):
        if content is None:
            yield f"\nD {file}".encode()
        else:
            yield f"\nM 100644 inline {file}\ndata {len(content)}\n".encode() + content
    yield f"\n\nget-mark :{mark}\n".encode()
