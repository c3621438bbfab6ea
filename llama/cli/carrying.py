"""Carries an order out, and tells what became of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import typer

from llama.cli.ordering import ActOptions, acts_in
from llama.cli.output import print_json, print_line, print_table
from llama.cli.session import Session, open_log
from llama.client.acting.acts import Acts, Done, Effect, Rule
from llama.client.acting.orders import HandlerAct, Order, OrderedFact
from llama.client.ingestion import within
from llama.domain.assessment import Assessment
from llama.domain.in_brief import in_brief
from llama.domain.needs import Assessor
from llama.domain.states import EventState
from schemas.facts import FlagsChanged

Ordered = tuple[Order, Sequence[OrderedFact]]
"""An order that has a name, and the facts that it leads to."""
InFacts = Callable[[Acts, Order], Awaitable[Ordered]]
"""Puts an order into facts."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an order, and how the event stands now."""

    act: str
    order: Order
    done: Sequence[Done]
    state: EventState


@dataclass(frozen=True, slots=True)
class Way:
    """How an act is carried out; `rule` says when it is not to be sent at all."""

    act: str
    in_facts: InFacts
    rule: Rule | None = None


async def carry_out(session: Session, options: ActOptions, order: Order, way: Way) -> None:
    """Put an order on the log, wait for its effect, and tell it; exit code 1 if it has none."""

    async def report(acts: Acts) -> Report:
        ordered, facts = await way.in_facts(acts, order)
        done = await acts.carry_out(facts, rule=way.rule, wait=options.wait)
        return Report(way.act, ordered, done, await acts.state(order.event, latest=False))

    async with open_log(session) as log:
        carrying = asyncio.ensure_future(report(acts_in(session, log)))
        told = await within(
            timedelta(seconds=options.timeout), carrying, what=f"waiting for the {way.act}"
        )
    tell(told, as_json=options.as_json)


def tell(report: Report, *, as_json: bool) -> None:
    """Print what became of an order; exit code 1 if something of it had no effect."""
    if as_json:
        print_json(as_json_of(report))
    else:
        print_report(report)
    if any(one.effect is Effect.NONE for one in report.done):
        raise typer.Exit(1)


def outcome_of(done: Sequence[Done]) -> str:
    """Return what became of an order as a whole: the first of these that any fact of it had."""
    effects = {one.effect for one in done}
    order = (Effect.NONE, Effect.SENT, Effect.APPLIED, Effect.KNOWN, Effect.UNCHANGED)
    return next((effect.value for effect in order if effect in effects), Effect.UNCHANGED.value)


def as_json_of(report: Report) -> dict[str, object]:
    """Return a report as programs read it."""
    order = report.order
    return {
        "event": order.event,
        "act": report.act,
        "request": order.request,
        "by": order.by,
        "reason": order.reason,
        "outcome": outcome_of(report.done),
        "facts": [
            {
                "id": one.fact.id,
                "kind": one.fact.kind,
                "subject": subject_of(report.state, one.fact),
                "outcome": one.effect.value,
                "why": one.why,
                "status": _status(report.state, one),
            }
            for one in report.done
        ],
    }


def print_report(report: Report) -> None:
    """Print a report for people."""
    if not report.done:
        return
    order = report.order
    why = f": {in_brief(order.reason)}" if order.reason else ""
    print_line(f"{report.act} {order.event}, by {order.by}{why} (request {order.request})")
    rows = [
        (
            subject_of(report.state, one.fact),
            one.effect.value,
            _status(report.state, one),
            one.why or _reason(report.state, one),
        )
        for one in report.done
    ]
    print_table("", ("what", "outcome", "status", "why"), rows)


def subject_of(state: EventState, fact: OrderedFact) -> str:
    """Name what an act is about: files, flags, the pipeline."""
    if isinstance(fact, FlagsChanged):
        return " ".join(f"{name.value}={word_of(value)}" for name, value in fact.changes.items())
    if not isinstance(fact, HandlerAct):
        return "the pipeline"
    assessed = Assessor(state).named(fact.handler)
    return " ".join(assessed.handler.files) if assessed else fact.handler


def word_of(value: bool | str) -> str:
    """Write a flag's value as it is typed."""
    return value if isinstance(value, str) else str(value).lower()


def _assessed(state: EventState, done: Done) -> Assessment | None:
    """Return how an act's files stand; None where nobody has waited to see that."""
    if done.effect is Effect.SENT or not isinstance(done.fact, HandlerAct):
        return None
    return Assessor(state).named(done.fact.handler)


def _status(state: EventState, done: Done) -> str:
    assessed = _assessed(state, done)
    return assessed.status.value if assessed else ""


def _reason(state: EventState, done: Done) -> str:
    assessed = _assessed(state, done)
    return assessed.reason if assessed else ""
