"""Wires announcing."""

import asyncio

from llama.domain.announcing import Addresses
from llama.runtime.consuming import consume
from llama.runtime.folding import Folder
from llama.runtime.vitals import HEART_WITHIN_S
from services.announcing import CONSUMES
from services.announcing.beating import Heart
from services.announcing.reactions import CONSUMER, Announcer, Announcing
from services.announcing.selecting import Selector
from services.wiring import Wiring, run


async def serve(wiring: Wiring) -> None:
    """Fold the log and tell subscribers what it amounts to; beside that, say that this is alive."""
    addresses = Addresses(wiring.settings.public_url)
    announcer = Announcer(wiring.log, addresses, Selector(wiring.log, addresses))
    folder = Folder(CONSUMER, wiring.ledger_of_folds, announcer.react, wiring.lately)
    announcing = Announcing(wiring.ledger_of_folds, folder, announcer)

    def begin() -> None:
        folder.forget()
        wiring.is_ready(CONSUMER)

    async with asyncio.TaskGroup() as group:
        if wiring.settings.instance == 0:  # one speaks for all its siblings
            watch = wiring.watch("heart", within_s=HEART_WITHIN_S)
            heart = Heart(wiring.log, wiring.ledger, wiring.clock, watch=watch)
            group.create_task(heart.beat())
        subscribe = wiring.subscribe(CONSUMER, CONSUMES, hurried=False)
        consuming = consume(subscribe, announcing.handle, on_start=begin, watch=wiring.watch())
        group.create_task(consuming)


if __name__ == "__main__":
    run(CONSUMER, {CONSUMER: serve})
