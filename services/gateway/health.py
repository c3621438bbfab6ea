"""How the gateway's process gets on: on the gateway's own port, what its probes' port answers."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from llama.ports.telemetry import Probing
from services.gateway.addresses import SWITCHES, Address, addresses_among


def serve_health(application: Starlette, probes: Probing) -> None:
    """Have the gateway tell what its process knows of itself, rather than only that it answers."""
    health = _Health(probes)
    told = (
        ("/livez", "whether the loops of its process go on; 503 if not", SWITCHES),
        ("/readyz", "whether its services do what they are there for; 503 if not", SWITCHES),
        ("/metrics", "figures of its process, for Prometheus", ()),
    )
    routes = [
        Address(path, health.answer, says=says, parameters=parameters)
        for path, says, parameters in told
    ]
    replaced = {route.path for route in routes}
    present = application.router.routes
    former = [one for one in addresses_among(present) if one.path in replaced]
    present[:] = [*routes, *(route for route in present if route not in former)]


@dataclass(frozen=True, slots=True)
class _Health:
    probes: Probing

    async def answer(self, request: Request) -> Response:
        """Answer as the process's own listener does."""
        status, content_type, body = self.probes.answer(_target(request))
        headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
        return Response(body, status, headers)


def _target(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
