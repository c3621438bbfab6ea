"""GET /sources: how the sources of alerts stand, and when they were not heard."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from llama.domain.sources.shown import listed_gap, listed_source
from llama.ports.clock import Clock
from llama.ports.sources import SourceBook
from schemas.sources import SourceList
from services.gateway.addresses import Address
from services.gateway.sources import limit_of


@dataclass(frozen=True, slots=True)
class AlertSources:
    """Tells of the sources that trigger_ingest reads."""

    book: SourceBook
    clock: Clock

    async def listed(self, request: Request) -> Response:
        """List the sources by name, and the latest gaps."""
        limit = limit_of(request)
        seen, gaps = await self.book.seen(), await self.book.gaps(limit=limit)
        now = self.clock.now()
        told = SourceList(
            sources=tuple(listed_source(one.standing, seen_at=one.at, now=now) for one in seen),
            gaps=tuple(map(listed_gap, gaps)),
        )
        headers = {"Cache-Control": "no-store"}
        return Response(told.model_dump_json(), media_type="application/json", headers=headers)


def serve_alert_sources(application: Starlette, book: SourceBook, clock: Clock) -> None:
    """Add the address to a gateway."""
    application.router.routes.append(
        Address(
            "/sources",
            AlertSources(book, clock).listed,
            says="how the sources of alerts stand, and when they were not heard",
            parameters=("limit",),
        )
    )
