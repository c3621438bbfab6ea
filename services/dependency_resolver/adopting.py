"""Which events take on the deployed pipeline, and which are left as they are: stale.

New code reaches at once whatever is young or still being worked on. A settled event of old, which
people may have quoted, is made anew only if somebody asks for work on it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from llama.domain.board import Board
from llama.domain.manifests import manifest_of
from llama.domain.pipeline import Handlers
from llama.domain.resolve import decide_from
from llama.domain.resources import Resources
from llama.domain.states import EventState, Outcome
from llama.domain.work import Step
from llama.ports.artifacts import Artifacts
from llama.runtime.patience import persist
from schemas.facts import FileDeleted, FilePut, FileRequested, PipelineRequested, TriggerReceived
from schemas.files import Manifest

STALE_AFTER = timedelta(days=7)
"""Unless the settings say otherwise."""
_ASKING = TriggerReceived | PipelineRequested | FileRequested | FileDeleted | FilePut


async def deployable(handlers: Handlers, resources: Resources, artifacts: Artifacts) -> Manifest:
    """Return the manifest of a pipeline once all that the deployment brings along is kept.

    Not before: an event that has adopted it may be worked on at once, by anybody.
    """
    for content in resources.values():
        await persist("keeping resources", partial(artifacts.put, content))
    return manifest_of(handlers, resources)


def is_asked_for(steps: Sequence[Step]) -> bool:
    """Tell whether one of an event's steps asks for work, which only the newest code can do.

    A copy of a notice or of an act that is known already does not ask again: a topic that is read
    twice must not have the whole past made anew.
    """
    return any(
        isinstance(step.fact, _ASKING) and step.after.outcome is not Outcome.REDUNDANT
        for step in steps
    )


def is_young(state: EventState, *, now: datetime, stale_after: timedelta) -> bool:
    """Tell whether a notice, a result or a file has come in lately."""
    return now - state.worked_at < stale_after


def is_unfinished(board: Board, *, now: datetime) -> bool:
    """Tell whether something is to be run, now or after a cool-down.

    No worker of the deployed release would run it by the old code: it would wait for ever.
    """
    decision = decide_from(board, now)
    return bool(decision.runs) or not decision.is_settled
