"""The command that sends notices in."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from llama.cli.notices import LogPlace, outcomes_of
from llama.cli.output import AsJson, fail, print_json, print_table, progress
from llama.cli.session import LogSession, Session, in_session, open_log
from llama.cli.starting import refuse_wrong_pipeline, settings_or_fail
from llama.client.ingestion import MAX_NOTICE_BYTES, Ingestion, WaitedTooLong, within
from llama.client.progress import Progress
from llama.client.unsettled import Unsettled
from llama.domain.failure_text import again
from llama.ports.projections import Receipt
from schemas.facts import Source
from schemas.reports import DeadLetter

Sent = Sequence[tuple[str, Source | DeadLetter]]
"""The files by name, each with its place on the alert topic, or why it is not there."""


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
        is_late = await _is_late(_wait(ingestion, sent), timeout)
        receipts = await _receipts(session, sent)
        outcomes = await _outcomes(session, receipts.values())
        _report([_told(*one, receipts, outcomes) for one in sent], as_json=as_json)
        if is_late:
            events = _events(receipts.values())
            _tell_late(await ingestion.unsettled(events), timeout, as_json=as_json)


def ingestion_in(session: Session, log: LogSession) -> Ingestion:
    """Return the means to send notices into a session's system."""
    return Ingestion(log.log, log.reader, session.ledger, session.models, session.clock)


async def _send(ingestion: Ingestion, path: Path) -> Source | DeadLetter:
    size = path.stat().st_size
    if size > MAX_NOTICE_BYTES:
        return await ingestion.refuse_oversized(name=str(path), size=size)
    return await ingestion.send(path.read_bytes(), name=path.name)


async def _wait(ingestion: Ingestion, sent: Sent) -> None:
    sources = [what for _, what in sent if isinstance(what, Source)]
    shown = Progress(progress)
    receipts = await ingestion.receipts(sources, progress=shown)
    await ingestion.settle(_events(receipts), progress=shown)


async def _is_late(waiting: Coroutine[object, object, None], timeout: float) -> bool:
    """Wait for something; tell whether it did not happen in time."""
    try:
        await within(timedelta(seconds=timeout), asyncio.ensure_future(waiting), what="settling")
    except WaitedTooLong:
        return True
    return False


async def _receipts(session: Session, sent: Sent) -> Mapping[tuple[str, int, int], Receipt]:
    """Return the receipts there are by now, by the notices' places."""
    sources = [what for _, what in sent if isinstance(what, Source)]
    found = [await session.models.receipt(source) for source in sources]
    return {_key(receipt.source): receipt for receipt in found if receipt is not None}


async def _outcomes(session: Session, receipts: Iterable[Receipt]) -> Mapping[LogPlace, str]:
    """Return what each notice did to its event, by its place on the log."""
    told: dict[LogPlace, str] = {}
    for event in _events(receipts):
        told |= outcomes_of(await session.models.facts(event))
    return told


def _events(receipts: Iterable[Receipt]) -> Sequence[str]:
    return list(dict.fromkeys(receipt.event for receipt in receipts if receipt.event))


def _told(
    name: str,
    what: Source | DeadLetter,
    receipts: Mapping[tuple[str, int, int], Receipt],
    outcomes: Mapping[LogPlace, str],
) -> Mapping[str, str]:
    receipt = None if isinstance(what, DeadLetter) else receipts.get(_key(what))
    if receipt is None and isinstance(what, Source):
        return _row(name, what, None, "not read yet")
    if receipt is not None and receipt.neutrino is not None:
        return _row(name, what, receipt, f"about the neutrino {receipt.neutrino}")
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


def _tell_late(rest: Sequence[Unsettled], timeout: float, *, as_json: bool) -> NoReturn:
    """Say what is still to come, and end with exit code 1; as JSON only the notices are told."""
    if rest and not as_json:
        columns = ("event", "file", "status", "then")
        print_table("not settled", columns, [_row_of(one) for one in rest])
    for one in rest if as_json else ():
        progress("  ".join(_row_of(one)))
    fail(
        f"stopped waiting after {timeout:g} s, which is for retries of failures, too: what is "
        "under way goes on, and `llama status EVENT` tells what becomes of it"
    )


def _row_of(one: Unsettled) -> tuple[str, ...]:
    return one.event, one.file, one.status, "it runs" if one.is_running else again(one.again)


def _key(source: Source) -> tuple[str, int, int]:
    return source.topic, source.partition, source.offset
