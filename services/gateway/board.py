"""GET /board: the live board of the stream monitor."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from llama.ports.boards import Boards
from services.gateway.addresses import Address
from services.gateway.refusals import Refusal
from services.gateway.sources import limit_of


@dataclass(frozen=True, slots=True)
class Shown:
    """Shows the board as it was last written."""

    boards: Boards

    async def board(self, request: Request) -> Response:
        """Show the running window and the latest closed ones, or refuse with 404."""
        limit = limit_of(request)
        board = await self.boards.latest()
        if board is None:
            hint = "have a stream_monitor run: LLAMA_MONITOR=on llama up"
            raise Refusal(404, "no_board", detail="nobody has written a board yet", hint=hint)
        told = board.model_copy(update={"closed": board.closed[:limit]})
        headers = {"Cache-Control": "no-store"}
        return Response(told.model_dump_json(), media_type="application/json", headers=headers)


def serve_board(application: Starlette, boards: Boards) -> None:
    """Add the address of the live board to the gateway's."""
    says = "what was counted in the latest windows: alerts, latencies, what became obsolete"
    application.router.routes.append(
        Address("/board", Shown(boards).board, says=says, parameters=("limit",))
    )
