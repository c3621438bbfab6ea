"""The command that has made what is not as it should be."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated

import typer

from llama.cli.carrying import Report, as_json_of, print_report
from llama.cli.events import EventName
from llama.cli.ingest import ingestion_in
from llama.cli.ordering import ActOptions, acts_in, with_act_options
from llama.cli.output import print_json, print_line, print_table, progress
from llama.cli.session import Session, in_session, open_log
from llama.client.acting.orders import Order
from llama.client.acting.plans import Plan, Planned, Wish, left_over, planned
from llama.client.acting.remaking import Ran, Remaking
from llama.client.ingestion import within
from llama.domain.assessment import Status
from llama.domain.manifests import manifest_of
from llama.domain.status import files_of
from llama.runtime.pipelines import load_pipeline

SETTLE_S = 600.0
"""As `llama ingest --wait`: handlers take seconds to minutes."""
LOOK_EVERY_S = 0.05
CURRENT = Status.CURRENT.value


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a wish."""

    report: Report
    plan: Plan
    ran: Sequence[Ran] = ()

    @property
    def undone(self) -> Sequence[Planned]:
        """What is not as it was wished."""
        return left_over(self.report.state, self.plan.targets, self.plan.held)


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
    """Have made what is not current: failed files are tried again; then wait, and tell what ran."""
    wish = Wish(tuple(files or ()), force=force, stale=stale)
    body = _foresee if dry_run else _make
    in_session(lambda session: body(session, options, event, wish))


async def _foresee(session: Session, options: ActOptions, event: str, wish: Wish) -> None:
    deployed = manifest_of(load_pipeline(session.settings.pipeline)) if wish.stale else None
    order = options.order(event, at=session.clock.now())
    async with open_log(session) as log:
        remaking = Remaking(acts_in(session, log), ingestion_in(session, log))
        planning = asyncio.ensure_future(remaking.plan(wish, order))
        state, plan = await within(_patience(options), planning, what="reading the log")
    foreseen = remaking.foreseen(state, plan, deployed)
    if options.as_json:
        print_json([asdict(one) for one in foreseen])
    elif foreseen:
        _print_planned("", foreseen)
    else:
        print_line("all of it is current: nothing would run")


async def _make(session: Session, options: ActOptions, event: str, wish: Wish) -> None:
    order = options.order(event, at=session.clock.now())
    async with open_log(session) as log:
        remaking = Remaking(acts_in(session, log), ingestion_in(session, log))
        making = asyncio.ensure_future(_made(remaking, options, order, wish))
        made = await within(_patience(options), making, what=f"making files of {event}")
    _tell(made, as_json=options.as_json)
    if options.wait and made.undone:
        raise typer.Exit(1)


async def _made(remaking: Remaking, options: ActOptions, order: Order, wish: Wish) -> Made:
    until = order.at + _patience(options)
    before, plan = await remaking.plan(wish, order)
    done = await remaking.ask(plan, wait=options.wait)
    if not options.wait:
        return Made(Report("make", plan.order, done, before), plan)
    watching = asyncio.ensure_future(_watch(remaking, plan))
    try:
        state = await remaking.settled(order.event, plan.targets, until=until)
    finally:
        watching.cancel()
    return Made(Report("make", plan.order, done, state), plan, await remaking.ran_since(before))


async def _watch(remaking: Remaking, plan: Plan) -> None:
    """Show every change of a wanted file's status, on standard error."""
    files = {file for spec in plan.targets for file in spec.files}
    shown: dict[str, str] = {}
    while True:
        state = await remaking.acts.state(plan.order.event, latest=False)
        for file in files_of(state):
            if file.name in files and shown.get(file.name, CURRENT) != file.status:
                progress(f"  {file.name:<20} {file.status}")
            shown[file.name] = file.status
        await asyncio.sleep(LOOK_EVERY_S)


def _tell(made: Made, *, as_json: bool) -> None:
    left = planned(made.report.state, made.plan.targets)
    if as_json:
        ran, rest = [asdict(one) for one in made.ran], [asdict(one) for one in left]
        print_json({**as_json_of(made.report), "ran": ran, "not_current": rest})
        return
    print_report(made.report)
    if made.ran:
        columns = ("handler", "outcome", "attempt", "seconds", "why")
        print_table("what ran", columns, [_row(one) for one in made.ran])
    else:
        print_line("nothing ran")
    if left:
        _print_planned("not current", left)


def _row(ran: Ran) -> tuple[str, ...]:
    return ran.handler, ran.outcome, str(ran.attempt), f"{ran.wall_s:.2f}", ran.why


def _print_planned(title: str, rows: Sequence[Planned]) -> None:
    table = [(" ".join(one.files), one.handler, one.runs, one.why) for one in rows]
    print_table(title, ("what", "handler", "runs", "why"), table)


def _patience(options: ActOptions) -> timedelta:
    return timedelta(seconds=options.timeout)
