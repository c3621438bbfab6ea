"""Rests after what workers have gone on from already, so that they have the machine meanwhile."""

import asyncio

from llama.ports.message_log import Haul
from llama.runtime.consuming import Handle
from llama.runtime.metering import kind_of
from schemas.facts import FileGenerated

REST_S = 0.01
"""A result that its worker could not go on from, as of a join, is waited for so much longer."""


def resting(handle: Handle) -> Handle:
    """Return how a haul is handled with a rest after it, if it has results alone."""

    async def handle_and_rest(haul: Haul) -> None:
        await handle(haul)
        kinds = {kind_of(record) for batch in haul for record in batch.records}
        if kinds == {FileGenerated.__name__}:
            await asyncio.sleep(REST_S)

    return handle_and_rest
