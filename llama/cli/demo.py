"""The demonstration: one alert, from the topic to the last file, with everything real."""

import asyncio
import shlex
import time
from pathlib import Path
from typing import Annotated

import typer

from llama.cli.demo_findings import found_in
from llama.cli.demo_scene import DemoScene, scene_of
from llama.cli.events import print_status, status_in
from llama.cli.export import export_in
from llama.cli.ingest import ingestion_in
from llama.cli.output import fail, print_line
from llama.cli.session import Session, open_log, open_session
from llama.cli.starting import refuse_wrong_pipeline, settings_or_fail
from llama.domain.errors import LlamaError
from llama.domain.status import files_of
from llama.runtime.lifecycle import run_until_stopped
from llama.runtime.settings import Settings
from schemas.facts import FACTS, FileGenerated, TriggerReceived

SETTLE_DEADLINE_S = 120.0
"""The demo takes seconds; a slow machine under load gets two minutes."""
LOOK_EVERY_S = 0.02
DEAD_LETTERS = 100
UNREMARKABLE = {"missing", "waiting"}
"""What every file is at first."""


def demo(
    alert: Annotated[
        Path | None, typer.Option("--alert", help="An igwn.gwalert notice (JSON) of your own.")
    ] = None,
) -> None:
    """Run everything on one alert, show it happening, and leave the results in a folder."""
    if alert is not None and not alert.is_file():
        fail(f"{alert} is not a file that can be read: name a file with one notice", code=2)
    settings = settings_or_fail()
    refuse_wrong_pipeline(settings)
    from llama.embedded.supervisor import Supervisor

    scene = scene_of(settings, alert)

    async def run() -> None:
        print_line(f"starting everything under {settings.home}")
        async with Supervisor(scene.settings, separate=False, tell=_tell).running():
            await _show(scene)

    try:
        stopped_by = run_until_stopped(run)
    except LlamaError as error:
        fail(str(error))
    if stopped_by is not None:
        raise typer.Exit(128 + stopped_by)


def _tell(line: str) -> None:
    print_line(f"  {line}")


async def _show(scene: DemoScene) -> None:
    name, raw = scene.name, scene.notice
    async with open_session() as session, open_log(session) as log:
        ingestion = ingestion_in(session, log)
        print_line(f"{name} ({len(raw):,} bytes) goes to the topic igwn.gwalert")
        if scene.remark:
            print_line(scene.remark)
        began = time.monotonic()
        source = await ingestion.send(raw, name=name)
        receipt = (await ingestion.receipts([source]))[0]
        if receipt.neutrino is not None:
            fail(f"{name} tells of a neutrino: the demo needs a gravitational-wave notice", code=2)
        if receipt.external_trigger is not None:
            fail(f"{name} tells of a trigger: the demo needs a gravitational-wave notice", code=2)
        if receipt.event is None:
            await ingestion.caught_up()
            letters = await session.models.dead_letters(limit=DEAD_LETTERS)
            details = [one.letter.detail for one in letters if one.letter.id == receipt.dead_letter]
            fail(f"{name} was refused: {receipt.reason}: {' '.join(details)}")
        settled = asyncio.ensure_future(ingestion.settle([receipt.event]))
        await _watch(session, receipt.event, began, settled)
        await _conclude(session, receipt.event, scene.settings)


async def _watch(
    session: Session, event: str, began: float, settled: "asyncio.Future[None]"
) -> None:
    """Print a line whenever a file is made, or will not be, until the event has settled."""
    shown: dict[str, str] = {}
    while True:
        is_over = settled.done()
        state = await session.models.state(event)
        for file in files_of(state) if state else ():
            if shown.get(file.name) != file.status:
                shown[file.name] = file.status
                if file.status not in UNREMARKABLE:
                    elapsed = time.monotonic() - began
                    print_line(f"  +{elapsed:6.2f} s  {file.name:<32} {file.status}")
        if is_over:
            settled.result()
            return
        if time.monotonic() - began > SETTLE_DEADLINE_S:
            settled.cancel()
            fail(f"{event} has not settled in {SETTLE_DEADLINE_S:.0f} s: see the logs")
        await asyncio.sleep(LOOK_EVERY_S)


async def _conclude(session: Session, event: str, settings: Settings) -> None:
    status = await status_in(session, event)
    folder = await export_in(session, event, settings.home / "events")
    print_line()
    print_status(status)
    revisions = await session.history.log(event)
    print_line(f"from the alert to the last file: {await _latency(session, event)}")
    print_line(f"history: {len(revisions)} revisions, the newest is {revisions[0].commit[:12]}")
    for line in found_in(folder):
        print_line(line)
    print_line(f"results: {folder}")
    if (folder / "summary.html").exists():
        print_line(f"to read: {folder / 'summary.html'}")
    home, neutrinos = shlex.quote(str(settings.home)), shlex.quote(settings.neutrinos)
    asked = f" LLAMA_NEUTRINOS={neutrinos}" if settings.neutrinos else ""
    print_line(f"to go on with it: LLAMA_HOME={home}{asked} .venv/bin/llama up")


async def _latency(session: Session, event: str) -> str:
    """Say how long it took from the newest notice to the last file made from it."""
    facts = [FACTS.validate_json(row.body) for row in await session.models.facts(event)]
    received = [fact.occurred_at for fact in facts if isinstance(fact, TriggerReceived)]
    made = [fact.occurred_at for fact in facts if isinstance(fact, FileGenerated)]
    if not made or max(made) < max(received):
        return "nothing had to be made"
    return f"{(max(made) - max(received)).total_seconds():.2f} s"
