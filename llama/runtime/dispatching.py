"""Sends what handlers have to tell: written down before and after, never sent twice."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from llama.domain.errors import Fenced, LlamaError, Unavailable
from llama.domain.outlet import DRY_RUN, InDoubt, Parcel, Sender, Sent, first_answer, in_doubt
from llama.ports.outlet import Carrier, Outbox, Pauses, Wanted, always
from llama.runtime.patience import persist

CONCLUDE_WITHIN_S = 20.0
"""What was sent is written down after a short outage of the ledger, too."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Sends through carriers, by the ledger, one thing at a time.

    What a dry run was told the world was not: each sees only its own part of the ledger.
    """

    outbox: Outbox
    carrier: Carrier
    pauses: Pauses
    elsewhere: Mapping[str, Carrier] = field(default_factory=dict[str, Carrier])
    """Who carries what is for these topics instead."""
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def earlier(self, sender: Sender) -> tuple[Sent, ...]:
        """Return what a sender has sent so far, oldest first, once nothing is being sent."""
        async with self._one_at_a_time, self.outbox.turn(sender):
            return await self._sent(sender)

    async def send(
        self, sender: Sender, parcel: Parcel, *, wanted: Wanted = always
    ) -> Mapping[str, object]:
        """Send a parcel; return the answer, which is the first one if it was sent before.

        InDoubt if it may have been sent before, PermanentError if its key was another content's,
        LlamaError if nothing was sent now; Fenced if it is not `wanted` any more. A sending that
        has begun is brought to its end also if this is cancelled: whoever is killed at once
        instead leaves a doubt.
        """
        async with self._one_at_a_time, self.outbox.turn(sender):
            known = first_answer(await self._sent(sender), sender, parcel)
            if known is not None:
                return known
            if (pause := await self.pauses.paused()) is not None:
                raise Unavailable(str(pause))
            await self._to(parcel.topic).ready(parcel.topic)
            # Whoever was to take its place has looked already at what was sent, and will not again.
            if not await wanted():
                raise Fenced(f"{parcel.key} of {sender.event} is not sent: another run replaced it")
            return await _to_its_end(self._send(sender, parcel))

    async def _sent(self, sender: Sender) -> tuple[Sent, ...]:
        ours = filter(self._is_ours, await self.outbox.sent(sender))
        return tuple(replace(one, key=one.key.removeprefix(DRY_RUN)) for one in ours)

    def _is_ours(self, entry: Sent) -> bool:
        return entry.key.startswith(DRY_RUN) is self._to(entry.topic).is_dry_run

    def _to(self, topic: str) -> Carrier:
        return self.elsewhere.get(topic, self.carrier)

    async def _send(self, sender: Sender, parcel: Parcel) -> Mapping[str, object]:
        if self._to(parcel.topic).is_dry_run:
            parcel = replace(parcel, key=DRY_RUN + parcel.key)
        entry = await self.outbox.begin(sender, parcel)
        if entry is None:
            raise Fenced(f"{parcel.key} of {sender.event} was sent meanwhile: try again")
        return await self._concluded(sender, entry, await self._carried(sender, entry))

    async def _carried(self, sender: Sender, entry: Sent) -> Mapping[str, object]:
        try:
            return await self._to(entry.topic).carry(sender, entry)
        except LlamaError:  # surely nothing went out
            await self.outbox.withdraw(sender, entry.number)
            raise
        except InDoubt as doubt:
            await self._doubted(sender, entry, doubt.heard)
            raise

    async def _doubted(self, sender: Sender, entry: Sent, heard: str) -> None:
        """Keep what was heard of the receiver for whoever has to find out."""
        told = {"topic": entry.topic, "number": entry.number, "heard": heard}
        _log.warning("sending_in_doubt", event_id=sender.event, handler=sender.handler, **told)
        if not heard:
            return
        try:
            await self.outbox.doubt(sender, entry.number, heard)
        except LlamaError as error:  # the doubt stands without it
            _log.warning("doubt_not_written_down", event_id=sender.event, error=str(error), **told)

    async def _concluded(
        self, sender: Sender, entry: Sent, answer: Mapping[str, object]
    ) -> Mapping[str, object]:
        try:
            async with asyncio.timeout(CONCLUDE_WITHIN_S):
                concluded = await persist(
                    "writing down what was sent",
                    lambda: self.outbox.conclude(sender, entry.number, answer),
                )
        except TimeoutError as error:
            heard = "the receiver took it, which could not be written down"
            raise in_doubt(sender, entry, heard) from error
        told = {"topic": entry.topic, "number": entry.number, "key": entry.key}
        _log.info("sent_out", event_id=sender.event, handler=sender.handler, **told)
        return concluded.answer if concluded else answer


async def _to_its_end(sending: Awaitable[Mapping[str, object]]) -> Mapping[str, object]:
    begun = asyncio.ensure_future(sending)
    try:
        return await asyncio.shield(begun)
    except asyncio.CancelledError:
        await asyncio.wait([begun])
        if not begun.cancelled():
            begun.exception()  # looked at: nobody else is there to hear of it
        raise
