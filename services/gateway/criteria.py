"""The criteria of downselections, as parameters."""

from collections.abc import Collection

from starlette.requests import Request

from llama.domain.selection.downselection import Downselection
from llama.domain.selection.text import from_pairs
from services.gateway.refusals import Refusal

MOST_CRITERIA = 100
_LONGEST = 500
_HINT = "write criteria as in ?vetoed=false&fhnameexists=SkymapInfo&far_lt=1e-9"


def downselection_in(request: Request, ours: Collection[str]) -> Downselection:
    """Return the criteria among the parameters, but for those that are ours; or refuse with 400."""
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] not in ours]
    if len(pairs) > MOST_CRITERIA:
        raise bad_criteria(f"{len(pairs)} criteria are too many: {MOST_CRITERIA} are allowed")
    try:
        return from_pairs(pairs)
    except ValueError as error:
        raise bad_criteria(str(error)) from error


def bad_criteria(detail: str) -> Refusal:
    """Return the refusal of criteria, with what is wrong with them."""
    return Refusal(400, "bad_criteria", detail=detail[:_LONGEST], hint=_HINT)
