"""GET /external-triggers: other observatories' triggers that notices have told of."""

from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response

from llama.ports.projections import ExternalTriggerRow
from schemas.external_triggers import ExternalTriggerList, ListedTrigger
from services.gateway.sources import Sources
from services.gateway.spans import refuse_many, span_of


@dataclass(frozen=True, slots=True)
class ExternalTriggers:
    """Lists triggers: never retracted ones, those of tests only if they are asked for."""

    sources: Sources

    async def listed(self, request: Request) -> Response:
        """List the triggers from `start` to `stop`, by time; all of them or a refusal."""
        rows = await self.sources.models.external_triggers(span_of(request))
        refuse_many(len(rows), "triggers")
        told = ExternalTriggerList(triggers=tuple(_told(row) for row in reversed(rows)))
        headers = {"Cache-Control": "no-store"}
        return Response(told.model_dump_json(), media_type="application/json", headers=headers)


def _told(row: ExternalTriggerRow) -> ListedTrigger:
    return ListedTrigger.model_validate(
        {
            "observatory": row.observatory,
            "id": row.trigger,
            "time": row.time,
            "kind": row.kind,
            "instrument": row.instrument,
            "name": row.name,
            "ra_deg": row.ra_deg,
            "dec_deg": row.dec_deg,
            "error_deg": row.error_deg,
            "containment": row.containment,
            "far_hz": row.far_hz,
            "classification": orjson.loads(row.classification),
            "map_url": row.map_url,
            "revision": row.revision,
            "is_test": row.is_test,
            "raw": row.raw,
        }
    )
