"""Operators' acts: each is a fact on the log, and counts once for every request.

order = named(Order(event, request="", at=clock.now(), by="ada", reason="a glitch"), "veto")
[done] = await acts.carry_out([order.switch("veto", "Skymap")])
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from llama.client.acting.effects import foretold, hindrance, is_so_already, trimmed
from llama.client.acting.naming import no_such_event
from llama.client.acting.orders import Order, OrderedFact
from llama.client.ingestion import LOOK_EVERY_S, look
from llama.domain.errors import ActRefused
from llama.domain.states import EventState, Outcome
from llama.ports.clock import Clock
from llama.ports.ledger import Ledger
from llama.ports.message_log import LogReader, MessageLog, Record
from llama.ports.projections import FactRow, ReadModels
from schemas.facts import FACTS, Fact, FlagsChanged, PipelineRequested
from schemas.topics import FACTS_TOPIC

READER = "projection"
"""Whose states are looked at."""
ACTORS = ("dependency_resolver", READER)
"""Who has to have read an act before it has had its effect: one withdraws runs, one shows it."""
KNOWN_EVENTS = 1000
"""So many are compared with a name that may be mistyped: the latest."""
ORIGIN = {"id", "cause", "occurred_at", "by", "reason"}
"""What may differ between an act and its repetition."""
Rule = Callable[[EventState, OrderedFact], str]
"""Says why an act is not to be sent as things stand; nothing if it may be."""


class Effect(StrEnum):
    """What became of an act, in words for people and programs."""

    APPLIED = "applied"
    KNOWN = "known already"
    UNCHANGED = "so already"
    NONE = "without effect"
    SENT = "sent"
    """It is on the log, and nobody waited for more."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one fact of an order; `why` explains what had no effect."""

    fact: OrderedFact
    effect: Effect
    why: str = ""


@dataclass(frozen=True, slots=True)
class Acts:
    """Puts acts on the log, and tells what they did."""

    log: MessageLog
    reader: LogReader
    ledger: Ledger
    models: ReadModels
    clock: Clock

    async def state(self, event: str, *, latest: bool = True) -> EventState:
        """Return the state of an event, with all that is on the log now if `latest`."""
        if latest:
            await self._read_to(READER, await look(self.reader.ends, FACTS_TOPIC))
        return await look(self.models.state, event) or EventState(event)

    async def begun(self, event: str, *, latest: bool = True) -> EventState:
        """Return the state of an event that there is; ActRefused if nothing is known of it."""
        state = await self.state(event, latest=latest)
        if not state.sequence:
            rows = await look(self.models.events, limit=KNOWN_EVENTS)
            raise ActRefused(no_such_event(event, [row.event for row in rows]))
        return state

    async def earlier(self, order: Order) -> Sequence[OrderedFact]:
        """Return what a request has put on the log already, if it has a name."""
        if not order.request:
            return ()
        rows = await look(self.models.facts, order.event)
        facts = (FACTS.validate_json(row.body) for row in rows if order.has_said(row.id))
        return [fact for fact in facts if isinstance(fact, OrderedFact)]

    async def carry_out(
        self, facts: Sequence[OrderedFact], *, rule: Rule | None = None, wait: bool = True
    ) -> Sequence[Done]:
        """Send what is new and would have an effect; wait until it has had it, if `wait`.

        All facts are of one event. ActRefused if a request's name was used for something else.
        """
        event = facts[0].event
        state = await self.state(event, latest=wait)
        known = {row.id: row for row in await look(self.models.facts, event)}
        done: dict[str, Done] = {}
        new: list[OrderedFact] = []
        for fact in facts:
            trim = trimmed(state, fact)
            judged = _judge_known(fact, known) or _judge(state, trim, rule, thoroughly=wait)
            if judged is not None:
                done[fact.id] = replace(judged, fact=fact)
                continue
            new.append(trim)
            state = foretold(state, trim)
        done |= {one.fact.id: one for one in await self._send(event, new, wait=wait)}
        return [done[fact.id] for fact in facts]

    async def _send(
        self, event: str, facts: Sequence[OrderedFact], *, wait: bool
    ) -> Sequence[Done]:
        records = await self.log.append(FACTS_TOPIC, facts)
        if not wait or not facts:
            return [Done(fact, Effect.SENT) for fact in facts]
        await self._has_effect(records)
        rows = {(row.partition, row.offset): row for row in await look(self.models.facts, event)}
        state = await self.state(event, latest=False)
        return [
            _done(state, fact, rows[record.partition, record.offset])
            for fact, record in zip(facts, records, strict=True)
        ]

    async def _has_effect(self, records: Sequence[Record]) -> None:
        ends = {record.partition: record.offset + 1 for record in records}
        for follower in ACTORS:
            await self._read_to(follower, ends)

    async def _read_to(self, follower: str, ends: Mapping[int, int]) -> None:
        while True:
            positions = await look(self.ledger.positions, follower, FACTS_TOPIC.name)
            if all(positions.get(partition, 0) >= end for partition, end in ends.items()):
                return
            await asyncio.sleep(LOOK_EVERY_S)


def _judge_known(fact: OrderedFact, known: Mapping[str, FactRow]) -> Done | None:
    row = known.get(fact.id)
    if row is None:
        return None
    before = FACTS.validate_json(row.body)
    if _says_otherwise(before, fact):
        raise ActRefused(
            f"request {fact.id.removeprefix('request-')} of {fact.event} was another act "
            f"({before.kind}): give this one a name of its own with --request"
        )
    return Done(fact, Effect.KNOWN)


def _says_otherwise(before: Fact, fact: OrderedFact) -> bool:
    if isinstance(before, FlagsChanged) and isinstance(fact, FlagsChanged):
        # Only what was new then was written.
        return not before.changes.items() <= fact.changes.items()
    return before.model_dump(exclude=ORIGIN) != fact.model_dump(exclude=ORIGIN)


def _judge(
    state: EventState, fact: OrderedFact, rule: Rule | None, *, thoroughly: bool
) -> Done | None:
    """Return what there is to say of an act that is not worth sending; None if it is.

    Not thoroughly: nobody waited for what was sent before, which may yet change everything.
    """
    if isinstance(fact, FlagsChanged) and not fact.changes:
        return Done(fact, Effect.UNCHANGED)
    why = (rule(state, fact) if rule else "") or (hindrance(state, fact) if thoroughly else "")
    if why:
        return Done(fact, Effect.NONE, why)
    return Done(fact, Effect.UNCHANGED) if thoroughly and is_so_already(state, fact) else None


def _done(state: EventState, fact: OrderedFact, row: FactRow) -> Done:
    if isinstance(fact, PipelineRequested):
        return Done(fact, Effect.SENT)
    match row.outcome:
        case Outcome.APPLIED:
            return Done(fact, Effect.APPLIED)
        case Outcome.REDUNDANT:
            return Done(fact, Effect.KNOWN)
        case _:
            why = hindrance(state, fact) or "something else came before it: look at `llama why`"
            return Done(fact, Effect.NONE, why)
