"""The bytes of a file as they once were: by the version's number, or by a revision."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from llama.client.histories import Histories
from llama.domain.errors import GitRepoUninitialized, NoMoment, UnknownRevision
from llama.domain.versions import FileVersion, download_name
from services.gateway.addresses import NarrowAddress
from services.gateway.files import headers_of
from services.gateway.refusals import Refusal
from services.gateway.sources import event_name_of, file_name_of
from services.gateway.validators import is_known

_DIGITS = 9
_QUERY = ("version", "commit")


@dataclass(frozen=True, slots=True)
class Versions:
    """Serves old versions of files."""

    histories: Histories

    @property
    def routes(self) -> list[BaseRoute]:
        """Where they are: at the file's own address, when its query names a version."""
        says = "a version of a file, by its number or by a revision"
        path = "/events/{event}/files/{file}"
        return [NarrowAddress(path, self.file, says=says, parameters=_QUERY)]

    async def file(self, request: Request) -> Response:
        """Answer with a version of a file. It stays what it is: a retraction does not hide it."""
        version, commit = (request.query_params.get(name) for name in _QUERY)
        event, file = event_name_of(request), file_name_of(request)
        try:
            found = await self._found(event, file, version, commit)
        except NoMoment as error:
            hint = "give commit a number, a commit or a moment such as 2026-11-20T12:00Z"
            raise Refusal(400, "bad_moment", detail=str(error), hint=hint) from error
        except (UnknownRevision, GitRepoUninitialized) as error:
            hint = f"GET /events/{event}/revisions lists the revisions"
            raise Refusal(404, "unknown_version", detail=str(error), hint=hint) from error
        return await self._answer(request, event, file, found)

    async def _found(
        self, event: str, file: str, version: str | None, commit: str | None
    ) -> FileVersion:
        if version is None:
            return await self.histories.version_at(event, file, commit or "")
        if commit is not None:
            detail, hint = "both a version and a commit are asked for", "ask for one of them"
            raise Refusal(400, "bad_version", detail=detail, hint=hint)
        if not (version.isascii() and version.isdigit() and len(version) <= _DIGITS):
            hint = "versions are counted from 0"
            raise Refusal(400, "bad_version", detail=f"{version[:50]!r} is no version", hint=hint)
        return await self.histories.version(event, file, int(version))

    async def _answer(
        self, request: Request, event: str, file: str, version: FileVersion
    ) -> Response:
        name = download_name(event, file, version)
        headers = headers_of(file, name=name, tag=version.blob) | {
            "Llama-Version": str(version.number),
            "Llama-Commit": version.commit,
        }
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(await self.histories.content(event, file, version), headers=headers)
