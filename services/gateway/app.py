"""The gateway as an ASGI application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from llama.ports.artifacts import Artifacts
from llama.ports.clock import Clock
from llama.ports.following import Following
from llama.ports.past import Past
from llama.ports.pictures import Draw
from llama.ports.projections import ReadModels
from services.gateway.addresses import AS_OF, Address
from services.gateway.answers import Answers
from services.gateway.archive import OURS as WHICH_COPIES
from services.gateway.archive import Archive
from services.gateway.changes import OURS as WHERE_TO_BEGIN
from services.gateway.changes import Changes
from services.gateway.contents import Contents
from services.gateway.external_triggers import ExternalTriggers
from services.gateway.files import Files
from services.gateway.listing import OURS as WHICH_PAGE
from services.gateway.listing import Listing
from services.gateway.neutrinos import Neutrinos
from services.gateway.pages import Pages
from services.gateway.refusals import refuse_well
from services.gateway.safety import Safety
from services.gateway.sources import Sources
from services.gateway.spans import PARAMETERS as WHICH_SPAN


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
    changes = Changes(following, clock)
    routes = [*_lists(sources, changes), *_of_an_event(sources), *_probes(Answers(sources))]
    application = Starlette(routes=routes, middleware=[Middleware(Safety)])
    refuse_well(application)
    return application


def _lists(sources: Sources, changes: Changes) -> list[BaseRoute]:
    archive, pages, listing = Archive(sources), Pages(sources), Listing(sources)
    return [
        Address("/", pages.events, says="the events, as a page", parameters=("limit",)),
        Address(
            "/events",
            listing.events,
            says="the events that meet criteria, page by page",
            parameters=WHICH_PAGE,
            takes_criteria=True,
        ),
        Address(
            "/changes",
            changes.stream,
            says="what changes, for ever, as server-sent events",
            parameters=WHERE_TO_BEGIN,
            takes_criteria=True,
        ),
        Address(
            "/dead-letters",
            archive.dead_letters,
            says="notices that were refused, the newest first",
            parameters=("limit", "state"),
        ),
        Address(
            "/archive",
            archive.listed,
            says="all copies of notices that came in, page by page, the newest first",
            parameters=WHICH_COPIES,
        ),
        Address("/archive/{sha256}", archive.raw, says="the bytes of a notice as they came"),
        Address(
            "/neutrinos",
            Neutrinos(sources).listed,
            says="neutrinos that came in with notices",
            parameters=WHICH_SPAN,
        ),
        Address(
            "/external-triggers",
            ExternalTriggers(sources).listed,
            says="triggers of other observatories that came in with notices",
            parameters=WHICH_SPAN,
        ),
    ]


def _of_an_event(sources: Sources) -> list[BaseRoute]:
    answers, files, pages = Answers(sources), Files(sources), Pages(sources)
    told = (
        ("", answers.event, "its status: what `llama status EVENT --json` prints"),
        ("/page", pages.event, "all about it, as a page"),
        ("/files/{file}", files.file, "the bytes of a file"),
        ("/why/{file}", answers.why, "why a file is what it is"),
        ("/facts", answers.facts, "all that happened to it, in order"),
        ("/revisions", answers.revisions, "the revisions of its history, the oldest first"),
        ("/graph.svg", answers.graph, "what is made from what, as a picture"),
    )
    plain = (
        Address(f"/events/{{event}}{path}", endpoint, says=says, parameters=(AS_OF,))
        for path, endpoint, says in told
    )
    return [Contents(sources).route, *plain]


def _probes(answers: Answers) -> list[BaseRoute]:
    return [
        Address("/livez", answers.alive, says="that the process answers"),
        Address("/readyz", answers.ready, says="that its database answers too; 503 if not"),
    ]
