"""Whatever came: a notice of waves, of a neutrino, of another trigger, or why it is none."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from llama.domain.notice.body import body_of
from llama.domain.notice.model import JsonValue, Limits, Notice, Refused
from llama.domain.notice.neutrino import NeutrinoNotice, neutrino_in, tells_of_a_neutrino
from llama.domain.notice.oddities import Oddities
from llama.domain.notice.reading import notice_in
from llama.domain.notice.trigger import ExternalTriggerNotice, tells_of_a_trigger, trigger_in

Subject = Literal["superevent", "neutrino", "trigger"]
Message: TypeAlias = Notice | NeutrinoNotice | ExternalTriggerNotice | Refused
_DEFAULT_LIMITS = Limits()


def read_message(
    raw: bytes, *, expected: Subject = "superevent", limits: Limits = _DEFAULT_LIMITS
) -> Message:
    """Read a notice from the bytes of its message, whatever its format and subject.

    What it says decides what it is about; `expected` is what it is taken for if it does not say
    that. Never raises, whatever the bytes.
    """
    oddities = Oddities(limits)
    body = body_of(raw, limits, oddities)
    if isinstance(body, Refused):
        return body
    match subject_of(body.content) or expected:
        case "superevent":
            return notice_in(body, limits, oddities)
        case "neutrino":
            return neutrino_in(body, limits, oddities)
        case "trigger":
            return trigger_in(body, limits, oddities)


def content_of(raw: bytes, *, limits: Limits = _DEFAULT_LIMITS) -> Mapping[str, JsonValue]:
    """Return what a message says; nothing if it cannot be read."""
    body = body_of(raw, limits, Oddities(limits))
    return {} if isinstance(body, Refused) else body.content


def subject_of(said: Mapping[str, JsonValue]) -> Subject | None:
    """Return what is spoken of; None if that is not to be seen."""
    if "superevent_id" in said:
        return "superevent"
    if tells_of_a_neutrino(said):
        return "neutrino"
    return "trigger" if tells_of_a_trigger(said) else None
