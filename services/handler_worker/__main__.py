"""Wires handler_worker."""

import os
import socket
from datetime import timedelta

from llama.adapters.processes import ProcessRunner
from llama.runtime.dispatching import Dispatcher
from llama.runtime.vitals import CLAIMING_WITHIN_S
from services.handler_worker.reactions import Worker
from services.wiring import Wiring, run

PROCESS = "handler_worker"


async def serve(wiring: Wiring) -> None:
    """Carry out tasks in child processes."""
    settings = wiring.settings
    runner = ProcessRunner(
        settings.pipeline,
        artifacts=wiring.artifacts,
        work=settings.work_folder,
        processes=settings.workers,
        memory_bytes=settings.handler_memory_mb * 1024 * 1024,
    )
    async with wiring.carrier() as carrier:
        alarms = wiring.carriers_of_alarms()
        dispatcher = Dispatcher(wiring.outbox, carrier, wiring.pauses, alarms)
        runner.sends_by(dispatcher, wiring.queue.is_wanted)
        await _work(wiring, runner)


async def _work(wiring: Wiring, runner: ProcessRunner) -> None:
    settings = wiring.settings
    async with runner:
        worker = Worker(
            name=f"{socket.gethostname()}:{os.getpid()}",
            queue=wiring.queue,
            runner=runner,
            artifacts=wiring.artifacts,
            log=wiring.log,
            clock=wiring.clock,
            handlers=[(name, one.CODE_VERSION) for name, one in wiring.handlers.items()],
            publishing=[name for name, one in wiring.handlers.items() if one.PUBLISHES],
            capacity=settings.workers,
            lease=timedelta(seconds=settings.lease_s),
            claiming=wiring.watch("claiming", within_s=CLAIMING_WITHIN_S),
            renewing=wiring.watch("renewing", within_s=max(CLAIMING_WITHIN_S, settings.lease_s)),
        )
        wiring.is_ready(PROCESS)
        await worker.work()


if __name__ == "__main__":
    run(PROCESS, {PROCESS: serve})
