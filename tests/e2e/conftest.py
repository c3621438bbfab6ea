"""What several end-to-end modules compare with: worked out once, whichever process comes first."""

import fcntl
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.system import State, notices_of, running


@pytest.fixture(scope="session")
def stream(shared_data: Path) -> list[Path]:
    """Return the nineteen real mock notices of 2023-04-25, in the order of their creation."""
    return notices_of(shared_data / "gw" / "alerts" / "stream-2023-04-25")


@pytest.fixture(scope="session")
def one_by_one(
    stream: list[Path], tmp_path_factory: pytest.TempPathFactory, testrun_uid: str
) -> dict[str, State]:
    """Return the state after each notice has had all its effects before the next one came."""
    own = tmp_path_factory.getbasetemp()
    # Processes that test side by side have folders of their own in one that they share.
    shared = own.parent if own.name.startswith("popen-") else own
    kept = shared / f"one-by-one-{testrun_uid}.json"
    with locked(kept.with_suffix(".lock")):
        if not kept.exists():
            kept.write_text(json.dumps(played(stream, tmp_path_factory.mktemp("one-by-one"))))
    return equal_to_states(json.loads(kept.read_text()))


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Let the others wait as long as the block lasts."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def played(stream: list[Path], folder: Path) -> dict[str, State]:
    """Give the notices to a new system one by one; return its state."""
    with running(folder / "home") as system:
        for path in stream:
            system.ingest(path)
        system.run("verify")
        return system.state()


def equal_to_states(read: dict[str, State]) -> dict[str, State]:
    """Return states as they were before JSON made lists of their pairs."""
    return {
        event: {**one, "files": {name: tuple(file) for name, file in one["files"].items()}}
        for event, one in read.items()
    }
