"""The archive of notices, and the dead letters: lists, and bytes as they came."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from llama.domain.archive import CopiesWanted, Place, page_of
from llama.domain.errors import NoMoment
from llama.domain.letters import listed
from llama.domain.moments import moment_of
from schemas.archive import ArchivePage
from schemas.base import SHA256, EventId
from schemas.reports import LetterState, RefusalReason
from services.gateway.refusals import Refusal
from services.gateway.sources import Sources, limit_of
from services.gateway.validators import is_known

OURS = ("event", "since", "until", "reason", "limit", "after")
"""The parameters of the list of copies."""
ALL = "all"
_EVENT: TypeAdapter[str] = TypeAdapter(EventId)
_FRESH = {"Cache-Control": "no-store"}
_FOR_EVER = "public, max-age=31536000, immutable"
"""Bytes that are named by what they are never change."""
_HINT = "GET /archive lists what came in"


@dataclass(frozen=True, slots=True)
class Archive:
    """Answers about what came in."""

    sources: Sources

    async def listed(self, request: Request) -> Response:
        """List copies of notices, the newest first, with what became of each."""
        limit = limit_of(request)
        page = page_of(await self.sources.models.copies(self._wanted(request, limit + 1)), limit)
        return Response(
            page.model_dump_json(),
            media_type="application/json",
            headers=_FRESH | _link(request, page),
        )

    async def raw(self, request: Request) -> Response:
        """Answer with the bytes of a notice; never to be shown, whatever they look like."""
        digest = str(request.path_params["sha256"])
        if not re.fullmatch(SHA256, digest):
            detail = f"{digest[:100]!r} is no SHA-256 in 64 lower-case digits"
            raise Refusal(400, "bad_digest", detail=detail, hint=_HINT)
        found = await self.sources.models.raw_notices(begins=digest, limit=1)
        if digest not in found:
            detail = f"no notice that came in has the SHA-256 {digest}"
            raise Refusal(404, "unknown_notice", detail=detail, hint=_HINT)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{digest}"',
            "Cache-Control": _FOR_EVER,
            "ETag": f'"{digest}"',
        }
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        if request.method == "HEAD":
            return Response(headers=headers | {"Content-Length": str(found[digest])})
        return Response(await self.sources.artifacts.get(digest), headers=headers)

    async def dead_letters(self, request: Request) -> Response:
        """List refused inputs, newest first: those that nobody has dealt with, or others.

        Copies that were refused for one reason are one.
        """
        text = request.query_params.get("state", LetterState.OPEN.value)
        states = {state.value: state for state in LetterState}
        if text not in {ALL, *states}:
            detail, words = f"{text[:50]!r} is no state", ", ".join([*states, ALL])
            raise Refusal(400, "bad_parameter", detail=detail, hint=f"give state one of {words}")
        letters = await self.sources.models.dead_letters(
            limit=limit_of(request), state=states.get(text), contents=True
        )
        told = [listed(letter).model_dump(mode="json") for letter in letters]
        return JSONResponse({"dead_letters": told}, headers=_FRESH)

    def _wanted(self, request: Request, limit: int) -> CopiesWanted:
        asked = request.query_params
        reason, after = asked.get("reason"), asked.get("after")
        if reason is not None and reason not in list(RefusalReason):
            hint = f"give reason one of {', '.join(RefusalReason)}"
            raise Refusal(400, "bad_reason", detail=f"{reason[:50]!r} is no reason", hint=hint)
        return CopiesWanted(
            limit,
            event=_event(asked.get("event")),
            since=self._moment(request, "since"),
            until=self._moment(request, "until"),
            reason=reason,
            after=None if after is None else _place(after),
        )

    def _moment(self, request: Request, name: str) -> datetime | None:
        text = request.query_params.get(name)
        try:
            return None if text is None else moment_of(text, self.sources.clock.now())
        except NoMoment as error:
            hint = f"give {name} a moment such as 2026-11-20T12:00Z or 2h"
            raise Refusal(400, "bad_moment", detail=str(error), hint=hint) from error


def _event(name: str | None) -> str | None:
    try:
        return None if name is None else _EVENT.validate_python(name)
    except ValidationError as error:
        detail = f"{name!r:.150} cannot be a name of any event"
        hint = "GET /events lists the events"
        raise Refusal(400, "bad_event_name", detail=detail, hint=hint) from error


def _place(text: str) -> Place:
    try:
        return Place.read(text)
    except ValueError as error:
        hint = "follow the link `next`, or leave `after` out for the first page"
        raise Refusal(400, "bad_cursor", detail=str(error), hint=hint) from error


def _link(request: Request, page: ArchivePage) -> dict[str, str]:
    """Return the header that leads to the next page, if there is one."""
    if page.next is None:
        return {}
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
    return {"Link": f'</archive?{urlencode([*pairs, ("after", page.next)])}>; rel="next"'}
