"""The list of events: any downselection of them, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from llama.domain.selection.downselection import Downselection
from llama.domain.selection.paging import Page, ask
from llama.domain.selection.text import from_pairs
from llama.ports.projections import EventRow
from schemas.listing import EventList, ListedEvent
from services.gateway.refusals import Refusal
from services.gateway.sources import Sources, limit_of

OURS = frozenset({"limit", "after", "as_of"})
"""Parameters that are no criteria: how long a page is, where it begins, when."""
MOST_CRITERIA = 100
_HINT = "write criteria as in /events?vetoed=false&fhnameexists=SkymapInfo&sec_since_v0_lt=86400"


@dataclass(frozen=True, slots=True)
class Listing:
    """Lists events."""

    sources: Sources

    async def events(self, request: Request) -> Response:
        """List the events that meet the criteria, the latest merger first unless sorted."""
        wanted, limit = _downselection_in(request), limit_of(request)
        if (back := self.sources.lookback(request)) is not None:
            rows = [sight.event for sight in await back.page(wanted, limit=limit)]
            return _answer(request, Page(tuple(rows), None))
        after = request.query_params.get("after")
        try:
            question = ask(wanted, now=self.sources.clock.now(), size=limit, after=after)
        except ValueError as error:
            hint = "follow the link `next`, or leave `after` out for the first page"
            raise Refusal(400, "bad_cursor", detail=str(error), hint=hint) from error
        return _answer(request, await self.sources.models.select(question))


def _downselection_in(request: Request) -> Downselection:
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] not in OURS]
    if len(pairs) > MOST_CRITERIA:
        detail = f"{len(pairs)} criteria are too many: {MOST_CRITERIA} are allowed"
        raise Refusal(400, "bad_criteria", detail=detail, hint=_HINT)
    try:
        return from_pairs(pairs)
    except ValueError as error:
        raise Refusal(400, "bad_criteria", detail=str(error)[:500], hint=_HINT) from error


def _answer(request: Request, page: Page[EventRow]) -> Response:
    events: Sequence[ListedEvent] = [
        ListedEvent.model_validate(row, from_attributes=True) for row in page.rows
    ]
    told = EventList(events=tuple(events), next=page.next)
    headers = {"Cache-Control": "no-store"}
    if page.next is not None:
        pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
        headers["Link"] = f'</events?{urlencode([*pairs, ("after", page.next)])}>; rel="next"'
    return Response(told.model_dump_json(), media_type="application/json", headers=headers)
