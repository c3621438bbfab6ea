"""DBOS on PostgreSQL 15: one process, a durable workflow for each event, a step for each file."""

import asyncio
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from dbos import DBOS, SetWorkflowID

from benchmarks.peers.folders import OnFolders, bring, handle
from benchmarks.peers.servers import postgres
from benchmarks.yardstick import dag
from benchmarks.yardstick.engine import Scene
from benchmarks.yardstick.measuring import main
from benchmarks.yardstick.meters import Part

AT_ONCE = 16
THREADS = ThreadPoolExecutor(2)


@DBOS.step()
async def step(file: str, folder: str) -> None:
    """Make one file."""
    await asyncio.get_running_loop().run_in_executor(THREADS, handle, file, folder)


@DBOS.workflow()
async def whole(folder: str) -> None:
    """Make all files of an event."""
    await step("skymap.dat", folder)
    await asyncio.gather(step("skymap_info.json", folder), step("neutrinos.json", folder))
    await _from_coincidence(folder)


@DBOS.workflow()
async def below(folder: str) -> None:
    """Make what is below the side input."""
    await step("neutrinos.json", folder)
    await _from_coincidence(folder)


async def _from_coincidence(folder: str) -> None:
    await step("coincidence.json", folder)
    await asyncio.gather(*[step(leaf, folder) for leaf in dag.LEAVES])
    await step("summary.html", folder)
    await step("notice.txt", folder)


@dataclass(slots=True)
class Dbos:
    """This process, and a PostgreSQL with its default durability."""

    scene: Scene
    name: str = "dbos"
    parts: Sequence[Part] = (Part("postgres", "postgres"),)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _stack: ExitStack = field(default_factory=ExitStack)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _calls: int = 0

    def start(self) -> None:
        """Start the database, and DBOS on it."""
        url = self._stack.enter_context(postgres(self.scene.folder / "postgres"))
        DBOS(
            config={
                "name": "yardstick",
                "system_database_url": f"{url}/dbos",
                "log_level": "ERROR",
                "run_admin_server": False,
                "enable_otlp": False,
            }
        )
        DBOS.launch()

    def stop(self) -> None:
        """Stop both."""
        DBOS.destroy()
        self._stack.close()

    def make(self, numbers: Sequence[int]) -> None:
        """Bring events in, and run a workflow for each."""

        async def make(number: int) -> None:
            async with self._free:
                await self._run(whole, number, str(bring(self.scene.events, number)))

        self._run_all([make(number) for number in numbers])

    def remake(self, numbers: Sequence[int]) -> None:
        """Run the workflow of what is below the side input: the caller has to know it."""

        async def remake(number: int) -> None:
            async with self._free:
                await self._run(below, number, str(self.scene.events / dag.event(number)))

        self._run_all([remake(number) for number in numbers])

    async def _run(self, workflow: object, number: int, folder: str) -> None:
        self._calls += 1
        with SetWorkflowID(f"{dag.event(number)}-{self._calls}"):
            running = await DBOS.start_workflow_async(workflow, folder)
        await running.get_result()

    def _run_all(self, work: Sequence[object]) -> None:
        async def run() -> None:
            await asyncio.gather(*work)

        self._loop.run_until_complete(run())


if __name__ == "__main__":
    sys.exit(main(lambda scene: OnFolders(Dbos(scene), scene)))
