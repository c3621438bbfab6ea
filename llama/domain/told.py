"""What the notices of an event tell about it, each thing by the newest one that tells it."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from llama.domain.digests import digest_json
from llama.domain.labels import Label
from llama.domain.states import EventState, NoticeRecord
from schemas.facts import AlertType

Value = TypeVar("Value")

_NOTHING = digest_json(None)
"""Digest of an aspect of alert.json that is null."""


def event_time_of(state: EventState) -> datetime | None:
    """Return when it happened in the sky: a retraction does not tell."""
    return _newest(state, lambda record: record.event_time)


def significance_of(state: EventState) -> bool | None:
    """Return whether it is significant; None if no notice tells."""
    return _newest(state, lambda record: record.significant)


def far_of(state: EventState) -> float | None:
    """Return the false alarm rate in Hz; None if no notice tells."""
    return _newest(state, lambda record: record.far)


def classes_of(state: EventState) -> tuple[tuple[str, float], ...]:
    """Return the probability of each class, by name; nothing if no notice tells."""
    told = _newest(state, lambda record: record.classification or None)
    return tuple(sorted((told or {}).items()))


def is_test(state: EventState) -> bool:
    """Tell whether it is a mock or a test: by its newest notice, or without one by its flag."""
    return state.notice.is_test if state.notice else state.flags.ROLE == "test"


def labels_of(state: EventState) -> frozenset[Label]:
    """Return the words for an event."""
    significant = significance_of(state)
    given = {
        Label.RETRACTED: state.is_retracted,
        Label.SIGNIFICANT: significant is True,
        Label.LOW_SIGNIFICANCE: significant is False,
        Label.TEST: is_test(state),
        Label.EXTERNAL: bool(_newest(state, _tells_of_coincidence)),
    }
    labels = {label for label, is_given in given.items() if is_given}
    if state.notice is not None and not state.is_retracted:
        labels.add(Label(state.notice.alert_type.value.lower()))
    return frozenset(labels)


def _tells_of_coincidence(record: NoticeRecord) -> bool | None:
    if record.alert_type is AlertType.RETRACTION:
        return None
    return any(file.aspects.get("external", _NOTHING) != _NOTHING for file in record.files)


def _newest(state: EventState, tell: Callable[[NoticeRecord], Value | None]) -> Value | None:
    """Return what the newest notice that tells something tells."""
    records = state.notices.values()
    if len(records) > 1:
        records = sorted(records, key=lambda record: record.age_key, reverse=True)
    return next((told for record in records if (told := tell(record)) is not None), None)
