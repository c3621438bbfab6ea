"""The bytes of a file by their digest: what subscribers are told the address of."""

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from llama.domain.errors import ArtifactMissing
from schemas.base import Sha256
from services.gateway.addresses import NarrowAddress
from services.gateway.files import headers_of
from services.gateway.refusals import Refusal
from services.gateway.sources import Sources, event_name_of, file_name_of
from services.gateway.validators import is_known

_DIGEST: TypeAdapter[str] = TypeAdapter(Sha256)
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_HINT = "take the address as it was told, or leave digest out for the newest bytes"


@dataclass(frozen=True, slots=True)
class Contents:
    """Serves contents from the artifact store: they are there before anybody is told of them.

    The history and the tables may still be a moment behind, so neither is asked.
    """

    sources: Sources

    @property
    def route(self) -> BaseRoute:
        """Where they are: at the file's own address, when its query names a digest."""
        path, says = "/events/{event}/files/{file}", "the bytes that have a digest"
        return NarrowAddress(path, self.file, says=says, parameters=("digest",))

    async def file(self, request: Request) -> Response:
        """Answer with the bytes that have a digest; a retraction does not hide them."""
        event, file = event_name_of(request), file_name_of(request)
        digest = _digest_of(request.query_params["digest"])
        headers = headers_of(file, name=f"{event}-{digest[:12]}-{file}", tag=digest) | _FOR_EVER
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        try:
            return Response(await self.sources.artifacts.get(digest), headers=headers)
        except ArtifactMissing as error:
            raise Refusal(404, "unknown_digest", detail=str(error), hint=_HINT) from error


def _digest_of(text: str) -> str:
    try:
        return _DIGEST.validate_python(text)
    except ValidationError as error:
        detail = f"{text[:70]!r} is no digest: it has 64 lower-case hexadecimal digits"
        raise Refusal(400, "bad_digest", detail=detail, hint=_HINT) from error
