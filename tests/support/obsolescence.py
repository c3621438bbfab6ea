"""What a fact makes obsolete, told from scratch: every handler before and after it is compared."""

from llama.domain.assessment import Assessment
from llama.domain.digests import digest_json
from llama.domain.needs import Assessor
from llama.domain.states import EventState, Outcome
from schemas.facts import FileObsoleted


def obsoleted(before: EventState, after: EventState, *, cause: str) -> tuple[FileObsoleted, ...]:
    """Return the announcements of files that the fact `cause` has made obsolete."""
    if after.outcome is not Outcome.APPLIED:
        return ()
    was = {one.handler.name: one.changes for one in Assessor(before).all()}
    return tuple(
        _announced(after, one, file, cause)
        for one in Assessor(after).all()
        if one.changes and one.changes != was.get(one.handler.name)
        for file in one.handler.files
    )


def _announced(state: EventState, one: Assessment, file: str, cause: str) -> FileObsoleted:
    generation = state.made[one.handler.name].fact
    return FileObsoleted(
        id=digest_json([state.event, file, generation, cause])[:32],
        cause=cause,
        occurred_at=state.as_of,
        event=state.event,
        file=file,
        handler=one.handler.name,
        generation=generation,
        because=one.changes,
    )
