"""An event as a person asks about it: which files it has, and whether it is done."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from llama.domain.assessment import Assessment, Status
from llama.domain.resolve import decide
from llama.domain.shown import shown_files
from llama.domain.states import EventState, StoredFile
from llama.domain.timers import timers_of
from schemas.status import EventStatus, FileStatus, NoticeStatus


def status_of(
    state: EventState, *, leased: Sequence[str], now: datetime, deployed: str | None = None
) -> EventStatus:
    """Return the status of an event: what `llama status --json` prints and the gateway answers.

    `leased` names the handlers that a worker is running; while there is one, or a run may start,
    the event is not settled. `deployed` is the digest of the deployed pipeline's manifest.
    """
    decision = decide(state, now)
    expiries = {timer.due_at for timer in timers_of(state)}
    return EventStatus(
        event=state.event,
        retracted=state.is_retracted,
        settled=decision.is_settled and not leased,
        running=tuple(leased),
        flags=state.flags.as_mapping(),
        notice=_notice(state),
        stale=_is_stale(state, deployed),
        timers=tuple(sorted({*decision.timers, *expiries})),
        files=files_of(state),
    )


def files_of(state: EventState) -> tuple[FileStatus, ...]:
    """Return the status of each file of the pipeline, or, before there is one, of each file."""
    if state.manifest is None:
        return tuple(_unmade(name, stored) for name, stored in sorted(state.tree.items()))
    return tuple(FileStatus.model_validate(asdict(file)) for file in shown_files(state))


def content_of(state: EventState, assessment: Assessment, name: str) -> StoredFile | None:
    """Return the content of a file that may be shown; None if it is hidden or not there."""
    return None if assessment.is_hidden else state.tree_file(name)


def before_adoption(stored: StoredFile) -> str:
    """Return why a file is there that no pipeline knows of yet."""
    came = stored.put.told if stored.put else "a notice brought it"
    return f"{came}; no pipeline is adopted yet"


def _is_stale(state: EventState, deployed: str | None) -> bool:
    adopted = state.manifest
    return deployed is not None and adopted is not None and adopted.digest != deployed


def _notice(state: EventState) -> NoticeStatus | None:
    notice = state.notice
    if notice is None:
        return None
    return NoticeStatus(
        alert_type=notice.alert_type,
        time_created=notice.time_created,
        identity=notice.identity,
    )


def _unmade(name: str, stored: StoredFile) -> FileStatus:
    return FileStatus(
        name=name,
        handler=None,
        status=Status.CURRENT.value,
        reason=before_adoption(stored),
        version=stored.version,
        digest=stored.content.digest,
        size=stored.content.size,
    )
