"""The gateway as an ASGI application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.following import Following
from llama.ports.past import Past
from llama.ports.pictures import Draw
from llama.ports.projections import ReadModels
from services.gateway.answers import Answers
from services.gateway.changes import Changes
from services.gateway.files import Files
from services.gateway.listing import Listing
from services.gateway.pages import Pages
from services.gateway.refusals import refuse_well
from services.gateway.safety import Safety
from services.gateway.sources import Sources


def create_app(
    *,
    models: ReadModels,
    artifacts: Artifacts,
    clock: Clock,
    draw: Draw | None = None,
    past: Past | None = None,
    following: Following | None = None,
) -> Starlette:
    """Return the application: all it knows comes from these ports, and it changes nothing.

    Without one of the optional ports it answers as ever, but for what only this port can tell:
    the pictures of graphs, earlier moments, the stream of changes.
    """
    sources = Sources(models, artifacts, clock, draw, past)
    answers, files, pages = Answers(sources), Files(sources), Pages(sources)
    routes = [
        Route("/", pages.events),
        Route("/events", Listing(sources).events),
        Route("/events/{event}", answers.event),
        Route("/events/{event}/page", pages.event),
        Route("/events/{event}/files/{file}", files.file),
        Route("/events/{event}/why/{file}", answers.why),
        Route("/events/{event}/facts", answers.facts),
        Route("/events/{event}/revisions", answers.revisions),
        Route("/events/{event}/graph.svg", answers.graph),
        Route("/changes", Changes(following).stream),
        Route("/dead-letters", answers.dead_letters),
        Route("/livez", answers.alive),
        Route("/readyz", answers.ready),
    ]
    application = Starlette(routes=routes, middleware=[Middleware(Safety)])
    refuse_well(application)
    return application
