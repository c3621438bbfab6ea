"""What is not answered: always JSON that says what happened, to what, and what to do."""

from http import HTTPStatus

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from llama.domain.errors import ArtifactCorrupt, ArtifactMissing, Unavailable

RETRY_AFTER_S = 2
"""A restarted database answers again within a few seconds."""

_EVERYTHING = "GET / lists the events and all addresses, as a page; GET /events is the list as JSON"
_log = structlog.get_logger()


class Refusal(Exception):
    """A request is not answered as asked; status, error code, detail and hint say why."""

    def __init__(self, status: int, error: str, *, detail: str, hint: str) -> None:
        super().__init__(detail)
        self.status = status
        self.error = error
        self.detail = detail
        self.hint = hint


def refuse_well(application: Starlette) -> None:
    """Have every error of an application answered as JSON."""
    application.add_exception_handler(Refusal, _refused)
    application.add_exception_handler(HTTPException, _unroutable)
    application.add_exception_handler(Unavailable, _unavailable)
    application.add_exception_handler(ArtifactMissing, _lost)
    application.add_exception_handler(ArtifactCorrupt, _lost)
    application.add_exception_handler(Exception, _broken)


def refusal(
    status: int, *, error: str, detail: str, hint: str, headers: dict[str, str] | None = None
) -> Response:
    """Return the answer to a request that cannot be answered."""
    body = {"error": error, "detail": detail, "hint": hint}
    return JSONResponse(body, status, headers={"Cache-Control": "no-store", **(headers or {})})


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return refusal(error.status, error=error.error, detail=error.detail, hint=error.hint)


async def _unroutable(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return refusal(
        error.status_code,
        error=HTTPStatus(error.status_code).phrase.lower().replace(" ", "_"),
        detail=f"{request.method[:20]} {request.url.path[:200]!r} is nothing that is served here",
        hint=_taken(error) + _EVERYTHING,
        headers=dict(error.headers or {}),
    )


def _taken(error: HTTPException) -> str:
    """Say which methods an address takes, of one that is there."""
    methods = (error.headers or {}).get("Allow", "")
    return f"this address takes {methods}; " if methods else ""


async def _unavailable(_request: Request, error: Exception) -> Response:
    return refusal(
        503,
        error="unavailable",
        detail=str(error) or "a server behind the gateway does not answer",
        hint=f"try again in {RETRY_AFTER_S} seconds",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


async def _lost(request: Request, error: Exception) -> Response:
    _log.error("artifact_unreadable", because=str(error), **_asked(request))
    return refusal(
        500,
        error="artifact_unreadable",
        detail=f"the bytes are not what the log says: {error}",
        hint="request the file to be made again, and check the artifact store",
    )


async def _broken(request: Request, error: Exception) -> Response:
    _log.error("request_failed", error=type(error).__name__, **_asked(request))
    return refusal(
        500,
        error="internal",
        detail=f"the gateway failed to answer ({type(error).__name__})",
        hint="the log of the gateway says more",
    )


def _asked(request: Request) -> dict[str, str]:
    """Return what a log says of a request: its path and, where it is about one, the event."""
    event = request.path_params.get("event")
    told = {"event_id": str(event)} if event else {}
    return {"path": request.url.path, **told}
