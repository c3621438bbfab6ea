"""Commands that start and stop the whole system on this machine."""

import asyncio
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.output import fail, print_line, progress
from llama.cli.starting import (
    refuse_odd_resources,
    refuse_odd_sources,
    refuse_wrong_pipeline,
    settings_or_fail,
)
from llama.domain.errors import LlamaError
from llama.runtime.addresses import Addresses, gateway_file
from llama.runtime.deployment import last_deployment, refusal_of
from llama.runtime.lock import owner_of
from llama.runtime.settings import Settings

START_DEADLINE_S = 90.0
"""Longer than the supervisor's own patience, so that its words reach the user."""
STOP_DEADLINE_S = 60.0
LOOK_EVERY_S = 0.05

Separate = Annotated[bool, typer.Option("--separate", help="Give every service a process.")]


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when it is ready; it goes on.")
    ] = False,
    separate: Separate = False,
) -> None:
    """Start everything on this machine: servers, services, workers."""
    settings = settings_or_fail()
    if _tells_that_it_runs(settings):
        return
    refuse_wrong_pipeline(settings)
    refuse_odd_resources(settings)
    refuse_odd_sources(settings)
    if detach:
        start_detached(settings, separate=separate)
        return
    from llama.runtime.lifecycle import run_until_stopped

    try:
        run_until_stopped(lambda: _serve(settings, separate=separate))
    except LlamaError as error:
        fail(str(error))


def down() -> None:
    """Stop what `llama up` has started."""
    stop(settings_or_fail())


def start_detached(settings: Settings, *, separate: bool) -> None:
    """Start the system in the background, and return when it is ready."""
    log = settings.home / "log" / "up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "llama.cli", "up", *(["--separate"] if separate else [])]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # What lies in the current folder must not take the place of this project's modules.
            env={**os.environ, "LLAMA_HOME": str(settings.home), "PYTHONSAFEPATH": "1"},
            start_new_session=True,
        )
    shown = _follow_until(
        log,
        lambda: gateway_file(settings).exists() and _is_ready(log),
        has_ended=lambda: process.poll() is not None,
    )
    if not shown:
        process.terminate()
        fail(f"it did not start; its last words are above and in {log}")


def stop(settings: Settings) -> None:
    """Stop the system that runs under LLAMA_HOME, if one does."""
    owner = owner_of(settings)
    if owner is None:
        _clear_leftovers(settings)
        print_line(f"nothing runs under {settings.home}")
        return
    os.kill(owner, signal.SIGTERM)
    deadline = time.monotonic() + STOP_DEADLINE_S
    while owner_of(settings) is not None:
        if time.monotonic() > deadline:
            fail(f"process {owner} does not stop: look at {settings.home / 'log'}")
        time.sleep(LOOK_EVERY_S)
    print_line("stopped")


def _tells_that_it_runs(settings: Settings) -> bool:
    """Tell whether a system runs under LLAMA_HOME; if so, say where, and how it is stopped.

    Ends the command if it runs with another pipeline than the one asked for.
    """
    owner = owner_of(settings)
    if owner is None:
        return False
    running = last_deployment(settings)
    if running is not None and (refusal := refusal_of(settings, running)):
        refuse_wrong_pipeline(settings)
        fail(refusal)
    gateway = gateway_file(settings)
    address = f"http://{gateway.read_text().strip()}" if gateway.exists() else "it is starting"
    works = f" with {running.in_words}" if running else ""
    stopping = f"`LLAMA_HOME={shlex.quote(str(settings.home))} llama down` stops it"
    where = f"process {owner}, under {settings.home}; {stopping}"
    print_line(f"it runs already{works}: {address} ({where})")
    return True


def _clear_leftovers(settings: Settings) -> None:
    """Stop the PostgreSQL of a supervisor that was killed: all else has ended with it."""
    data = settings.home / "postgres"
    if data.exists():
        from llama.embedded.postgres import EmbeddedPostgres

        asyncio.run(EmbeddedPostgres(data).clear())


async def _serve(settings: Settings, *, separate: bool) -> None:
    from llama.embedded.supervisor import Supervisor

    async with Supervisor(settings, separate=separate, tell=progress).running() as addresses:
        progress(_ready_line(addresses, settings))
        await asyncio.Event().wait()


def _ready_line(addresses: Addresses, settings: Settings) -> str:
    return f"ready: http://{addresses.http} (everything is kept under {settings.home})"


def _is_ready(log: Path) -> bool:
    return "ready: http" in log.read_text(errors="replace")


def _follow_until(log: Path, is_done: Callable[[], bool], *, has_ended: Callable[[], bool]) -> bool:
    """Show what a log says until something is the case; False if it will not be."""
    deadline = time.monotonic() + START_DEADLINE_S
    shown = 0
    while True:
        done, ended = is_done(), has_ended()
        lines = log.read_text(errors="replace").splitlines()
        for line in lines[shown:]:
            progress(line)
        shown = len(lines)
        if done or ended or time.monotonic() > deadline:
            return done and not ended
        time.sleep(LOOK_EVERY_S)
