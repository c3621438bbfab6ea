"""Wires projection."""

from llama.runtime.consuming import consume
from llama.runtime.folding import Folder
from services.projection import CONSUMES
from services.projection.reactions import CONSUMER, Projector, show
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Follow the log, the revisions and the dead letters, and show them in tables."""
    folder = Folder(CONSUMER, wiring.ledger, show)
    projector = Projector(wiring.ledger, folder)

    def begin() -> None:
        folder.forget()
        wiring.is_ready(CONSUMER)

    await consume(wiring.subscribe(CONSUMER, CONSUMES), projector.handle, on_start=begin)


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
