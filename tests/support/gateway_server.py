"""The gateway's addresses of the histories, listening on this machine, for git clients."""

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from llama.adapters.git.history import GitHistory
from llama.adapters.git.reader import GitHistoryReader
from llama.adapters.git.serving import GitRepositories
from llama.adapters.system_clock import SystemClock
from llama.client.histories import Histories
from services.gateway.histories import serve_histories
from services.gateway.refusals import refuse_well
from services.gateway.safety import Safety
from tests.support.revisions import FactsOfRevisions

DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """Histories, and the address of a gateway that serves them."""

    folder: Path
    history: GitHistory
    address: str

    def url(self, event: str) -> str:
        """Return what to clone."""
        return f"{self.address}/{event}.git"

    async def git(self, *arguments: str | Path, check: bool = True) -> tuple[int, str]:
        """Run a git client to its end; return its status, and all it said."""
        process = await asyncio.create_subprocess_exec(
            "git",
            *map(str, arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        )
        said, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
        if check and process.returncode:
            raise AssertionError(f"git {arguments}: {said.decode()}")
        return process.returncode or 0, said.decode()


@asynccontextmanager
async def a_gateway(
    folder: Path, *, at_once: int = 4, patience_s: float = 10.0
) -> AsyncGenerator[Served]:
    """Serve the histories of a folder on a port of this machine."""
    app = Starlette(middleware=[Middleware(Safety)])
    refuse_well(app)
    async with GitHistory(folder) as history, GitHistoryReader(folder) as reader:
        repositories = GitRepositories(folder, reader, at_once=at_once, patience_s=patience_s)
        histories = Histories(reader, FactsOfRevisions(()), SystemClock())
        serve_histories(app, histories=histories, repositories=repositories)
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield Served(folder, history, "http://{}:{}".format(*listener.getsockname()[:2]))
        finally:
            server.should_exit = True
            await serving
