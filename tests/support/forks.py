"""Runs functions in forks of a process that has loaded what most of them need.

Loading takes most of the time of most short programs. A fork has what a process of its own would
have: arguments, standard input and outputs, an exit status, and a death that harms nobody else.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")

LOADED = ("llama.cli.app", "llama.cli.ls", "tests.support.forks")


def forked(
    work: Callable[[*Ts], object], *arguments: *Ts, within_s: float, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Call a function of a module in such a fork until it returns or exits; TimeoutExpired."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(list(LOADED))
    with TemporaryDirectory() as place:
        streams = [Path(place) / name for name in ("given", "out", "err")]
        for stream in streams:
            stream.write_bytes(given if stream is streams[0] else b"")
        process = forking.Process(target=_run, args=(streams, work, arguments))
        process.start()
        process.join(within_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(repr(work), within_s)
        _, out, err = (stream.read_bytes() for stream in streams)
        return subprocess.CompletedProcess(repr(work), process.exitcode, out, err)


def _run(
    streams: Sequence[Path], work: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    for number, stream in enumerate(streams):
        descriptor = os.open(stream, os.O_WRONLY if number else os.O_RDONLY)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, closefd=False)  # noqa: SIM115 - the process ends with them
        for number, mode in enumerate("rww")
    )
    work(*arguments)
