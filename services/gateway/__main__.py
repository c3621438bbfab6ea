"""Wires gateway."""

import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn

from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.serving import GitRepositories
from llama.adapters.graphviz import render
from llama.adapters.postgres.following import PostgresFollowing
from llama.adapters.postgres.past import PostgresPast
from llama.client.histories import Histories
from llama.runtime.addresses import gateway_file, write_atomically
from services.gateway.app import create_app
from services.gateway.histories import serve_histories
from services.wiring import Wiring, run

PROCESS = "gateway"


class _Server(uvicorn.Server):
    """A server that leaves the signals alone: its process has its own way to stop."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


async def serve(wiring: Wiring) -> None:
    """Answer HTTP requests."""
    host, _, port = wiring.settings.http.rpartition(":")
    listener = socket.create_server((host, int(port)), backlog=128)
    app = create_app(
        models=wiring.models,
        artifacts=wiring.artifacts,
        clock=wiring.clock,
        draw=render,
        past=PostgresPast(wiring.models.database),
        following=PostgresFollowing(wiring.models.database),
    )
    folder = wiring.settings.history_folder
    history = GitHistoryReader(folder)
    histories = Histories(history, wiring.models, wiring.clock)
    serve_histories(app, histories=histories, repositories=GitRepositories(folder, history))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = _Server(config)
    address = "{}:{}".format(*listener.getsockname()[:2])
    write_atomically(gateway_file(wiring.settings), address)
    wiring.is_ready(PROCESS)
    async with history:
        await server.serve(sockets=[listener])


if __name__ == "__main__":
    run(PROCESS, {PROCESS: serve})
