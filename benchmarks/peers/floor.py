"""The floor: the pipeline in the memory of one process, with two threads; nothing is durable."""

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from benchmarks.peers.folders import OnFolders, bring, handle
from benchmarks.yardstick import dag
from benchmarks.yardstick.engine import Scene
from benchmarks.yardstick.measuring import main
from benchmarks.yardstick.meters import Part

AT_ONCE = 64


@dataclass(slots=True)
class Floor:
    """Remembers the digests that every file was made from."""

    scene: Scene
    name: str = "floor"
    parts: Sequence[Part] = ()
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _made_from: dict[tuple[str, str], list[str]] = field(
        default_factory=dict[tuple[str, str], list[str]]
    )

    def start(self) -> None:
        """There is nothing to start."""

    def stop(self) -> None:
        """End the threads."""
        self._threads.shutdown()
        self._loop.close()

    def make(self, numbers: Sequence[int]) -> None:
        """Make all events."""

        async def make(number: int) -> None:
            async with self._free:
                await self._update(bring(self.scene.events, number))

        self._run_all([make(number) for number in numbers])

    def remake(self, numbers: Sequence[int]) -> None:
        """Make what has other inputs than before."""

        async def remake(number: int) -> None:
            async with self._free:
                await self._update(self.scene.events / dag.event(number))

        self._run_all([remake(number) for number in numbers])

    def _run_all(self, work: Sequence[Coroutine[None, None, None]]) -> None:
        async def run() -> None:
            await asyncio.gather(*work)

        self._loop.run_until_complete(run())

    async def _update(self, folder: Path) -> None:
        digests = {name: _digest(folder / name) for name in dag.OUTSIDE}
        ready = {name: asyncio.Event() for name in dag.INPUTS}

        async def make(file: str) -> None:
            for name in dag.INPUTS[file]:
                if name in ready:
                    await ready[name].wait()
            uses = [digests[name] for name in dag.INPUTS[file]]
            if self._made_from.get((folder.name, file)) != uses:
                await self._loop.run_in_executor(self._threads, handle, file, folder)
                self._made_from[folder.name, file] = uses
            digests[file] = _digest(folder / file)
            ready[file].set()

        await asyncio.gather(*map(make, dag.INPUTS))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(lambda scene: OnFolders(Floor(scene), scene)))
