"""The command that sends notices in."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from llama.adapters.archives import is_archive, open_archive
from llama.cli.fetching import SCHEME, as_files
from llama.cli.notices import LogPlace, outcomes_of
from llama.cli.output import AsJson, fail, print_json, print_table, progress
from llama.cli.session import LogSession, Session, in_session, open_log
from llama.cli.shared_options import with_options
from llama.cli.starting import refuse_wrong_pipeline, settings_or_fail
from llama.client.archiving import check
from llama.client.ingestion import (
    MAX_NOTICE_BYTES,
    NAME_CHARACTERS,
    Ingestion,
    WaitedTooLong,
    within,
)
from llama.client.progress import Progress
from llama.client.unsettled import Unsettled
from llama.domain.failure_text import again
from llama.domain.notice.oddities import printable
from llama.ports.projections import Receipt
from schemas.facts import Source
from schemas.reports import DeadLetter

Sent = Sequence[tuple[str, Source | DeadLetter]]
"""The notices by name, each with its place on the alert topic, or why it is not there."""
SHORT = 12
"""How many digits of an id or digest people are shown: commands take its beginning."""
SAY_EVERY = 500
"""Notices of an archive that are sent between two words about that."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long to wait for what is sent, and how to tell what became of it."""

    wait: Annotated[
        bool,
        typer.Option(
            "--wait",
            help="Return when every event touched has settled, retries of failures included.",
        ),
    ] = False
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds to wait at the most.")] = (
        600.0
    )
    as_json: AsJson = False


@with_options(Waiting)
def ingest(
    waiting: Waiting,
    files: Annotated[
        list[str],
        typer.Argument(
            help="Notices, one in each file; archives that `archive export` wrote; "
            "gracedb://S190814bv fetches a superevent."
        ),
    ],
) -> None:
    """Put notices on the alert topic, in the order given.

    One that is refused is no failure (exit code 0): `llama dlq show ID` tells the reason.
    """
    send_in(files, waiting)


def send_in(named: Sequence[str], waiting: Waiting) -> None:
    """Put notices, those of archives, and superevents that are fetched, on the alert topic."""
    for name in named:
        if not (name.startswith(SCHEME) or Path(name).is_file() or is_archive(Path(name))):
            fail(f"{name} is not a file that can be read: name files with one notice each", code=2)
    refuse_wrong_pipeline(settings_or_fail())
    with as_files(named) as paths:
        in_session(lambda session: _ingest(session, paths, waiting))


async def _ingest(session: Session, files: Sequence[Path], waiting: Waiting) -> None:
    timeout, as_json = waiting.timeout, waiting.as_json
    for path in filter(is_archive, files):
        _look_at(path)
    async with open_log(session) as log:
        ingestion = ingestion_in(session, log)
        sent = [one for path in files for one in await _send(ingestion, path)]
        if not waiting.wait:
            _report([_row(name, what, None, "sent") for name, what in sent], as_json=as_json)
            return
        is_late = await _is_late(_wait(ingestion, sent), timeout)
        receipts = await _receipts(session, sent)
        outcomes = await _outcomes(session, receipts.values())
        _report([_told(*one, receipts, outcomes) for one in sent], as_json=as_json)
        if is_late:
            events = _events(receipts.values())
            _tell_late(await ingestion.unsettled(events), timeout, as_json=as_json)


def _look_at(path: Path) -> None:
    """Look at all of an archive before anything is sent."""
    with open_archive(path) as archive:
        found = check(archive)
    progress(f"{path}: {found.copies:,} copies of {found.notices:,} notices are whole")


def ingestion_in(session: Session, log: LogSession) -> Ingestion:
    """Return the means to send notices into a session's system."""
    return Ingestion(log.log, log.reader, session.ledger, session.models, session.clock)


async def _send(ingestion: Ingestion, path: Path) -> Sent:
    if is_archive(path):
        return await _send_again(ingestion, path)
    size = path.stat().st_size
    if size > MAX_NOTICE_BYTES:
        return [(str(path), await ingestion.refuse_oversized(name=str(path), size=size))]
    return [(str(path), await ingestion.send(path.read_bytes(), name=path.name))]


async def _send_again(ingestion: Ingestion, path: Path) -> Sent:
    sent: list[tuple[str, Source | DeadLetter]] = []
    with open_archive(path) as archive:
        for copy in archive.copies():
            source = await ingestion.send(
                archive.content(copy), name=copy.name, topic=copy.topic, is_test=copy.is_test
            )
            name = printable(copy.name, NAME_CHARACTERS) or copy.raw
            sent.append((f"{path}/{name}", source))
            if len(sent) % SAY_EVERY == 0:
                progress(f"{path}: {len(sent):,} copies are sent")
    return sent


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
    if receipt is not None and receipt.external_trigger is not None:
        return _row(name, what, receipt, f"about the trigger {receipt.external_trigger}")
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
    print_table("", columns, [in_table(row) for row in rows])


def in_table(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return what people are shown of a notice that was sent: no folders, a short id."""
    short = {"file": Path(row["file"]).name, "dead_letter": row["dead_letter"][:SHORT]}
    return tuple({**row, **short}.values())


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
