"""Has files of a running system made: asks for what is needed, waits, and tells what ran."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from llama.client.acting.acts import Acts, Done
from llama.client.acting.effects import foretold
from llama.client.acting.orders import HandlerAct, Order
from llama.client.acting.plans import Plan, Planned, Wish, adopting, plan_of, planned
from llama.client.ingestion import LOOK_EVERY_S, Ingestion, look
from llama.domain.resolve import decide
from llama.domain.states import EventState, Outcome
from llama.ports.projections import FactRow
from schemas.facts import FACTS, FileFailed, FileGenerated
from schemas.files import Manifest


@dataclass(frozen=True, slots=True)
class Ran:
    """One run that came to its end."""

    files: tuple[str, ...]
    handler: str
    outcome: str
    """made, made in vain, or failed."""
    attempt: int
    wall_s: float
    why: str


@dataclass(frozen=True, slots=True)
class Remaking:
    """Has files made."""

    acts: Acts
    ingestion: Ingestion

    async def plan(self, wish: Wish, order: Order) -> tuple[EventState, Plan]:
        """Return an event's state with all that is on the log, and what to say."""
        state = await self.acts.begun(order.event)
        return state, plan_of(state, wish, order)

    def foreseen(
        self, state: EventState, plan: Plan, deployed: Manifest | None
    ) -> tuple[Planned, ...]:
        """Return what would run, with the deployed pipeline if it is asked for."""
        was = {one.handler: one.why for one in planned(state, plan.targets)}
        asked = {fact.handler for fact in plan.facts if isinstance(fact, HandlerAct)}
        for fact in plan.facts:
            state = foretold(state, fact)
        told = planned(adopting(state, deployed) if deployed else state, plan.targets)
        return tuple(
            replace(one, why=f"asked for again; it is {was[one.handler]}")
            if one.handler in asked & was.keys()
            else one
            for one in told
        )

    async def ask(self, plan: Plan, *, wait: bool) -> Sequence[Done]:
        """Say what has to be said; what the same request has said already is only told."""
        facts = await self.acts.earlier(plan.order) or plan.facts
        return await self.acts.carry_out(facts, wait=wait) if facts else ()

    async def settled(self, event: str, awaited: Collection[str] | None = None) -> EventState:
        """Wait until no run of some handlers (of any: None) is under way, and return the state.

        What is cooling down is not waited for: it has been tried, and may be tried in vain for
        ever. One that falls due while something else is waited for is.
        """
        models = self.acts.models
        while True:
            leased = await look(models.leased, event)
            await self.ingestion.caught_up()
            state = await self.acts.state(event, latest=False)
            under_way = {*leased, *_due(state, self.acts.clock.now())}
            if not (under_way if awaited is None else under_way & set(awaited)):
                return state
            await asyncio.sleep(LOOK_EVERY_S)

    async def ran_since(self, before: EventState) -> Sequence[Ran]:
        """Return the runs that ended since a state, in their order."""
        rows = await look(self.acts.models.facts, before.event)
        told = [_ran(row) for row in rows if row.sequence > before.sequence]
        return [one for one in told if one is not None]


def _due(state: EventState, now: datetime) -> set[str]:
    """Return the handlers whose runs may start at a moment, or have started."""
    runs = decide(state, now).runs
    due = [run for run in runs if run.not_before is None or run.not_before <= now]
    return {run.need.handler.name for run in due}


def _ran(row: FactRow) -> Ran | None:
    fact = FACTS.validate_json(row.body)
    applied = row.outcome == Outcome.APPLIED
    match fact:
        case FileGenerated():
            files = tuple(content.file for content in fact.files)
            outcome, why = "made" if applied else "made in vain", "" if applied else row.outcome
        case FileFailed():
            files, outcome, why = (), "failed", f"{fact.error}: {fact.message}"
        case _:
            return None
    return Ran(files, fact.handler, outcome, fact.attempt, fact.wall_s, why)
