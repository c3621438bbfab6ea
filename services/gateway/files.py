"""The bytes of an event's files, for tools and browsers."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from llama.domain.assessment import Status
from schemas.status import EventStatus, FileStatus
from services.gateway.answers import unknown_file
from services.gateway.refusals import Refusal
from services.gateway.sources import Sources, file_name_of
from services.gateway.validators import is_known

SHOWN: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
}
"""What a browser may show."""
DOWNLOADED: Mapping[str, str] = {
    ".fits": "application/fits",
    ".fits.gz": "application/gzip",
    ".pdf": "application/pdf",
    ".xml": "application/xml",
}
UNKNOWN = "application/octet-stream"
POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A file may look as it likes; it runs nothing, loads nothing and is of no origin."""


@dataclass(frozen=True, slots=True)
class Files:
    """Serves the files of events."""

    sources: Sources

    async def file(self, request: Request) -> Response:
        """Answer with the newest bytes of a file, whether or not they are obsolete."""
        name = file_name_of(request)
        state = await self.sources.state(request)
        status = await self.sources.status(request, state)
        found = _existing(status, name)
        headers = _headers(status.event, found)
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        if request.method == "HEAD":
            return Response(headers=headers | {"Content-Length": str(found.size)})
        content = await self.sources.artifacts.get(found.digest or "")
        return Response(content, headers=headers)


def _existing(status: EventStatus, name: str) -> FileStatus:
    found = next((file for file in status.files if file.name == name), None)
    if found is None:
        raise unknown_file(status.event, name)
    if found.digest is not None:
        return found
    hint = f"GET /events/{status.event}/why/{name} explains it"
    detail = f"{name} of {status.event} is {found.status}: {found.reason}"
    if found.status != Status.MASKED:
        raise Refusal(404, "missing_file", detail=detail, hint=hint)
    # A retraction hides what there was; without a map in the notice there is a conflict only.
    code = 410 if status.retracted else 409
    raise Refusal(code, "masked_file", detail=detail, hint=hint)


def headers_of(file: str, *, name: str, tag: str) -> dict[str, str]:
    """Return the headers of a file's bytes, which are saved under a name.

    Both names consist of letters, digits, dots, dashes and underscores.
    """
    suffix = next((suffix for suffix in (*SHOWN, *DOWNLOADED) if file.endswith(suffix)), "")
    disposition = "inline" if suffix in SHOWN else "attachment"
    return {
        "Content-Type": SHOWN.get(suffix) or DOWNLOADED.get(suffix, UNKNOWN),
        "Content-Disposition": f'{disposition}; filename="{name}"',
        "Content-Security-Policy": POLICY,
        "ETag": f'"{tag}"',
        "Cache-Control": "no-cache",
    }


def _headers(event: str, file: FileStatus) -> dict[str, str]:
    general = headers_of(file.name, name=f"{event}-{file.name}", tag=file.digest or "")
    return general | {"Llama-Status": file.status, "Llama-Version": str(file.version)}
