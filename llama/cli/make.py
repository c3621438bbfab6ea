"""The command that has made what is not as it should be."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated

import typer

from llama.cli.carrying import Report
from llama.cli.events import EventName
from llama.cli.ingest import ingestion_in
from llama.cli.made import Made, tell
from llama.cli.ordering import ActOptions, acts_in, with_act_options
from llama.cli.output import print_json, print_line, print_table, progress
from llama.cli.session import Session, in_session, open_log
from llama.cli.starting import refuse_wrong_pipeline, settings_or_fail
from llama.client.acting.orders import Order
from llama.client.acting.plans import Plan, Planned, Wish
from llama.client.acting.remaking import Remaking
from llama.client.ingestion import WaitedTooLong, within
from llama.client.progress import Progress
from llama.domain.manifests import manifest_of
from llama.domain.states import EventState
from llama.runtime.pipelines import load_pipeline
from llama.runtime.resources import resources_of
from llama.runtime.settings import Settings
from schemas.files import Manifest

SETTLE_S = 600.0
"""As `llama ingest --wait`: handlers take seconds to minutes."""
LOOK_EVERY_S = 0.05


@with_act_options(timeout_s=SETTLE_S, needs_reason=False)
def make(
    options: ActOptions,
    event: EventName,
    files: Annotated[
        list[str] | None, typer.Argument(help="Files or handlers; all of them if left out.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Print what would run, and change nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Make even what is current (not what it is made from).")
    ] = False,
    stale: Annotated[
        bool, typer.Option("--stale", help="Adopt the newest code for an event left without it.")
    ] = False,
) -> None:
    """Have made what is not current, wait for what runs, and tell what ran.

    What has failed or is cooling down is tried again once; what fails then is not waited for.
    Exit code 1 if a file that was named is not current in the end, if any has failed, or if the
    whole event is vetoed.
    """
    wish = Wish(tuple(files or ()), force=force, stale=stale)
    refuse_wrong_pipeline(settings_or_fail())
    body = _foresee if dry_run else _make
    in_session(lambda session: body(session, options, event, wish))


async def _foresee(session: Session, options: ActOptions, event: str, wish: Wish) -> None:
    until = asyncio.get_running_loop().time() + options.timeout
    deployed = _deployed(session.settings) if wish.stale else None
    order = options.order(event, at=session.clock.now())
    async with open_log(session) as log:
        remaking = Remaking(acts_in(session, log), ingestion_in(session, log))
        planning = asyncio.ensure_future(remaking.plan(wish, order))
        state, plan = await within(_left(until), planning, what="reading the log")
    foreseen = remaking.foreseen(state, plan, deployed)
    if options.as_json:
        print_json([asdict(one) for one in foreseen])
    elif foreseen:
        _print_planned(foreseen)
    else:
        print_line("all of it is current: nothing would run")


def _deployed(settings: Settings) -> Manifest:
    """Return what the resolver adopts, if it was started with these settings."""
    handlers = load_pipeline(settings.pipeline)
    return manifest_of(handlers, resources_of(handlers, settings))


async def _make(session: Session, options: ActOptions, event: str, wish: Wish) -> None:
    until = asyncio.get_running_loop().time() + options.timeout
    order = options.order(event, at=session.clock.now())
    async with open_log(session) as log:
        remaking = Remaking(acts_in(session, log), ingestion_in(session, log))
        asking = asyncio.ensure_future(_asked(remaking, order, wish, wait=options.wait))
        before, asked = await within(_left(until), asking, what=f"asking for files of {event}")
        made = await _made(remaking, before, asked, until) if options.wait else asked
    tell(made, options)
    if made.is_late or (made.undone if options.wait else made.refused):
        raise typer.Exit(1)


async def _asked(
    remaking: Remaking, order: Order, wish: Wish, *, wait: bool
) -> tuple[EventState, Made]:
    """Say what has to be said; return the state before that, too."""
    before, plan = await remaking.plan(wish, order)
    done = await remaking.ask(plan, wait=wait)
    return before, Made(Report("make", plan.order, done, before), plan)


async def _made(remaking: Remaking, before: EventState, asked: Made, until: float) -> Made:
    """Wait for what is under way, until a moment of the loop's clock."""
    plan, event = asked.plan, before.event
    watching = asyncio.ensure_future(_watch(remaking, plan))
    waiting = asyncio.ensure_future(remaking.settled(event, plan.awaited))
    try:
        state, is_late = await within(_left(until), waiting, what="making files"), False
    except WaitedTooLong:
        state, is_late = await remaking.acts.state(event, latest=False), True
    finally:
        watching.cancel()
    report = replace(asked.report, state=state)
    return Made(report, plan, await remaking.ran_since(before), is_late)


async def _watch(remaking: Remaking, plan: Plan) -> None:
    """Show every change of a wanted file's status, on standard error."""
    watched = Progress(progress, {file for spec in plan.targets for file in spec.files})
    while True:
        watched.see(await remaking.acts.state(plan.order.event, latest=False))
        await asyncio.sleep(LOOK_EVERY_S)


def _print_planned(rows: Sequence[Planned]) -> None:
    table = [(" ".join(one.files), one.handler, one.runs, one.why) for one in rows]
    print_table("", ("what", "handler", "runs", "why"), table)


def _left(until: float) -> timedelta:
    return timedelta(seconds=max(until - asyncio.get_running_loop().time(), 0.0))
