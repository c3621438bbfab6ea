"""What notices did to their event, in words for people."""

from collections.abc import Mapping, Sequence

from llama.domain.states import Outcome
from llama.ports.projections import FactRow
from schemas.facts import FACTS, TriggerReceived

LogPlace = tuple[int | None, int | None]
"""The partition and offset of a fact on the log."""


def outcomes_of(facts: Sequence[FactRow]) -> Mapping[LogPlace, str]:
    """Return what each notice among the facts of one event did, by its place on the log."""
    newest: TriggerReceived | None = None
    told: dict[LogPlace, str] = {}
    for row in sorted(facts, key=lambda row: row.sequence):
        fact = FACTS.validate_json(row.body)
        if isinstance(fact, TriggerReceived):
            told[row.partition, row.offset] = _told(fact, row.outcome, newest)
            newest = fact if row.outcome == Outcome.APPLIED else newest
    return told


def _told(fact: TriggerReceived, outcome: str, newest: TriggerReceived | None) -> str:
    if outcome == Outcome.APPLIED:
        return "it counts"
    if outcome == Outcome.REDUNDANT:
        return "known already"
    if newest is None or fact.time_created != newest.time_created:
        return "older than the newest: changes nothing"
    by = "content"
    if fact.alert_type is not newest.alert_type:
        by = f"type, {newest.alert_type.value}"
    return f"of the same time as the newest, which goes before it by its {by}: changes nothing"
