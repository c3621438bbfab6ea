"""The command that sends notices in."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.output import AsJson, fail, print_json, print_table, progress
from llama.cli.session import LogSession, Session, in_session, open_log
from llama.cli.starting import refuse_wrong_pipeline, settings_or_fail
from llama.client.ingestion import MAX_NOTICE_BYTES, Ingestion, within
from llama.client.progress import Progress
from llama.ports.projections import Receipt
from schemas.facts import Source
from schemas.reports import DeadLetter

OUTCOMES = {
    "applied": "it counts",
    "ignored": "older than the newest: changes nothing",
    "redundant": "known already",
}
"""What a notice did, for people."""


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Notices, one in each file.")],
    wait: Annotated[
        bool,
        typer.Option(
            "--wait",
            help="Return when every event touched has settled, retries of failures included.",
        ),
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds to wait at the most.")
    ] = 600.0,
    as_json: AsJson = False,
) -> None:
    """Put notices on the alert topic, in the order given.

    One that is refused is no failure (exit code 0): `llama dlq show ID` tells the reason.
    """
    for path in files:
        if not path.is_file():
            fail(f"{path} is not a file that can be read: name files with one notice each", code=2)
    refuse_wrong_pipeline(settings_or_fail())
    in_session(lambda session: _ingest(session, files, timeout if wait else None, as_json=as_json))


async def _ingest(
    session: Session, files: Sequence[Path], timeout: float | None, *, as_json: bool
) -> None:
    async with open_log(session) as log:
        ingestion = ingestion_in(session, log)
        sent = [(str(path), await _send(ingestion, path)) for path in files]
        if timeout is None:
            _report([_row(name, what, None, "sent") for name, what in sent], as_json=as_json)
            return
        receipts: list[Receipt] = []
        waiting = asyncio.ensure_future(_wait(ingestion, sent, receipts))
        await within(timedelta(seconds=timeout), waiting, what="settling (with retries)")
        outcomes = await _outcomes(session, receipts)
        by_source = {_key(receipt.source): receipt for receipt in receipts}
        rows = [_told(name, what, by_source, outcomes) for name, what in sent]
        _report(rows, as_json=as_json)


def ingestion_in(session: Session, log: LogSession) -> Ingestion:
    """Return the means to send notices into a session's system."""
    return Ingestion(log.log, log.reader, session.ledger, session.models, session.clock)


async def _send(ingestion: Ingestion, path: Path) -> Source | DeadLetter:
    size = path.stat().st_size
    if size > MAX_NOTICE_BYTES:
        return await ingestion.refuse_oversized(name=str(path), size=size)
    return await ingestion.send(path.read_bytes(), name=path.name)


async def _wait(
    ingestion: Ingestion,
    sent: Sequence[tuple[str, Source | DeadLetter]],
    receipts: list[Receipt],
) -> None:
    sources = [what for _, what in sent if isinstance(what, Source)]
    shown = Progress(progress)
    receipts += await ingestion.receipts(sources, progress=shown)
    events = dict.fromkeys(receipt.event for receipt in receipts if receipt.event)
    await ingestion.settle(events, progress=shown)


async def _outcomes(
    session: Session, receipts: Sequence[Receipt]
) -> Mapping[tuple[int | None, int | None], str]:
    """Return what each notice did to its event, by its place on the log."""
    events = {receipt.event for receipt in receipts if receipt.event}
    facts = [fact for event in events for fact in await session.models.facts(event)]
    return {(fact.partition, fact.offset): OUTCOMES.get(fact.outcome, "") for fact in facts}


def _told(
    name: str,
    what: Source | DeadLetter,
    receipts: Mapping[tuple[str, int, int], Receipt],
    outcomes: Mapping[tuple[int | None, int | None], str],
) -> Mapping[str, str]:
    receipt = None if isinstance(what, DeadLetter) else receipts[_key(what)]
    if receipt is None or receipt.event is None:
        return _row(name, what, receipt, "refused")
    place = receipt.fact_partition, receipt.fact_offset
    return _row(name, what, receipt, outcomes.get(place, ""))


def _row(
    name: str, what: Source | DeadLetter, receipt: Receipt | None, outcome: str
) -> Mapping[str, str]:
    refused = what if isinstance(what, DeadLetter) else None
    return {
        "file": name,
        "event": (receipt.event if receipt else None) or "",
        "outcome": outcome,
        "dead_letter": refused.id if refused else (receipt.dead_letter if receipt else None) or "",
        "reason": refused.reason.value if refused else (receipt.reason if receipt else None) or "",
    }


def _report(rows: Sequence[Mapping[str, str]], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    columns = ("file", "event", "outcome", "dead letter", "reason")
    short = [{**row, "file": Path(row["file"]).name} for row in rows]
    print_table("", columns, [tuple(row.values()) for row in short])


def _key(source: Source) -> tuple[str, int, int]:
    return source.topic, source.partition, source.offset
