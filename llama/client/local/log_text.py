"""What happened to an event, as a text for a terminal: the words of `llama log`."""

from collections.abc import Iterable, Iterator

from llama.domain.event_state import evolve
from llama.domain.in_brief import in_brief
from llama.domain.states import EventState, Outcome
from llama.domain.telling import Telling, files_by_handler, told_of
from schemas.facts import Fact, PipelineAdopted


def log_text(event: str, facts: Iterable[Fact]) -> str:
    """Return a line for each fact of an event's log: when (UTC), what, by whom, why.

    As in `llama log`, what only repeats that a pipeline was adopted is left out.
    """
    return "\n".join(_lines(event, facts))


def _lines(event: str, facts: Iterable[Fact]) -> Iterator[str]:
    state, folded = EventState(event), list[tuple[Fact, Outcome]]()
    for fact in facts:
        state = evolve(state, fact)
        folded.append((fact, state.outcome))
    files = files_by_handler(state)
    for fact, outcome in folded:
        if not (isinstance(fact, PipelineAdopted) and outcome is Outcome.REDUNDANT):
            words = told_of(fact, outcome, files)
            yield f"{fact.occurred_at:%Y-%m-%d %H:%M:%S}  {_in_a_line(words)}"


def _in_a_line(words: Telling) -> str:
    by = f" (by {words.by})" if words.by else ""
    why = f": {in_brief(words.why)}" if words.why else ""
    return f"{words.what}{by}{why}"
