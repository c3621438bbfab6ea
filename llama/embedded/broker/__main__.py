"""Start the embedded broker: `python -m llama.embedded.broker --data DIR`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import resource
import signal
import sys
from pathlib import Path

from llama.embedded.broker.errors import BrokerError
from llama.embedded.broker.journal import replace_file
from llama.embedded.broker.server import running_broker
from llama.embedded.broker.settings import DEFAULT_HOST, Settings
from llama.runtime.lifecycle import die_with_parent

logger = logging.getLogger("llama.embedded.broker")


def main() -> int:
    """Run until SIGTERM or SIGINT; the exit status is 1 when the broker could not start."""
    settings = parse_arguments(sys.argv[1:])
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    _allow_many_files()
    try:
        asyncio.run(run(settings))
    except (BrokerError, OSError) as error:
        logger.critical("broker_not_started because=%s", error)
        return 1
    return 0


def parse_arguments(arguments: list[str]) -> Settings:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m llama.embedded.broker", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the records")
    parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="file that gets the port once ready")
    parser.add_argument(
        "--fsync",
        action="store_true",
        help="acknowledge only what is on the disk: survives a power cut, not only kill -9",
    )
    parser.add_argument(
        "--die-with-parent", action="store_true", help="stop when the process that started it dies"
    )
    chosen = parser.parse_args(arguments)
    if chosen.die_with_parent:
        die_with_parent()
    return Settings(
        data=chosen.data,
        host=chosen.host,
        port=chosen.port,
        port_file=chosen.port_file,
        fsync=chosen.fsync,
    )


async def run(settings: Settings) -> None:
    """Serve until a signal says stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_broker(settings) as (host, port):
        if settings.port_file:
            replace_file(settings.port_file, f"{port}\n".encode())
        logger.info("embedded broker: one node without replicas, for laptops and tests")
        sys.stdout.write(f"broker ready on {host}:{port}\n")
        sys.stdout.flush()
        await stop.wait()
        logger.info("broker_stopping")


def _allow_many_files() -> None:
    """Every segment is an open file: raise the soft limit as far as the hard one goes."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
