"""Restate: its server, a service of one durable handler for each event, and an HTTP client."""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from benchmarks.peers.folders import OnFolders, bring
from benchmarks.peers.servers import CACHE, answers, free_port, running, wait_until
from benchmarks.yardstick import dag
from benchmarks.yardstick.engine import Scene
from benchmarks.yardstick.measuring import main
from benchmarks.yardstick.meters import Part

SERVER = CACHE / "restate/node_modules/@restatedev/restate-server-linux-x64/bin/restate-server"
AT_ONCE = 16
PARTITIONS = 4
SETTLE_S = 1.0
"""After its service was registered."""


@dataclass(slots=True)
class Restate:
    """A server and its service, with their default durability."""

    scene: Scene
    name: str = "restate"
    parts: Sequence[Part] = (Part("server", "restate-server"), Part("service", "restate_service"))
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _stack: ExitStack = field(default_factory=ExitStack)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=300))
    _ingress: int = 0

    def start(self) -> None:
        """Start server and service, and make them known to each other."""
        admin, self._ingress, node, service = (free_port() for _ in range(4))
        environment = {
            "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
            "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{self._ingress}",
            "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
            "RESTATE_CLUSTER_NAME": "yardstick",
            "RESTATE_DEFAULT_NUM_PARTITIONS": str(PARTITIONS),
            "RESTATE_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "1",
            "RUST_LOG": "error",
        }
        log = self.scene.folder / "service.log"
        command = [sys.executable, "-P", "-m", "benchmarks.peers.restate_service", str(service)]
        self._stack.enter_context(running(command, log=log))
        wait_until(lambda: answers(service), "the service takes connections", log)
        log, data = self.scene.folder / "server.log", self.scene.folder / "restate"
        command = [str(SERVER), "--node-name", "n1", "--base-dir", str(data)]
        self._stack.enter_context(running(command, log=log, environment=environment))
        wait_until(lambda: _registered(admin, service), "the service is registered", log)
        time.sleep(SETTLE_S)

    def stop(self) -> None:
        """Stop both."""
        self._loop.run_until_complete(self._client.aclose())
        self._stack.close()

    def make(self, numbers: Sequence[int]) -> None:
        """Bring events in, and call the handler for each."""

        async def make(number: int) -> None:
            async with self._free:
                await self._call(str(bring(self.scene.events, number)), "event")

        self._loop.run_until_complete(_all([make(number) for number in numbers]))

    def remake(self, numbers: Sequence[int]) -> None:
        """Call the handler of what is below the side input: the caller has to know it."""

        async def remake(number: int) -> None:
            async with self._free:
                await self._call(str(self.scene.events / dag.event(number)), "again")

        self._loop.run_until_complete(_all([remake(number) for number in numbers]))

    async def _call(self, folder: str, handler: str) -> None:
        url = f"http://127.0.0.1:{self._ingress}/Yardstick/{handler}"
        answer = await self._client.post(url, json={"folder": folder})
        answer.raise_for_status()


async def _all(calls: Sequence["asyncio.Future[None] | object"]) -> None:
    await asyncio.gather(*calls)


def _registered(admin: int, service: int) -> bool:
    told = {"uri": f"http://127.0.0.1:{service}"}
    try:
        answer = httpx.post(f"http://127.0.0.1:{admin}/deployments", json=told, timeout=10)
    except httpx.HTTPError:
        return False
    return answer.status_code < HTTPStatus.MULTIPLE_CHOICES


if __name__ == "__main__":
    sys.exit(main(lambda scene: OnFolders(Restate(scene), scene)))
