"""A gateway over memory adapters: facts are folded as the projection does, then it is asked.

async with a_scene() as scene:
    await scene.notice("INITIAL", minute=1, skymap="a")
    await scene.make("Skymap", b"a map")
    answer = await scene.get("/events/MS1/files/skymap.fits")
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from llama.adapters.graphviz import render
from llama.adapters.memory.artifacts import MemoryArtifacts
from llama.adapters.memory.following import MemoryFollowing
from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.past import MemoryPast
from llama.adapters.memory.sources import MemorySourceBook
from llama.adapters.memory.store import MemoryStore
from llama.adapters.memory.views import MemoryReadModels
from llama.domain.assessment import Need
from llama.domain.digests import digest_json
from llama.domain.manifests import manifest_of
from llama.domain.needs import need_of
from llama.domain.outlook import Outlook
from llama.domain.pipeline import pipeline_of
from llama.domain.states import EventState
from llama.domain.work import Step
from llama.ports.past import Past
from llama.ports.pictures import Draw
from llama.ports.projections import ReadModels
from schemas.facts import (
    AlertType,
    Fact,
    FileFailed,
    FileGenerated,
    PipelineAdopted,
    Source,
    TriggerReceived,
)
from schemas.files import FileContent
from services.gateway.alert_sources import serve_alert_sources
from services.gateway.app import create_app
from tests.support.small_pipeline import PIPELINE

EVENT = "MS1"
START = datetime(2026, 11, 22, tzinfo=UTC)
PROJECTION = "projection"


@dataclass(slots=True)
class SetClock:
    """A clock that a test sets."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class Scene:
    """One event, its facts so far, and a client of the gateway that shows them."""

    app: Starlette
    client: AsyncClient
    store: MemoryStore
    artifacts: MemoryArtifacts
    clock: SetClock
    state: EventState = field(default_factory=lambda: EventState(EVENT))

    async def fold(self, fact: Fact) -> None:
        """Let a fact happen and the projection show it."""
        before, offset = self.state, self.state.sequence
        outlook = Outlook.of(before).after(fact)
        self.state = outlook.state
        async with MemoryLedger(self.store).transaction(PROJECTION) as transaction:
            await transaction.save([self.state])
            await transaction.views.record([Step(0, offset, fact, before, outlook)])

    async def adopt(self) -> None:
        """Adopt a pipeline of five files."""
        manifest = manifest_of(pipeline_of(PIPELINE))
        await self.fold(
            PipelineAdopted(id="adopt", occurred_at=START, event=EVENT, epoch=1, manifest=manifest)
        )

    async def notice(self, alert_type: str, *, minute: int, **aspects: str) -> None:
        """Receive a notice with these aspects of alert.json (any text is a digest)."""
        raw = f"{alert_type} {minute} {sorted(aspects.items())}".encode()
        identity = digest_json([alert_type, minute])
        await self.fold(
            TriggerReceived(
                id=identity[:12],
                occurred_at=self.clock.moment,
                event=EVENT,
                notice=identity,
                alert_type=AlertType(alert_type),
                time_created=START + timedelta(minutes=minute),
                is_test=True,
                raw=await self.artifacts.put(raw),
                raw_size=len(raw),
                source=Source(topic="t", partition=0, offset=minute),
                files=(await self._content("alert.json", raw, aspects),),
            )
        )

    async def make(self, handler: str, content: bytes, **aspects: str) -> None:
        """Let a handler make its file."""
        need = self.need(handler)
        made = await self._content(need.handler.files[0], content, aspects)
        await self.fold(FileGenerated.model_validate({**_result(need), "files": (made,)}))

    async def fail(self, handler: str, *, retry_at: datetime | None, message: str = "") -> None:
        """Let a run of a handler fail."""
        failed = {"error": "exception", "message": message, "retry_at": retry_at}
        await self.fold(FileFailed.model_validate({**_result(self.need(handler)), **failed}))

    async def get(self, path: str, **headers: str) -> Response:
        """Ask the gateway."""
        return await self.client.get(path, headers=headers)

    def need(self, handler: str) -> Need:
        """Return the run that a handler needs now."""
        need = need_of(self.state, handler)
        assert need is not None
        return need

    async def _content(self, file: str, content: bytes, aspects: Mapping[str, str]) -> FileContent:
        whole = await self.artifacts.put(content)
        digests = {name: digest_json(text) for name, text in aspects.items()}
        return FileContent(
            file=file, digest=whole, size=len(content), aspects={"whole": whole, **digests}
        )


def _result(need: Need) -> dict[str, object]:
    """Return what the reports of all runs of a need have in common."""
    return {
        "id": f"{need.id}.{need.attempt}",
        "occurred_at": START,
        "event": EVENT,
        "handler": need.handler.name,
        "need": need.id,
        "attempt": need.attempt,
        "code": need.handler.code,
        "inputs": need.inputs,
        "wall_s": 0.25,
    }


@asynccontextmanager
async def a_scene(
    *, models: ReadModels | None = None, draw: Draw | None = render, past: Past | None = None
) -> AsyncGenerator[Scene]:
    """Open a gateway over empty memory adapters, or over others."""
    clock = SetClock()
    store, artifacts = MemoryStore(clock), MemoryArtifacts()
    shown = models or MemoryReadModels(store, PROJECTION)
    app = create_app(
        models=shown,
        artifacts=artifacts,
        clock=clock,
        draw=draw,
        past=past or MemoryPast(store),
        following=MemoryFollowing(store),
    )
    serve_alert_sources(app, MemorySourceBook(store), clock)
    # Errors are answered as a server answers them, not raised in the test.
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield Scene(app, client, store, artifacts, clock)


@asynccontextmanager
async def a_made_scene() -> AsyncGenerator[Scene]:
    """Open a gateway that shows an event with all its files made once."""
    async with a_scene() as scene:
        await scene.notice("PRELIMINARY", minute=1, skymap="a", event="a")
        await scene.adopt()
        await scene.make("Skymap", b"map", pixels="a", localisation="a", distance="a")
        await scene.make("SkymapInfo", b'{"area": 1}')
        await scene.make("SkymapPlot", b"\x89PNG")
        await scene.make("Summary", b"<!doctype html><p>summary</p>")
        yield scene
