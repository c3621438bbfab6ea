"""How long after its alert a file was there."""

from llama.domain.states import EventState, Outcome
from schemas.facts import Fact, FileGenerated


def seconds_after_alert(before: EventState, fact: Fact, after: EventState) -> float | None:
    """Return the seconds from when the event's notice came in to when a handler's result did.

    None unless it is the handler's first accepted result since that notice came in: what operators
    order later says nothing about how fast alerts are followed.
    """
    if not isinstance(fact, FileGenerated) or after.outcome is not Outcome.APPLIED:
        return None
    notice, known = before.notice, before.made.get(fact.handler)
    brought = before.files.get(notice.files[0].file) if notice and notice.files else None
    if brought is None or (known is not None and known.at >= brought.at):
        return None
    return max((fact.occurred_at - brought.at).total_seconds(), 0.0)
