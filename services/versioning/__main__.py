"""Wires versioning."""

from llama.adapters.git.history import GitHistory
from llama.runtime.consuming import consume
from llama.runtime.folding import MoveFolder
from services.versioning import CONSUMES
from services.versioning.reactions import CONSUMER, Historian
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Fold the log and write what changed to git."""
    async with GitHistory(wiring.settings.history_folder) as history:
        historian = Historian(wiring.log, history, wiring.artifacts)
        folder = MoveFolder(CONSUMER, wiring.ledger_of_folds, historian.react, wiring.lately)

        def begin() -> None:
            folder.forget()
            wiring.is_ready(CONSUMER)

        subscribe = wiring.subscribe(CONSUMER, CONSUMES, hurried=False)
        await consume(subscribe, folder.handle, on_start=begin, watch=wiring.watch())


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
