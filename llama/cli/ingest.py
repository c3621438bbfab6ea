"""The command that sends notices in."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.output import AsJson, fail, print_json, print_table
from llama.cli.session import LogSession, Session, in_session, open_log
from llama.client.ingestion import MAX_NOTICE_BYTES, Ingestion, within
from llama.ports.projections import Receipt
from schemas.facts import Source
from schemas.reports import DeadLetter


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Notices, one in each file.")],
    wait: Annotated[
        bool, typer.Option("--wait", help="Return when every event touched has settled.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds to wait at the most.")
    ] = 600.0,
    as_json: AsJson = False,
) -> None:
    """Put notices on the alert topic, in the order given."""
    for path in files:
        if not path.is_file():
            fail(f"{path} is not a file that can be read: name files with one notice each", code=2)
    in_session(lambda session: _ingest(session, files, timeout if wait else None, as_json=as_json))


async def _ingest(
    session: Session, files: Sequence[Path], timeout: float | None, *, as_json: bool
) -> None:
    async with open_log(session) as log:
        ingestion = ingestion_in(session, log)
        sent = [(str(path), await _send(ingestion, path)) for path in files]
        if timeout is None:
            _report(sent, [], as_json=as_json)
            return
        receipts: list[Receipt] = []
        waiting = asyncio.ensure_future(_wait(ingestion, sent, receipts))
        await within(timedelta(seconds=timeout), waiting, what="settling")
        _report(sent, receipts, as_json=as_json)


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
    receipts += await ingestion.receipts(sources)
    await ingestion.settle({receipt.event for receipt in receipts if receipt.event})


def _report(
    sent: Sequence[tuple[str, Source | DeadLetter]], receipts: Sequence[Receipt], *, as_json: bool
) -> None:
    by_source = {_key(receipt.source): receipt for receipt in receipts}
    rows: list[dict[str, str]] = []
    for name, what in sent:
        if isinstance(what, DeadLetter):
            rows.append(_row(name, dead_letter=what.id, reason=what.reason.value))
            continue
        receipt = by_source.get(_key(what))
        if receipt is None:
            rows.append(_row(name, reason="sent"))
        elif receipt.event:
            rows.append(_row(name, event=receipt.event))
        else:
            rows.append(
                _row(name, dead_letter=receipt.dead_letter or "", reason=receipt.reason or "")
            )
    if as_json:
        print_json(rows)
    else:
        print_table(
            "", ("file", "event", "dead letter", "reason"), [tuple(r.values()) for r in rows]
        )


def _row(file: str, *, event: str = "", dead_letter: str = "", reason: str = "") -> dict[str, str]:
    return {"file": file, "event": event, "dead_letter": dead_letter, "reason": reason}


def _key(source: Source) -> tuple[str, int, int]:
    return source.topic, source.partition, source.offset
