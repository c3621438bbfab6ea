"""GET /neutrinos: the neutrinos that notices have told of, as a list of tracks."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from llama.ports.projections import NeutrinoRow
from schemas.neutrinos import ListedNeutrino, NeutrinoList
from services.gateway.sources import Sources
from services.gateway.spans import refuse_many, span_of


@dataclass(frozen=True, slots=True)
class Neutrinos:
    """Lists neutrinos: never retracted ones, those of tests only if they are asked for."""

    sources: Sources

    async def listed(self, request: Request) -> Response:
        """List the neutrinos from `start` to `stop`, by time; all of them or a refusal."""
        rows = await self.sources.models.neutrinos(span_of(request))
        refuse_many(len(rows), "neutrinos")
        told = NeutrinoList(tracks=tuple(_told(row) for row in reversed(rows)))
        headers = {"Cache-Control": "no-store"}
        return Response(told.model_dump_json(), media_type="application/json", headers=headers)


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
