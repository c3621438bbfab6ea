"""Wires gateway."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn

from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.serving import GitRepositories
from llama.adapters.graphviz import render
from llama.adapters.postgres.boards import PostgresBoards
from llama.adapters.postgres.following import PostgresFollowing
from llama.adapters.postgres.past import PostgresPast
from llama.adapters.postgres.selections import PostgresSelections
from llama.adapters.secret_files import read_secret
from llama.client.histories import Histories
from llama.runtime.addresses import gateway_file, write_atomically
from llama.runtime.counting import count_for_ever
from llama.runtime.vitals import COUNTING_WITHIN_S
from services.gateway.alert_sources import serve_alert_sources
from services.gateway.app import create_app
from services.gateway.board import serve_board
from services.gateway.documents import serve_documents
from services.gateway.health import serve_health
from services.gateway.histories import serve_histories
from services.gateway.listening import listening
from services.gateway.pausing import Pausing, tell_of_pauses
from services.gateway.pushing import Push, serve_push
from services.gateway.selections import serve_selections
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
    listener = listening(host, int(port))
    app = create_app(
        models=wiring.models,
        artifacts=wiring.artifacts,
        clock=wiring.clock,
        draw=render,
        past=PostgresPast(wiring.models.database),
        following=PostgresFollowing(wiring.models.database),
    )
    publishers = {name for name, one in wiring.handlers.items() if one.PUBLISHES}
    tell_of_pauses(app, Pausing(wiring.pauses, publishers))
    serve_alert_sources(app, wiring.book, wiring.clock)
    token_file = wiring.settings.push_token_file
    token = read_secret(token_file, "LLAMA_PUSH_TOKEN_FILE") if token_file else ""
    serve_push(app, Push(wiring.log, token) if token else None)
    folder = wiring.settings.history_folder
    history = GitHistoryReader(folder)
    histories = Histories(history, wiring.models, wiring.clock)
    serve_health(app, wiring.watchers.probes)
    serve_histories(app, histories=histories, repositories=GitRepositories(folder, history))
    serve_documents(app)
    serve_selections(app, PostgresSelections(wiring.models.database))
    serve_board(app, PostgresBoards(wiring.models.database))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = _Server(config)
    address = "{}:{}".format(*listener.getsockname()[:2])
    write_atomically(gateway_file(wiring.settings), address)
    wiring.is_ready(PROCESS)
    watch = wiring.watch("counting", within_s=COUNTING_WITHIN_S)
    async with history, asyncio.TaskGroup() as group:
        counting = group.create_task(count_for_ever(wiring.census, wiring.telemetry, watch))
        await server.serve(sockets=[listener])
        counting.cancel()


if __name__ == "__main__":
    run(PROCESS, {PROCESS: serve})
