"""`llama rebuild`: the read models again, from the log, beside the live ones."""

import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Annotated

import typer

from llama.cli.output import fail, print_line, progress
from llama.cli.rebuild_history import Shards, rebuild_histories
from llama.cli.session import LogSession, Session, in_session, open_log, patiently
from llama.client.rebuilding import BUILDER, Progress, Rebuild, Verdict
from llama.domain.shards import SHARDS
from llama.runtime.crew import at_work
from llama.runtime.lifecycle import die_with_parent
from schemas.topics import FACTS_TOPIC

SAY_EVERY_S = 1.0
MOST_RECORDS = 4000
ALL = (0, 1)
"""The whole log: the first share of one."""


def rebuild(
    check: Annotated[
        bool,
        typer.Option("--check", help="Compare with the live tables, and do not replace them."),
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Write the version histories again instead.")
    ] = False,
    shard: Shards = None,
    share: Annotated[tuple[int, int], typer.Option("--share", hidden=True)] = ALL,
) -> None:
    """Build the read models again from the log while the old ones answer, then switch."""
    if share != ALL:
        _help(share)
        return
    if shard and not history:
        fail("--shard names a repository of the histories: say --history, too", code=2)
    if check and history:
        message = "--check compares tables, and --history writes the histories again"
        fail(f"{message}: `llama verify` compares the histories with the log", code=2)
    if history:
        in_session(lambda session: rebuild_histories(session, shard or range(SHARDS)))
        return
    verdicts = in_session(lambda session: _rebuild(session, check=check))
    if Verdict.DIFFERENT in verdicts.values():
        raise typer.Exit(1)


def _help(share: tuple[int, int]) -> None:
    """Build a share of the tables beside others, until whoever started this interrupts it."""
    die_with_parent()

    async def work(session: Session) -> None:
        async with open_log(session) as log, rebuild_in(session, log, share) as building:
            await building.help()

    with suppress(KeyboardInterrupt):
        in_session(work)


async def _rebuild(session: Session, *, check: bool) -> Mapping[str, Verdict]:
    async with open_log(session) as log:
        async with rebuild_in(session, log) as building:
            if check:
                return _said(await building.check())
            await _build(building)
            await building.generations.switch()
        print_line("the new tables are in place; the services go on with them")
        return {}


async def _build(building: Rebuild) -> None:
    begun = time.monotonic()
    said, first, last = 0.0, -1, Progress(0, 0)
    async for last in building.build():
        first = last.done if first < 0 else first
        spent = time.monotonic() - begun
        if spent - said > SAY_EVERY_S:
            said, rate = spent, (last.done - first) / spent
            progress(f"{last.done:,} of {last.total:,} records, {rate:,.0f}/s")
    progress(f"{last.done:,} of {last.total:,} records are read")


def _said(verdicts: Mapping[str, Verdict]) -> Mapping[str, Verdict]:
    for table, verdict in verdicts.items():
        print_line(f"{table}: {verdict.value}")
    return verdicts


@asynccontextmanager
async def rebuild_in(
    session: Session, log: LogSession, share: tuple[int, int] = ALL
) -> AsyncGenerator[Rebuild]:
    """Connect what builds the tables of a session's system again, beside the live ones."""
    from llama.adapters.kafka.subscription import KafkaSubscription, Share
    from llama.adapters.postgres import PostgresGenerations, PostgresLedger, connect
    from llama.adapters.postgres.table_copies import BUILT, LIVE
    from llama.runtime.collecting import collect_seldom
    from llama.runtime.folding import MoveFolder
    from llama.runtime.projecting import PROJECTED, Projector, show

    collect_seldom()
    url, schemas = session.addresses.database_url, f"{BUILT}, {LIVE}"
    async with (
        await patiently(lambda: connect(url)) as live,
        await patiently(lambda: connect(url, schemas=schemas)) as database,
    ):
        ledger = PostgresLedger(database, waits_for_disk=False)

        async def positions(topic: str) -> Mapping[int, int]:
            return await ledger.positions(BUILDER, topic)

        yield Rebuild(
            PostgresGenerations(live, builder=BUILDER),
            ledger,
            log.reader,
            lambda: KafkaSubscription(
                session.addresses.kafka,
                PROJECTED,
                consumer=BUILDER,
                positions=positions,
                share=Share(*share),
                max_records=MOST_RECORDS,
            ),
            Projector(ledger, MoveFolder(BUILDER, ledger, show), BUILDER),
            # On one core there is nothing to share: the only share would be all of it.
            crew=_crew if share == ALL and _cores() > 1 else None,
        )


def _cores() -> int:
    """Return how many processes there is work for."""
    return min(os.cpu_count() or 1, FACTS_TOPIC.partitions)


def _crew() -> AbstractAsyncContextManager[Callable[[], bool]]:
    """Have a process on every core build a share of the tables."""
    count = _cores()
    command = (sys.executable, "-m", "llama.cli", "rebuild", "--share")
    return at_work([(*command, str(number), str(count)) for number in range(count)])
