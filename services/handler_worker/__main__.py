"""Wires handler_worker."""

import os
import socket
from datetime import timedelta

from llama.adapters.processes import ProcessRunner
from llama.runtime.dispatching import Dispatcher
from llama.runtime.recent import RecentArtifacts
from llama.runtime.vitals import CLAIMING_WITHIN_S
from services.handler_worker.carrying import Carrying
from services.handler_worker.horizon import Horizon
from services.handler_worker.reactions import Worker
from services.wiring import Wiring, run

PROCESS = "handler_worker"


async def serve(wiring: Wiring) -> None:
    """Carry out tasks in child processes."""
    settings, artifacts = wiring.settings, RecentArtifacts(wiring.artifacts)
    runner = ProcessRunner(
        settings.pipeline,
        artifacts=artifacts,
        work=settings.work_folder,
        processes=settings.workers,
        memory_bytes=settings.handler_memory_mb * 1024 * 1024,
    )
    async with wiring.carrier() as carrier:
        alarms = wiring.carriers_of_alarms()
        dispatcher = Dispatcher(wiring.outbox, carrier, wiring.pauses, alarms)
        runner.sends_by(dispatcher, wiring.queue.is_wanted)
        await _work(wiring, runner, artifacts)


async def _work(wiring: Wiring, runner: ProcessRunner, artifacts: RecentArtifacts) -> None:
    settings = wiring.settings
    async with runner:
        publishing = [name for name, one in wiring.handlers.items() if one.PUBLISHES]
        handlers = [(name, one.CODE_VERSION) for name, one in wiring.handlers.items()]
        claiming = wiring.watch("claiming", within_s=CLAIMING_WITHIN_S)
        carrying = Carrying(
            worker=f"{socket.gethostname()}:{os.getpid()}",
            queue=wiring.queue,
            runner=runner,
            artifacts=artifacts,
            log=wiring.log,
            clock=wiring.clock,
            horizon=Horizon(wiring.ledger, [one for one in handlers if one[0] not in publishing]),
            lease=timedelta(seconds=settings.lease_s),
            watch=claiming,
        )
        worker = Worker(
            queue=wiring.queue,
            carrying=carrying,
            handlers=handlers,
            capacity=settings.workers,
            publishing=publishing,
            claiming=claiming,
            renewing=wiring.watch("renewing", within_s=max(CLAIMING_WITHIN_S, settings.lease_s)),
        )
        wiring.is_ready(PROCESS)
        await worker.work()


if __name__ == "__main__":
    run(PROCESS, {PROCESS: serve})
