"""Wires dependency_resolver."""

import asyncio

from llama.runtime.consuming import consume
from llama.runtime.patience import persist
from llama.runtime.resources import resources_of
from llama.runtime.telling import TellingFolder
from llama.runtime.vitals import TIMERS_WITHIN_S
from schemas.files import Manifest
from services.dependency_resolver import CONSUMES
from services.dependency_resolver.adopting import deployable
from services.dependency_resolver.expiring import Alarm
from services.dependency_resolver.reactions import CONSUMER, Resolver
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Fold the log and keep the tasks in step with it; beside that, say what has expired."""
    resolver = await _deployed(wiring)
    ledger, lately = wiring.ledger_of_folds, wiring.lately
    folder = TellingFolder(CONSUMER, ledger, resolver.tell, resolver.react, lately)

    def begin() -> None:
        folder.forget()
        wiring.is_ready(CONSUMER)

    async with asyncio.TaskGroup() as group:
        watch = wiring.watch("timers", within_s=TIMERS_WITHIN_S)
        group.create_task(Alarm(wiring.timers, wiring.log, watch).watch())
        subscribe = wiring.subscribe(CONSUMER, CONSUMES)
        handle = resolver.rest.after(folder.handle)
        group.create_task(consume(subscribe, handle, on_start=begin, watch=wiring.watch()))


async def _deployed(wiring: Wiring) -> Resolver:
    """Deploy the pipeline: return its resolver once what was being worked on has adopted it."""
    ledger, manifest = wiring.ledger, await _manifest(wiring)
    epoch = await persist(
        "registering the pipeline", lambda: ledger.deployment_epoch(manifest.digest)
    )
    stale_after = wiring.settings.stale_after
    resolver = Resolver(wiring.log, wiring.clock, manifest, epoch, stale_after)
    behind = await persist(
        "looking for earlier events", lambda: ledger.states_behind(CONSUMER, epoch)
    )
    await persist("adopting the pipeline", lambda: resolver.adopt_unfinished(behind))
    return resolver


async def _manifest(wiring: Wiring) -> Manifest:
    resources = await asyncio.to_thread(resources_of, wiring.handlers, wiring.settings)
    return await deployable(wiring.handlers, resources, wiring.artifacts)


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
