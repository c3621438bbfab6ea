"""The list of events: any downselection of them, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from llama.client.past import page_then
from llama.domain.errors import Misconfigured
from llama.domain.selection.paging import Page, Question, ask
from llama.ports.projections import EventRow
from schemas.listing import EventList, ListedEvent
from services.gateway.addresses import AS_OF
from services.gateway.criteria import downselection_in
from services.gateway.refusals import Refusal
from services.gateway.sources import Sources, limit_of

OURS = ("limit", "after", AS_OF)
"""Parameters that are no criteria: how long a page is, where it begins, when."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Lists events."""

    sources: Sources

    async def events(self, request: Request) -> Response:
        """List the events that meet the criteria, the latest merger first unless sorted."""
        question = self._question(request)
        if question.is_past:
            return _answer(request, await self._then(question), as_of=question.now)
        return _answer(request, await self.sources.models.select(question), as_of=None)

    async def _then(self, question: Question) -> Page[EventRow]:
        try:
            return await page_then(self.sources.known_past(), question)
        except Misconfigured as error:
            hint = "tell an operator; lists of now are answered, as is one event as of a moment"
            raise Refusal(503, "no_past", detail=str(error), hint=hint) from error

    def _question(self, request: Request) -> Question:
        wanted, limit = downselection_in(request, OURS), limit_of(request)
        now, is_past = self.sources.moment(request), AS_OF in request.query_params
        after = request.query_params.get("after")
        try:
            return ask(wanted, now=now, size=limit, after=after, is_past=is_past)
        except ValueError as error:
            hint = "follow the link `next`, or leave `after` out for the first page"
            raise Refusal(400, "bad_cursor", detail=str(error), hint=hint) from error


def _answer(request: Request, page: Page[EventRow], *, as_of: datetime | None) -> Response:
    events: Sequence[ListedEvent] = [
        ListedEvent.model_validate(row, from_attributes=True) for row in page.rows
    ]
    told = EventList(events=tuple(events), next=page.next, as_of=as_of)
    headers = {"Cache-Control": "no-store"}
    if page.next is not None:
        pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
        headers["Link"] = f'</events?{urlencode([*pairs, ("after", page.next)])}>; rel="next"'
    return Response(told.model_dump_json(), media_type="application/json", headers=headers)
