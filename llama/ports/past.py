"""What is kept of earlier moments, beside the facts themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from llama.domain.selection.event_profile import EventProfile
from llama.domain.selection.paging import Question
from llama.domain.shown_rows import ShownEvent
from schemas.facts import Fact


@dataclass(frozen=True, slots=True)
class Then:
    """What is known of all events as they were at a moment."""

    at_rest: Sequence[tuple[EventProfile, ShownEvent]]
    """Of the events of which it is known what they were: those that a question looks for.

    At least the first of them, in no order; of the profiles perhaps only as much as says where the
    events stand in one.
    """
    moving: Sequence[str]
    """All others that were there then: what they were, their facts say."""


class Past(Protocol):
    """Answers questions about earlier moments."""

    async def deployed(self, moment: datetime) -> str | None:
        """Return the digest of the manifest that was deployed then; None before the first."""
        ...

    async def facts(self, events: Sequence[str]) -> Mapping[str, Sequence[Fact]]:
        """Return all facts of some events, in order."""
        ...

    async def then(self, question: Question) -> Then:
        """Return what is known of the events as they were at the moment of a question.

        Misconfigured if what was kept of them does not reach back.
        """
        ...
