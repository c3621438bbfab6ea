"""Answers as JSON, and the picture of an event's graph."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from llama.domain.digests import digest_bytes
from llama.domain.drawing.graph import dot_of
from llama.domain.why import explanation_of
from llama.ports.projections import FactRow
from services.gateway.pausing import held_for
from services.gateway.refusals import Refusal
from services.gateway.sources import Sources, file_name_of
from services.gateway.validators import is_known

_FRESH = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Answers:
    """One method for each address that answers with JSON."""

    sources: Sources

    async def event(self, request: Request) -> Response:
        """Answer with the status of an event: what `llama status --json` prints."""
        state = await self.sources.state(request)
        return _model(await self.sources.status(request, state))

    async def why(self, request: Request) -> Response:
        """Answer with the reasons of a file's status."""
        file = file_name_of(request)
        state = await self.sources.state(request)
        back = self.sources.lookback(request)
        now = back.moment if back else self.sources.clock.now()
        why = explanation_of(state, file, now=now, is_past=back is not None)
        if why is None:
            raise unknown_file(state.event, file)
        held = None if back else await held_for(request)
        return _model(held.why(why) if held else why)

    async def facts(self, request: Request) -> Response:
        """List what happened to an event, in order."""
        state = await self.sources.state(request)
        rows = await self.sources.facts(state)
        return _json({"event": state.event, "facts": [_fact(row) for row in rows]})

    async def revisions(self, request: Request) -> Response:
        """List the revisions of an event's history, oldest first."""
        state = await self.sources.state(request)
        rows = await self.sources.revisions(request, state)
        told = [row.model_dump(mode="json") for row in rows]
        return _json({"event": state.event, "revisions": told})

    async def graph(self, request: Request) -> Response:
        """Draw the graph of an event."""
        draw = self.sources.draw
        if draw is None:
            detail, hint = "this gateway draws no graphs", "start it with Graphviz"
            raise Refusal(501, "no_pictures", detail=detail, hint=hint)
        state = await self.sources.state(request)
        dot = dot_of(state, title=state.event)
        tag = f'"{digest_bytes(dot.encode())}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
        picture = await run_in_threadpool(draw, dot, "svg")
        return Response(picture, media_type="image/svg+xml", headers=headers | _STYLED)

    async def alive(self, _request: Request) -> Response:
        """Say that the process answers."""
        return _json({"status": "alive"})

    async def ready(self, _request: Request) -> Response:
        """Say that the read models answer too; 503 if they do not."""
        await self.sources.models.events(limit=1)
        return _json({"status": "ready"})


_STYLED = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}


def unknown_file(event: str, file: str) -> Refusal:
    """Return the refusal of a file that the event's pipeline does not have."""
    hint = f"GET /events/{event} lists its files"
    return Refusal(404, "unknown_file", detail=f"{event} has no file {file}", hint=hint)


def _fact(row: FactRow) -> dict[str, Any]:
    return {
        "sequence": row.sequence,
        "partition": row.partition,
        "offset": row.offset,
        "outcome": row.outcome,
        "fact": json.loads(row.body),
    }


def _json(content: dict[str, Any]) -> Response:
    return JSONResponse(content, headers=_FRESH)


def _model(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), media_type="application/json", headers=_FRESH)
