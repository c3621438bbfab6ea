"""Wires projection."""

import structlog

from llama.domain.fold_version import FOLD_VERSION
from llama.runtime.collecting import collect_seldom
from llama.runtime.consuming import consume
from llama.runtime.folding import MoveFolder
from llama.runtime.metering import Timekeeper
from llama.runtime.patience import persist
from services.projection import CONSUMES
from services.projection.reactions import CONSUMER, Projector, show
from services.wiring import Wiring, run

_log = structlog.get_logger()


async def serve(wiring: Wiring) -> None:
    """Follow the log, revisions, dead letters, neutrinos and triggers, and show them in tables."""
    collect_seldom()
    await persist("looking at the generation", lambda: _tell_of_another_fold(wiring))
    timekeeper = Timekeeper(show, wiring.telemetry)
    folder = MoveFolder(CONSUMER, wiring.ledger_of_folds, timekeeper.look, wiring.lately)
    projector = Projector(wiring.ledger_of_folds, folder)

    def begin() -> None:
        folder.forget()
        wiring.is_ready(CONSUMER)

    subscribe = wiring.subscribe(CONSUMER, CONSUMES, hurried=False)
    handle = timekeeper.timed(projector.handle)
    await consume(subscribe, handle, on_start=begin, watch=wiring.watch())


async def _tell_of_another_fold(wiring: Wiring) -> None:
    """Say so if the tables are of another fold: what nothing happens to stays as that had it."""
    live = await wiring.generations.live_fold()
    if live != FOLD_VERSION:
        _log.warning("tables_of_another_fold", fold=live, ours=FOLD_VERSION, remedy="llama rebuild")


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
