"""The events' heads, moved by one long-lived `git update-ref`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from llama.adapters.git.child import GitChild
from llama.adapters.git.names import HEAD, NAMESPACES, ref_of
from llama.adapters.syncing import sync_folder
from llama.domain.errors import Unavailable


class RefMover:
    """A running update-ref."""

    def __init__(self, root: Path, *, inherit: tuple[int, ...]) -> None:
        self._child = GitChild(root, "update-ref", "--stdin", inherit=inherit)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.pid

    def move(self, heads: Mapping[str, str]) -> None:
        """Move the heads of events to commits, wherever they were: all of them or none."""
        updates = "".join(f"update {ref_of(event)} {to}\n" for event, to in heads.items())
        self._child.send(f"start\n{updates}prepare\ncommit\n".encode())
        for step in ("start", "prepare", "commit"):
            said = self._child.line()
            if said != f"{step}: ok":
                self._child.kill()
                raise Unavailable(f"git update-ref answered {said!r}: try again")

    def close(self) -> None:
        """Finish."""
        self._child.close()

    def kill(self) -> None:
        """End it without ceremony."""
        self._child.kill()


def introduce(root: Path, events: Iterable[str]) -> None:
    """Give each event's namespace a HEAD, so that a clone of it checks out its main branch."""
    for event in events:
        namespace = root / NAMESPACES / event
        head = namespace / "HEAD"
        if not head.exists():
            (namespace / HEAD).parent.mkdir(parents=True, exist_ok=True)
            new = namespace / "HEAD.lock"
            new.write_text(f"ref: {ref_of(event)}\n")
            new.rename(head)
            sync_folder(namespace / "refs")
            sync_folder(namespace)
            sync_folder(root / NAMESPACES)


def sync_refs(root: Path, events: Iterable[str]) -> None:
    """Make the renames of moved heads durable: git syncs the files, not their folders."""
    for event in events:
        sync_folder((root / ref_of(event)).parent)


def unlock(root: Path, events: Iterable[str]) -> None:
    """Delete the locks that a killed update-ref or fast-import left on some events' heads."""
    for event in events:
        (root / f"{ref_of(event)}.lock").unlink(missing_ok=True)
    for path in (root / "refs" / "import").glob("*.lock"):
        path.unlink(missing_ok=True)
    (root / "packed-refs.lock").unlink(missing_ok=True)
