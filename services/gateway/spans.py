"""What is asked of lists of what notices have told of: a time span, with tests or without."""

from datetime import datetime

from starlette.requests import Request

from llama.domain.notice.times import EARLIEST, LATEST, read_time
from llama.ports.projections import ReceivedSpan
from services.gateway.refusals import Refusal

MOST = 10_000
"""In one answer: the readers of such lists take no more."""
PARAMETERS = ("start", "stop", "test")
_ASKED = "start=2023-04-16T05:00:00Z&stop=2023-04-16T06:00:00Z&test=false"


def span_of(request: Request) -> ReceivedSpan:
    """Return what is asked for, one more than can be told; or refuse with 400."""
    hint = f"ask as in {request.url.path}?{_ASKED}"
    start = _time(request, "start", EARLIEST, hint=hint)
    stop = _time(request, "stop", LATEST, hint=hint)
    if start > stop:
        raise Refusal(400, "bad_time", detail="it would stop before its start", hint=hint)
    test = request.query_params.get("test", "false")
    if test not in {"true", "false"}:
        detail = f"test={test[:50]!r} is neither true nor false"
        raise Refusal(400, "bad_parameter", detail=detail, hint=hint)
    return ReceivedSpan(start, stop, limit=MOST + 1, tests=test == "true")


def refuse_many(count: int, what: str) -> None:
    """Refuse to tell a part: a list is whole or there is none."""
    if count > MOST:
        detail = f"there are more than {MOST} {what} in that time"
        raise Refusal(400, "too_many", detail=detail, hint="ask for a shorter time")


def _time(request: Request, name: str, usual: datetime, *, hint: str) -> datetime:
    said = request.query_params.get(name)
    if said is None:
        return usual
    read = read_time(said)
    if read is None:
        detail = f"{name}={said[:50]!r} is no time of the years 2000 to 2100"
        raise Refusal(400, "bad_time", detail=detail, hint=hint)
    return read.utc
