"""Restate's side of the handlers: one durable call makes an event, each file is a step of it."""

import asyncio
import logging
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

import hypercorn.asyncio
import hypercorn.config
import restate

from benchmarks.peers.folders import handle
from benchmarks.yardstick import dag

THREADS = ThreadPoolExecutor(2)
SERVICE = restate.Service("Yardstick")


@SERVICE.handler()
async def event(ctx: restate.Context, asked: dict[str, str]) -> str:
    """Make all files of an event."""
    await _step(ctx, asked, "skymap.dat")
    await restate.gather(_step(ctx, asked, "skymap_info.json"), _step(ctx, asked, "neutrinos.json"))
    return await _from_coincidence(ctx, asked)


@SERVICE.handler()
async def again(ctx: restate.Context, asked: dict[str, str]) -> str:
    """Make what is below the side input."""
    await _step(ctx, asked, "neutrinos.json")
    return await _from_coincidence(ctx, asked)


async def _from_coincidence(ctx: restate.Context, asked: dict[str, str]) -> str:
    await _step(ctx, asked, "coincidence.json")
    await restate.gather(*[_step(ctx, asked, leaf) for leaf in dag.LEAVES])
    await _step(ctx, asked, "summary.html")
    await _step(ctx, asked, "notice.txt")
    return "made"


def _step(ctx: restate.Context, asked: dict[str, str], file: str) -> Coroutine[None, None, str]:
    options = restate.RunOptions()
    return ctx.run_typed(file, _handle, options, file=file, folder=asked["folder"])


async def _handle(file: str, folder: str) -> str:
    await asyncio.get_running_loop().run_in_executor(THREADS, handle, file, folder)
    return file


def main() -> None:
    """Serve at a port of this machine."""
    logging.getLogger("restate").setLevel(logging.ERROR)
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{sys.argv[1]}"]
    config.loglevel, config.accesslog = "ERROR", None
    asyncio.run(hypercorn.asyncio.serve(restate.app([SERVICE]), config))


if __name__ == "__main__":
    main()
