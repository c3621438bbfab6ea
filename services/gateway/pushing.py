"""POST /notices: whoever has the token puts a notice on the alert topic of its kind."""

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from llama.client.ingestion import MAX_NOTICE_BYTES, send_notice
from llama.ports.message_log import MessageLog
from services.gateway.addresses import Address
from services.gateway.refusals import Refusal

NAME = "Llama-Name"
"""Header with the name under which a refused notice is listed."""
LONGEST_NAME = 300
_BEARER = "bearer "
_HINT = "send the token in the header Authorization: Bearer TOKEN"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Push:
    """Takes notices from those who have the token."""

    log: MessageLog
    token: str = field(repr=False)

    async def take(self, request: Request) -> Response:
        """Answer with the place of a notice once it is durable there."""
        self._refuse_strangers(request)
        raw = await _body(request)
        name = request.headers.get(NAME, "")[:LONGEST_NAME]
        place = await send_notice(self.log, raw, name=name)
        _log.info("notice_pushed", topic=place.topic, offset=place.offset, size=len(raw))
        told = {"topic": place.topic, "partition": place.partition, "offset": place.offset}
        return JSONResponse(told, 202, headers={"Cache-Control": "no-store"})

    def _refuse_strangers(self, request: Request) -> None:
        """Refuse with 401; how long that takes says nothing about the token."""
        said = request.headers.get("Authorization", "")
        given = said[len(_BEARER) :] if said[: len(_BEARER)].lower() == _BEARER else ""
        if not compare_digest(_hash(given), _hash(self.token)) or not given:
            _log.warning("push_refused", client=request.client.host if request.client else "")
            detail = "notices are taken from those who have the token"
            raise Refusal(401, "unauthorized", detail=detail, hint=_HINT)


async def _body(request: Request) -> bytes:
    """Return what was sent; refuse what is larger than any notice before it is in memory."""
    said = request.headers.get("Content-Length", "0")
    if said.isascii() and said.isdigit() and int(said[:20]) > MAX_NOTICE_BYTES:
        raise _too_large()
    content = bytearray()
    try:
        async for piece in request.stream():
            content += piece
            if len(content) > MAX_NOTICE_BYTES:
                raise _too_large()
    except ClientDisconnect as error:
        detail, hint = "the notice broke off", "send it again: nothing of it was kept"
        raise Refusal(400, "broken_off", detail=detail, hint=hint) from error
    if not content:
        raise Refusal(400, "empty", detail="there is no notice", hint="send it as the body")
    return bytes(content)


def _too_large() -> Refusal:
    detail = f"it has more than {MAX_NOTICE_BYTES} bytes, and no notice has so many"
    return Refusal(413, "too_large", detail=detail, hint="send one notice at a time")


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogateescape")).digest()


async def _closed(_: Request) -> Response:
    detail, hint = "nobody may push notices here", "set LLAMA_PUSH_TOKEN_FILE for the gateway"
    raise Refusal(403, "push_is_off", detail=detail, hint=hint)


def serve_push(application: Starlette, push: Push | None) -> None:
    """Add the address to a gateway; without a token it refuses everybody."""
    application.router.routes.append(
        Address(
            "/notices",
            push.take if push else _closed,
            says="takes a notice from those who have the token",
            methods=["POST"],
        )
    )
