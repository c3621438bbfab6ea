"""Standing selections: downselections with a name, which events enter and leave as they change."""

from dataclasses import dataclass
from datetime import datetime

from llama.domain.selection.downselection import Downselection
from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.text import from_text
from llama.domain.states import BEGINNING
from schemas.selections import SelectionDefined


@dataclass(frozen=True, slots=True)
class StandingSelection:
    """A standing selection, and who defined it."""

    name: str
    criteria: str
    definition: str
    """Id of the fact that defined it."""
    defined_at: datetime
    by: str
    reason: str
    wanted: Downselection

    def has(self, event: EventProfile) -> bool:
        """Tell whether an event is in it; the time of day does not matter."""
        return self.wanted.matches(event, BEGINNING)


def standing_criteria(text: str) -> Downselection:
    """Read the criteria of a standing selection; ValueError for what cannot stand."""
    wanted = from_text(text)
    if wanted.is_clock_relative:
        message = "an event would enter or leave it merely because time goes by"
        raise ValueError(f"{message}: use v0after, v0before, modafter or modbefore with a moment")
    if wanted.sortkey is not None or wanted.reverse or wanted.limit is not None:
        raise ValueError("a standing selection has no order: leave sortkey, reverse and limit out")
    return wanted


def selection_of(fact: SelectionDefined) -> StandingSelection:
    """Return the selection that a fact defines; ValueError if its criteria cannot stand."""
    return StandingSelection(
        name=fact.name,
        criteria=fact.criteria,
        definition=fact.id,
        defined_at=fact.occurred_at,
        by=fact.by,
        reason=fact.reason,
        wanted=standing_criteria(fact.criteria),
    )
