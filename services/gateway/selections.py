"""GET /selections: the standing selections."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from llama.ports.selections import Selections
from schemas.selections import ListedSelection, SelectionList
from services.gateway.addresses import Address


@dataclass(frozen=True, slots=True)
class Listed:
    """Lists the standing selections."""

    selections: Selections

    async def listed(self, _request: Request) -> Response:
        """List them by name, with who defined each, and when."""
        rows = await self.selections.selections()
        told = SelectionList(
            selections=tuple(
                ListedSelection.model_validate(row, from_attributes=True) for row in rows
            )
        )
        headers = {"Cache-Control": "no-store"}
        return Response(told.model_dump_json(), media_type="application/json", headers=headers)


def serve_selections(application: Starlette, selections: Selections) -> None:
    """Add the address of the standing selections to the gateway's."""
    says = "the standing selections, whose changes llama.v1.selections tells"
    application.router.routes.append(Address("/selections", Listed(selections).listed, says=says))
