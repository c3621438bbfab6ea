"""Celery on Redis: a canvas for each event, two worker processes; the caller waits for the last.

Its defaults: Redis keeps nothing on disk, and a task is acknowledged before it runs.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from celery import chain, group
from celery.canvas import Signature

from benchmarks.peers import celery_tasks
from benchmarks.peers.folders import OnFolders, bring
from benchmarks.peers.servers import CACHE, answers, free_port, running, wait_until
from benchmarks.yardstick import dag
from benchmarks.yardstick.engine import Scene
from benchmarks.yardstick.measuring import main
from benchmarks.yardstick.meters import Part

REDIS = CACHE / "celery" / "usr"
LOOK_EVERY_S = 0.005
WITHIN_S = 1200


@dataclass(slots=True)
class Celery:
    """A Redis, a worker with two processes, and this client."""

    scene: Scene
    name: str = "celery"
    parts: Sequence[Part] = (Part("redis", "redis-server"), Part("worker", "celery_tasks"))
    _stack: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start Redis and the worker."""
        port, folder = free_port(), self.scene.folder
        os.environ[celery_tasks.PORT] = str(port)
        libraries = {"LD_LIBRARY_PATH": str(REDIS / "lib" / "x86_64-linux-gnu")}
        server = [str(REDIS / "bin" / "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
        command = [*server, "--save", "", "--appendonly", "no", "--dir", str(folder)]
        log = folder / "redis.log"
        self._stack.enter_context(running(command, log=log, environment=libraries))
        wait_until(lambda: answers(port), "Redis takes connections", log)
        app = celery_tasks.app()
        worker = [sys.executable, "-P", "-m", "benchmarks.peers.celery_tasks"]
        log = folder / "worker.log"
        self._stack.enter_context(running(worker, log=log))
        wait_until(lambda: bool(app.control.ping(timeout=0.3)), "the worker answers", log)

    def stop(self) -> None:
        """Let go of Redis, then stop the worker and it."""
        celery_tasks.app().backend.result_consumer.stop()
        celery_tasks.app().close()
        self._stack.close()

    def make(self, numbers: Sequence[int]) -> None:
        """Bring events in, and have each made."""
        folders = (str(bring(self.scene.events, number)) for number in numbers)
        _await([_whole(folder).apply_async() for folder in folders])

    def remake(self, numbers: Sequence[int]) -> None:
        """Have made what is below the side input: the caller has to know it."""
        folders = [str(self.scene.events / dag.event(number)) for number in numbers]
        _await([_below(folder).apply_async() for folder in folders])


def _whole(folder: str) -> Signature:
    both = group(_step("skymap_info.json", folder), _step("neutrinos.json", folder))
    return chain(_step("skymap.dat", folder), both, *_from_coincidence(folder))


def _below(folder: str) -> Signature:
    return chain(_step("neutrinos.json", folder), *_from_coincidence(folder))


def _from_coincidence(folder: str) -> Sequence[Signature]:
    leaves = group(_step(leaf, folder) for leaf in dag.LEAVES)
    last = _step("summary.html", folder), _step("notice.txt", folder)
    return _step("coincidence.json", folder), leaves, *last


def _step(file: str, folder: str) -> Signature:
    return celery_tasks.app().signature(celery_tasks.HANDLE, args=(file, folder), immutable=True)


def _await(results: "Sequence[object]") -> None:
    for result in results:
        result.get(timeout=WITHIN_S, interval=LOOK_EVERY_S)


if __name__ == "__main__":
    sys.exit(main(lambda scene: OnFolders(Celery(scene), scene)))
