"""The reader of other observatories' triggers, in the dialect of GCN's unified schema.

Gamma-ray bursts, neutrinos of other detectors, cascades, supernova neutrinos. Tolerant: a position,
its error and a rate may be missing (the first alert of a burst has none), what is odd is told;
refused is what names no observatory, and has no usable id, type, revision or time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from llama.domain.notice.body import Body, body_of
from llama.domain.notice.dialect import Telling, Unusable, is_no_track, word
from llama.domain.notice.model import JsonValue, Limits, RefusalReason, Refused
from llama.domain.notice.oddities import Oddities, refuse, shown
from llama.domain.notice.ranking import classes_in, far_in
from llama.domain.notice.trigger_figures import Circle, Figures
from llama.domain.notice.trigger_kinds import kind_of
from schemas.external_triggers import TriggerKind

_OBSERVATORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:+-]{0,39}")
_KNOWN = ("Fermi", "Swift", "IceCube", "KM3NeT", "Super-Kamiokande")
_OF_A_NOTICE = ("alert_type", "alert_datetime", "trigger_time")
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class ExternalTriggerNotice:
    """One notice about another observatory's trigger; equal notices give equal values."""

    observatory: str
    """The mission, such as Fermi or KM3NeT."""
    trigger: str
    """The observatory's id, the same in every revision."""
    revision: int
    sent_at: datetime
    """The notice's own time; where it tells none, that of the trigger."""
    time: datetime
    """When the trigger was: aware, UTC."""
    kind: TriggerKind
    instrument: str
    name: str
    """What people call it; its second id, where it has no name; empty if it has neither."""
    circle: Circle
    """Where it was, as far as that is known."""
    far_hz: float | None
    classification: Mapping[str, float] | None
    """The probability of each class of source; None if none is told."""
    map_url: str | None
    retracted: bool
    is_test: bool
    oddities: tuple[str, ...]


def tells_of_a_trigger(body: Mapping[str, JsonValue]) -> bool:
    """Tell whether a parsed notice is one for this reader.

    Not gravitational waves, and not IceCube's tracks: those are neutrinos of the search itself.
    """
    mission = word(body.get("mission"))
    if not mission or "superevent_id" in body or not any(key in body for key in _OF_A_NOTICE):
        return False
    return mission != "icecube" or is_no_track(body)


def observatory_of(body: Mapping[str, JsonValue]) -> str:
    """Return whose trigger a parsed notice tells of; nothing if it is not for this reader."""
    return _spelled(word(body.get("mission"))) if tells_of_a_trigger(body) else ""


def read_trigger(
    raw: bytes, *, limits: Limits = _DEFAULT_LIMITS
) -> ExternalTriggerNotice | Refused:
    """Read one notice from the bytes of its message. Never raises, whatever the bytes."""
    oddities = Oddities(limits)
    body = body_of(raw, limits, oddities)
    return body if isinstance(body, Refused) else trigger_in(body, limits, oddities)


def trigger_in(body: Body, limits: Limits, oddities: Oddities) -> ExternalTriggerNotice | Refused:
    """Read one notice from what its message says; `oddities` are those so far. Never raises."""
    try:
        return _notice_in(body.content, limits, oddities)
    except Unusable as error:
        return refuse(error.reason, str(error))


def _notice_in(
    body: Mapping[str, JsonValue], limits: Limits, oddities: Oddities
) -> ExternalTriggerNotice:
    told = Telling(body, limits, oddities, RefusalReason.BAD_TRIGGER)
    figures, ids, classes = Figures(body, limits, oddities), told.ids(), classes_in(body)
    is_retraction = told.alert_type() == "retraction"
    sent_at, time = told.times(is_retraction=is_retraction)
    return ExternalTriggerNotice(
        observatory=_observatory(body, limits),
        trigger=ids[0],
        revision=told.revision(),
        sent_at=sent_at,
        time=time,
        kind=kind_of(body, classes),
        instrument=figures.label("instrument"),
        name=figures.label("event_name") or "".join(ids[1:2]),
        circle=figures.circle(),
        far_hz=_far(body, oddities),
        classification=classes,
        map_url=figures.web_address("healpix_url"),
        retracted=is_retraction,
        is_test=told.tense()[1],
        oddities=oddities.all(),
    )


def _observatory(body: Mapping[str, JsonValue], limits: Limits) -> str:
    """Return the mission, those that are known in one spelling."""
    said = body.get("mission")
    name = " ".join(said[:200].split()) if isinstance(said, str) else ""
    if not _OBSERVATORY.fullmatch(name):
        raise Unusable(f"mission is {shown(said, limits)}", RefusalReason.BAD_TRIGGER)
    return _spelled(name)


def _spelled(name: str) -> str:
    return next((known for known in _KNOWN if known.lower() == name.lower()), name)


def _far(body: Mapping[str, JsonValue], oddities: Oddities) -> float | None:
    found = far_in(body)
    if found is None and body.get("far") is not None:
        oddities.add("far is no rate: left out")
    return found
