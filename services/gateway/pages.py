"""Pages for people: all events, and one event. They work without scripts."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from llama.domain.held import Held
from llama.domain.in_brief import in_brief
from llama.domain.states import EventState
from llama.domain.telling import Telling, files_by_handler, told_of
from llama.domain.why import explanation_of
from llama.domain.why_text import text_of
from llama.ports.projections import FactRow
from schemas.facts import FACTS
from schemas.status import EventStatus
from services.gateway.addresses import addresses_among
from services.gateway.pausing import held_for
from services.gateway.sources import Sources, limit_of

PICTURE = "skymap.png"
SUMMARY = "summary.html"
NEWEST_FACTS = 200
"""A page shows this many facts; the JSON address has all of them."""
SIZE_STEP = 1024
SECONDS_TO_REFRESH = 5
"""How soon a page of an event that is being worked on is loaded again."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of all pages, and the policy that admits just this look."""

    style: str
    policy: str


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.filters["bytes"] = _bytes
    environment.filters["in_brief"] = in_brief
    return environment


def _theme() -> Theme:
    style = _resource("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src 'self'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Theme(style, policy)


def _resource(name: str) -> str:
    return files("services.gateway").joinpath("templates", name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders the pages."""

    sources: Sources
    environment: Environment = field(default_factory=_environment)
    theme: Theme = field(default_factory=_theme)

    async def events(self, request: Request) -> Response:
        """Show the list of events, the latest merger first."""
        rows = await self.sources.models.events(limit=limit_of(request))
        addresses = addresses_among(request.app.routes)
        return self._page("events.html", rows=rows, addresses=addresses)

    async def event(self, request: Request) -> Response:
        """Show one event: its files, its picture, its graph and its history."""
        state = await self.sources.state(request)
        status = await self.sources.status(request, state)
        return self._page(
            "event.html",
            status=status,
            notice=state.notice,
            whys=self._whys(state, status, await held_for(request)),
            picture=_shown(status, PICTURE),
            summary=_shown(status, SUMMARY),
            happened=_happened(await self.sources.facts(state), files_by_handler(state)),
            revisions=await self.sources.revisions(request, state),
            has_graph=self.sources.draw is not None,
            refresh=None if status.settled else SECONDS_TO_REFRESH,
        )

    def _whys(self, state: EventState, status: EventStatus, held: Held | None) -> dict[str, str]:
        then, is_past = status.as_of or self.sources.clock.now(), status.as_of is not None
        whys = (
            explanation_of(state, file.name, now=then, is_past=is_past) for file in status.files
        )
        now = held if not is_past else None
        told = (now.why(why) if now else why for why in whys if why is not None)
        return {why.file: text_of(why) for why in told}

    def _page(self, template: str, **values: object) -> Response:
        page = self.environment.get_template(template)
        headers = {"Content-Security-Policy": self.theme.policy, "Cache-Control": "no-store"}
        return HTMLResponse(page.render(style=self.theme.style, **values), headers=headers)


def _shown(status: EventStatus, name: str) -> str | None:
    """Return the digest of a file that can be shown on the page: a new one loads anew."""
    return next((file.digest for file in status.files if file.name == name), None)


def _happened(
    rows: Sequence[FactRow], files: Mapping[str, Sequence[str]]
) -> list[tuple[FactRow, Telling]]:
    """Return the newest facts, newest first, each in words."""
    newest = reversed(rows[-NEWEST_FACTS:])
    return [(row, told_of(FACTS.validate_json(row.body), row.outcome, files)) for row in newest]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _bytes(size: int | None) -> str:
    if size is None:
        return ""
    if size < SIZE_STEP:
        return f"{size} B"
    if size < SIZE_STEP**2:
        return f"{size / SIZE_STEP:.1f} kiB"
    return f"{size / SIZE_STEP**2:.1f} MiB"
