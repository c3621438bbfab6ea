"""States as consumers keep them; one of another fold is folded again from its facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from llama.adapters.postgres.database import Row, Session
from llama.adapters.postgres.values import PackedState, pack_state, read_state
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.event_state import evolve
from llama.domain.states import EventState
from schemas.facts import FACTS


@dataclass(slots=True)
class StatePacker:
    """Writes states for all consumers of a process: what they have in common is written once."""

    most: int = 500
    _packed: dict[str, tuple[EventState, PackedState]] = field(
        default_factory=dict[str, tuple[EventState, PackedState]]
    )

    def pack(self, state: EventState) -> PackedState:
        """Return a state as it is kept."""
        known = self._packed.get(state.event)
        if known is not None and known[0] is state:
            return known[1]
        made = pack_state(state)
        self._packed[state.event] = state, made
        if len(self._packed) > self.most:
            del self._packed[next(iter(self._packed))]
        return made


async def states_in(
    session: Session, rows: Sequence[Row], *, fold_version: int
) -> dict[str, EventState]:
    """Return the states of some rows (event, sequence, fold_version, state), by event.

    `fold_version` is that of the fold at work. Unavailable while the facts table lacks facts that
    a state has seen: the projection may be behind its consumer. Misconfigured if a state is of a
    newer release.
    """
    _refuse_newer(rows, fold_version)
    current = [row for row in rows if row["fold_version"] == fold_version]
    states = {row["event"]: read_state(row["state"]) for row in current}
    for row in rows:
        if row["event"] not in states:
            states[row["event"]] = await _folded_again(session, row["event"], row["sequence"])
    return states


async def _folded_again(session: Session, event: str, sequence: int) -> EventState:
    facts = await session.fetch("facts_up_to", event, sequence)
    if len(facts) < sequence:
        raise Unavailable(
            f"the state of {event} is of another fold, and of the {sequence} facts that it has "
            f"seen the table has {len(facts)}: waiting for the projection to show the others"
        )
    state = EventState(event)
    for row in facts:
        state = evolve(state, FACTS.validate_json(row["body"]))
    return state


def _refuse_newer(rows: Sequence[Row], fold_version: int) -> None:
    newer = next((row for row in rows if row["fold_version"] > fold_version), None)
    if newer is not None:
        raise Misconfigured(
            f"the state of {newer['event']} is of fold {newer['fold_version']}, this release has "
            f"fold {fold_version}: upgrade it, or restore what was kept before the newer one ran"
        )
