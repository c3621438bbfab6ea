"""GET /neutrinos: the neutrinos that notices have told of, as a list of tracks."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from llama.domain.notice.times import EARLIEST, LATEST, read_time
from llama.ports.projections import NeutrinoRow, NeutrinoSpan
from schemas.neutrinos import ListedNeutrino, NeutrinoList
from services.gateway.refusals import Refusal
from services.gateway.sources import Sources

MOST = 10_000
"""In one answer: the readers of such lists take no more."""
OURS = ("start", "stop", "test")
"""The parameters of a list of neutrinos."""
_HINT = "ask as in /neutrinos?start=2023-04-16T05:00:00Z&stop=2023-04-16T06:00:00Z&test=false"


@dataclass(frozen=True, slots=True)
class Neutrinos:
    """Lists neutrinos: never retracted ones, those of tests only if they are asked for."""

    sources: Sources

    async def listed(self, request: Request) -> Response:
        """List the neutrinos from `start` to `stop`, by time; all of them or a refusal."""
        wanted = _span(request)
        rows = await self.sources.models.neutrinos(wanted)
        if len(rows) > MOST:
            detail = f"there are more than {MOST} neutrinos in that time"
            raise Refusal(400, "too_many", detail=detail, hint="ask for a shorter time")
        told = NeutrinoList(tracks=tuple(_told(row) for row in reversed(rows)))
        headers = {"Cache-Control": "no-store"}
        return Response(told.model_dump_json(), media_type="application/json", headers=headers)


def _span(request: Request) -> NeutrinoSpan:
    """Return what is asked for, or refuse with 400."""
    start, stop = _time(request, "start", EARLIEST), _time(request, "stop", LATEST)
    if start > stop:
        raise Refusal(400, "bad_time", detail="it would stop before its start", hint=_HINT)
    test = request.query_params.get("test", "false")
    if test not in {"true", "false"}:
        detail = f"test={test[:50]!r} is neither true nor false"
        raise Refusal(400, "bad_parameter", detail=detail, hint=_HINT)
    return NeutrinoSpan(start, stop, limit=MOST + 1, tests=test == "true")


def _time(request: Request, name: str, usual: datetime) -> datetime:
    said = request.query_params.get(name)
    if said is None:
        return usual
    read = read_time(said)
    if read is None:
        detail = f"{name}={said[:50]!r} is no time of the years 2000 to 2100"
        raise Refusal(400, "bad_time", detail=detail, hint=_HINT)
    return read.utc


def _told(row: NeutrinoRow) -> ListedNeutrino:
    """Write one; what is not retracted has a direction and an energy."""
    return ListedNeutrino.model_validate(
        {
            "id": row.neutrino,
            "time": row.time,
            "ra_deg": row.ra_deg,
            "dec_deg": row.dec_deg,
            "sigma_deg": row.sigma_deg,
            "energy_gev": row.energy_gev,
            "kind": row.kind,
            "revision": row.revision,
            "stream": row.stream,
            "is_test": row.is_test,
            "raw": row.raw,
        }
    )
