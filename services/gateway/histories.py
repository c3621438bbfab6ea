"""What the gateway tells of the version histories: old versions of files, and repositories."""

from starlette.applications import Starlette

from llama.client.histories import Histories
from llama.ports.repositories import Repositories
from services.gateway.repositories import Gits
from services.gateway.versions import Versions


def serve_histories(
    application: Starlette, *, histories: Histories, repositories: Repositories
) -> None:
    """Add the addresses of the histories to the gateway's, before all others."""
    routes = [*Versions(histories).routes, *Gits(repositories).routes]
    application.router.routes[:0] = routes
