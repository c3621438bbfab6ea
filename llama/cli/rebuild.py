"""`llama rebuild`: the read models again, from the log, beside the live ones."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from llama.cli.output import print_line, progress
from llama.cli.rebuild_history import Shards, rebuild_histories
from llama.cli.session import LogSession, Session, in_session, open_log, patiently
from llama.client.rebuilding import BUILDER, Progress, Rebuild, Verdict
from llama.domain.shards import SHARDS

SAY_EVERY_S = 1.0
MOST_RECORDS = 4000


def rebuild(
    check: Annotated[
        bool,
        typer.Option("--check", help="Compare with the live tables, and do not replace them."),
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Write the version histories again instead.")
    ] = False,
    shard: Shards = None,
) -> None:
    """Build the read models again from the log while the old ones answer, then switch."""
    if history:
        in_session(lambda session: rebuild_histories(session, shard or range(SHARDS)))
        return
    verdicts = in_session(lambda session: _rebuild(session, check=check))
    if Verdict.DIFFERENT in verdicts.values():
        raise typer.Exit(1)


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
async def rebuild_in(session: Session, log: LogSession) -> AsyncGenerator[Rebuild]:
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
        ledger = PostgresLedger(database)

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
                share=Share(),
                max_records=MOST_RECORDS,
            ),
            Projector(ledger, MoveFolder(BUILDER, ledger, show), BUILDER),
        )
