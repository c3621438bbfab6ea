"""Events as folders of files, for engines that leave files to their users."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.yardstick import dag
from benchmarks.yardstick.dag import Change
from benchmarks.yardstick.engine import Scene
from benchmarks.yardstick.meters import Part
from benchmarks.yardstick.run_log import telling

NEWEST = 10


def write(path: Path, content: bytes) -> None:
    """Write a file so that readers see all of it or nothing."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    draft.rename(path)


def handle(file: str, folder: Path | str) -> None:
    """Run one handler: read its inputs, work, and write its file."""
    folder = Path(folder)
    with telling(folder.name, file):
        contents = [(folder / name).read_bytes() for name in dag.INPUTS[file]]
        dag.work()
        write(folder / file, dag.made(file, contents))


def bring(events: Path, number: int) -> Path:
    """Bring an event in: its folder, its side input and its trigger; return the folder."""
    folder = events / dag.event(number)
    folder.mkdir(exist_ok=True)
    write(folder / "nu_raw.json", dag.side_input(number))
    write(folder / "trigger.json", dag.trigger(number))
    return folder


class Peer(Protocol):
    """An engine that runs handlers on folders."""

    name: str
    parts: Sequence[Part]

    def start(self) -> None:
        """Start all of it; return when it could be used."""
        ...

    def stop(self) -> None:
        """Stop all of it."""
        ...

    def make(self, numbers: Sequence[int]) -> None:
        """Bring events in and make all of their files, and wait for that."""
        ...

    def remake(self, numbers: Sequence[int]) -> None:
        """Make what follows from changed side inputs, and wait for that."""
        ...


@dataclass(slots=True)
class OnFolders:
    """A peer as an engine that can be measured."""

    peer: Peer
    scene: Scene

    @property
    def name(self) -> str:
        """The peer's."""
        return self.peer.name

    @property
    def parts(self) -> Sequence[Part]:
        """The peer's."""
        return self.peer.parts

    def start(self) -> None:
        """Start the peer."""
        self.peer.start()

    def stop(self) -> None:
        """Stop the peer."""
        self.peer.stop()

    def many(self, numbers: Sequence[int]) -> None:
        """Bring events in, and wait until the peer says that they are made."""
        self.peer.make(numbers)

    def prepare(self, numbers: Sequence[int], vetoed: Sequence[int]) -> None:
        """Have the peer make them, which may have a memory of its own; mark those vetoed."""
        self.peer.make(numbers)
        for number in vetoed:
            (self._folder(number) / "VETOED").touch()

    def change(self, numbers: Sequence[int], change: Change) -> None:
        """Write the side inputs anew, or their bytes again."""
        for number in numbers:
            content = dag.changed_side_input(number, change)
            write(self._folder(number) / "nu_raw.json", content)

    def update(self, numbers: Sequence[int], change: Change) -> None:
        """Have the peer do what follows: most must be told what that is."""
        del change
        self.peer.remake(numbers)

    def look(self, numbers: Sequence[int]) -> None:
        """See by the times of all files that each is newer than its inputs."""
        for number in numbers:
            with os.scandir(self._folder(number)) as entries:
                times = {entry.name: entry.stat().st_mtime_ns for entry in entries}
            if any(times[file] < times[one] for file, uses in dag.INPUTS.items() for one in uses):
                raise RuntimeError(f"{dag.event(number)} is not up to date, though it was made")

    def query(self) -> int:
        """Look through all folders, as a user would have to."""
        with os.scandir(self.scene.events) as folders:
            changed = sorted((_changed(Path(one.path)), one.path) for one in folders)
        later = changed[len(changed) // 2 :]
        fit = [path for _, path in reversed(later) if not (Path(path) / "VETOED").exists()]
        return len(fit[:NEWEST])

    def made_at(self, numbers: Sequence[int]) -> None:
        """Return nothing: an event is made when its last handler has ended."""

    def settle(self) -> Mapping[str, float]:
        """Nothing else follows."""
        return {}

    def files(self, number: int) -> Mapping[str, bytes]:
        """Return the files of an event's folder."""
        return {one.name: one.read_bytes() for one in self._folder(number).iterdir()}

    def _folder(self, number: int) -> Path:
        return self.scene.events / dag.event(number)


def _changed(folder: Path) -> int:
    try:
        return (folder / "coincidence.json").stat().st_mtime_ns
    except FileNotFoundError:
        return 0
