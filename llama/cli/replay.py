"""Runs a captured stream through today's code: llama replay."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from llama.cli.output import AsJson, fail, print_json, print_line, print_table, progress
from llama.cli.session import open_session
from llama.client.capturing import Capturing
from llama.client.local.workbench import Workbench
from llama.client.replaying import Captured, Replaying, Verdict, VirtualClock, verdicts
from llama.client.workshop import outbox_in
from llama.domain.errors import LlamaError
from llama.domain.pipeline import Handlers
from llama.domain.shown import shown_files
from llama.domain.states import EventState
from llama.ports.runner import Runner
from llama.runtime.pipelines import load_pipeline
from llama.runtime.settings import read_settings
from schemas.base import EventId

_EVENT: TypeAdapter[str] = TypeAdapter(EventId)
Replayed = tuple[Captured, EventState]


def replay(
    stream: Annotated[
        list[str],
        typer.Argument(help="Notices, folders of them or of exported events, or running events."),
    ],
    pipeline: Annotated[
        str, typer.Option(help="The pipeline to run, as LLAMA_PIPELINE names it.")
    ] = "",
    save: Annotated[
        Path | None, typer.Option(help="Keep the events in this folder, to compare with later.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a captured stream through today's code, and say which products come out the same."""
    try:
        handlers = load_pipeline(pipeline or read_settings().pipeline)
        with tempfile.TemporaryDirectory(prefix="llama-replay-") as scratch:
            captured = _captured(stream, Path(scratch))
            rundir = _rundir(save, Path(scratch), captured)
            replayed = _replayed(captured, handlers, rundir)
    except LlamaError as error:
        fail(str(error))
    _report(replayed, as_json=as_json)


def _captured(stream: Sequence[str], scratch: Path) -> list[Captured]:
    """Read the stream; what is no path but an event's name comes from the running system."""
    from llama.adapters.event_folder import DiskEventFolder

    capturing = Capturing(DiskEventFolder)
    captured = capturing.read([_place(name, scratch) for name in stream])
    for refused in capturing.refused:
        progress(refused)
    if not captured:
        fail(f"there is no notice and no event in {', '.join(stream)}", code=2)
    names = Counter(one.event for one in captured)
    if twice := [event for event, count in names.items() if count > 1]:
        fail(f"{', '.join(twice)} is in the stream twice: name one of the copies", code=2)
    return captured


def _place(name: str, scratch: Path) -> Path:
    path = Path(name).expanduser()
    if path.exists():
        return path
    try:
        event = _EVENT.validate_python(name)
    except ValidationError:
        fail(f"{name} is neither a file nor a folder, and no name of an event", code=2)
    return asyncio.run(_export(event, scratch / "captured"))


async def _export(event: str, rundir: Path) -> Path:
    from llama.cli.export import export_in

    async with open_session() as session:
        return await export_in(session, event, rundir)


def _rundir(save: Path | None, scratch: Path, captured: Sequence[Captured]) -> Path:
    if save is None:
        return scratch / "replayed"
    rundir = save.expanduser().resolve()
    if there := [one.event for one in captured if (rundir / one.event).exists()]:
        fail(f"{rundir} has {', '.join(there)} already: name another folder", code=2)
    return rundir


def _replayed(captured: Sequence[Captured], handlers: Handlers, rundir: Path) -> list[Replayed]:
    replaying = Replaying(lambda event, clock: _bench(event, clock, handlers, rundir))
    replayed: list[Replayed] = []
    for number, one in enumerate(captured, 1):
        progress(f"{number} of {len(captured)}: {one.event}, {len(one.occasions)} from outside")
        replayed.append((one, replaying.replay(one)))
    for told in replaying.told:
        progress(told)
    return replayed


def _bench(event: str, clock: VirtualClock, handlers: Handlers, rundir: Path) -> Workbench:
    from llama.adapters.event_folder import DiskEventFolder
    from llama.adapters.processes.forked import ForkingRunner

    folder = DiskEventFolder(rundir / event)

    def runner_of(needed: Handlers, work: Path) -> Runner:
        return ForkingRunner(
            needed,
            artifacts=folder.artifacts,
            work=work,
            clock=clock,
            outbox=outbox_in(rundir / event),
        )

    return Workbench(event, folder, handlers, clock, runner_of)


def _report(replayed: Sequence[Replayed], *, as_json: bool) -> None:
    judged = {one.event: _judged(one, state) for one, state in replayed}
    counts = Counter(verdict.verdict for found in judged.values() for verdict in found)
    if as_json:
        events = {event: [asdict(one) for one in found] for event, found in judged.items()}
        print_json({"events": events, "counts": counts})
    else:
        rows = [
            (event, one.file, one.verdict, (one.was or "")[:12], (one.now or "")[:12], one.detail)
            for event, found in judged.items()
            for one in found
        ]
        print_table("", ("event", "file", "verdict", "was", "now", "detail"), rows)
        print_line(", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    if counts["changed"] or counts["missing"]:
        raise typer.Exit(1)


def _judged(one: Captured, state: EventState) -> list[Verdict]:
    """Return the verdicts on an event; where nothing was recorded, what was made of it."""
    if one.recorded is not None:
        return verdicts(one.recorded, state)
    tree = state.tree
    return [
        Verdict(
            file.name,
            "new" if file.name in tree else "none",
            f"{file.status}: {file.reason}",
            was=None,
            now=tree[file.name].content.digest if file.name in tree else None,
        )
        for file in shown_files(state)
    ]
