"""What lists show of an event: a pure derivation from its state, for every kind of read model."""

from collections import Counter
from typing import Literal, TypeAlias

from llama.domain.assessment import Assessment
from llama.domain.board import Board
from llama.domain.labels import most_probable
from llama.domain.needs import Assessor
from llama.domain.resolve import runs_of
from llama.domain.shown_rows import ShownEvent, ShownFile
from llama.domain.states import EventState
from llama.domain.told import (
    classes_of,
    event_time_of,
    far_of,
    is_test,
    labels_of,
    significance_of,
)

Standing: TypeAlias = Literal["awaits a notice", "at work", "settled", "retracted"]
LONGEST_REASON = 2000
"""Characters: reasons quote operators and handlers, and a list is no place for an essay."""


def shown_files(state: EventState) -> tuple[ShownFile, ...]:
    """Return the files of the adopted pipeline, ancestors first."""
    return _files(Assessor(state))


def shown_event(state: EventState) -> ShownEvent | None:
    """Return the event as lists show it; None before anything happened to it."""
    return shown(state)[0]


def standing(*, is_retracted: bool, is_settled: bool, has_notice: bool) -> Standing:
    """Say in a word or two how an event stands: what lists and pages show."""
    if is_retracted:
        return "retracted"
    if not is_settled:
        return "at work"
    return "settled" if has_notice else "awaits a notice"


def shown(state: EventState) -> tuple[ShownEvent | None, tuple[ShownFile, ...]]:
    """Return the event and its files, each handler assessed once."""
    return shown_from(Assessor(state))


def shown_from(board: Board) -> tuple[ShownEvent | None, tuple[ShownFile, ...]]:
    """Return the event and its files with assessments that are already at hand."""
    files = _files(board)
    return _event(board, files), files


def _event(board: Board, files: tuple[ShownFile, ...]) -> ShownEvent | None:
    state, notice = board.state, board.state.notice
    if not state.sequence:
        return None
    return ShownEvent(
        event=state.event,
        alert_type=notice.alert_type.value if notice else "",
        time_created=notice.time_created if notice else state.as_of,
        event_time=event_time_of(state),
        significant=significance_of(state),
        is_test=is_test(state),
        retracted=state.is_retracted,
        settled=is_settled(board),
        flags=state.flags.as_mapping(),
        files=dict(Counter(file.status for file in files)),
        changed_at=state.as_of,
        far=far_of(state),
        classification=most_probable(dict(classes_of(state))),
        labels=tuple(sorted(labels_of(state))),
        first_at=state.first_file_at,
        modified_at=state.tree_changed_at,
    )


def is_settled(board: Board) -> bool:
    """Tell whether nothing of an event is to be run now."""
    if board.state.manifest is None:
        return False
    return all(run.not_before is not None for run in runs_of(board))


def _files(board: Board) -> tuple[ShownFile, ...]:
    return tuple(
        _file(board.state, assessment, name)
        for assessment in board.all()
        for name in assessment.handler.files
    )


def _file(state: EventState, assessment: Assessment, name: str) -> ShownFile:
    stored = None if assessment.is_hidden else state.tree_file(name)
    return ShownFile(
        name=name,
        handler=assessment.handler.name,
        status=assessment.status.value,
        # A zero character cannot be stored as text, and some reasons quote strangers.
        reason=assessment.reason.replace("\0", "")[:LONGEST_REASON],
        version=stored.version if stored else None,
        digest=stored.content.digest if stored else None,
        size=stored.content.size if stored else None,
    )
