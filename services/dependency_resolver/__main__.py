"""Wires dependency_resolver."""

from llama.domain.pipeline import manifest_of
from llama.runtime.consuming import consume
from llama.runtime.folding import Folder
from llama.runtime.patience import persist
from services.dependency_resolver import CONSUMES
from services.dependency_resolver.reactions import CONSUMER, Resolver
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Fold the log and keep the tasks in step with it."""
    manifest = manifest_of(wiring.handlers)
    epoch = await persist(
        "registering the pipeline", lambda: wiring.ledger.deployment_epoch(manifest.digest)
    )
    resolver = Resolver(wiring.log, wiring.clock, manifest, epoch)
    behind = await persist(
        "looking for unfinished events", lambda: wiring.ledger.states_behind(CONSUMER, epoch)
    )
    await persist("adopting the pipeline", lambda: resolver.adopt_unfinished(behind))
    folder = Folder(CONSUMER, wiring.ledger, resolver.react)

    def begin() -> None:
        folder.forget()
        wiring.is_ready(CONSUMER)

    await consume(wiring.subscribe(CONSUMER, CONSUMES), folder.handle, on_start=begin)


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
