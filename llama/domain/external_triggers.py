"""Other observatories' triggers: as messages, and as the newest revision has each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from llama.domain.digests import canonical_json, digest_json

if TYPE_CHECKING:
    from llama.domain.notice.provenance import Provenance
    from llama.domain.notice.trigger import ExternalTriggerNotice
    from schemas.external_triggers import ExternalTriggerReceived

Key: TypeAlias = tuple[str, str, bool]
"""Observatory, id, and whether it is a test: a test never takes the place of a real one."""
_OF_THE_COPY = {"id", "cause", "occurred_at", "raw", "raw_size", "source", "name", "oddities"}
"""Fields that tell where a copy of a notice came from, and when, and how it was written."""
Rank: TypeAlias = tuple[int, datetime, bool, str, str]


@dataclass(frozen=True, slots=True)
class ShownTrigger:
    """One trigger as its newest revision has it."""

    observatory: str
    trigger: str
    is_test: bool
    revision: int
    sent_at: datetime
    time: datetime
    kind: str
    instrument: str
    name: str
    ra_deg: float | None
    dec_deg: float | None
    error_deg: float | None
    """Radius of the circle that holds `containment` of the probability."""
    containment: float | None
    far_hz: float | None
    classification: str
    """The probability of each class, as canonical JSON; null if none is told."""
    map_url: str | None
    retracted: bool
    raw: str
    """The artifact with the bytes of the notice."""
    message: str
    """The id of the message that said so."""


def trigger_message_of(notice: ExternalTriggerNotice, came: Provenance) -> ExternalTriggerReceived:
    """Return the message that a notice came in; its id follows from what the notice says."""
    from schemas.external_triggers import ExternalTriggerReceived

    circle = notice.circle
    received = ExternalTriggerReceived(
        id="of-its-content",
        occurred_at=came.at,
        observatory=notice.observatory,
        trigger=notice.trigger,
        revision=notice.revision,
        sent_at=notice.sent_at,
        time=notice.time,
        trigger_kind=notice.kind,
        instrument=notice.instrument,
        event_name=notice.name,
        name=came.name,
        ra_deg=circle.ra_deg,
        dec_deg=circle.dec_deg,
        error_deg=circle.error_deg,
        containment=circle.containment,
        far_hz=notice.far_hz,
        classification=dict(notice.classification) if notice.classification else None,
        map_url=notice.map_url,
        retracted=notice.retracted,
        is_test=notice.is_test or came.is_test,
        raw=came.digest,
        raw_size=len(came.raw),
        source=came.source,
        oddities=notice.oddities,
    )
    said = received.model_dump(mode="json", exclude=_OF_THE_COPY)
    return received.model_copy(update={"id": digest_json(said)[:32]})


def newest(received: Iterable[ExternalTriggerReceived]) -> Mapping[Key, ShownTrigger]:
    """Return the newest revision of each trigger, whatever the order."""
    found: dict[Key, ShownTrigger] = {}
    for one in map(_shown, received):
        key = one.observatory, one.trigger, one.is_test
        if key not in found or rank_of(found[key]) < rank_of(one):
            found[key] = one
    return found


def rank_of(one: ShownTrigger) -> Rank:
    """Return what decides which of two notices about a trigger counts: the greater does.

    The revision; of equal ones the time of the notice, then a retraction; the rest only makes
    sure that the order of arrival never decides.
    """
    return one.revision, one.sent_at, one.retracted, one.message, one.raw


def _shown(received: ExternalTriggerReceived) -> ShownTrigger:
    return ShownTrigger(
        *(received.observatory, received.trigger, received.is_test, received.revision),
        *(received.sent_at, received.time),
        *(received.trigger_kind, received.instrument, received.event_name),
        *(received.ra_deg, received.dec_deg, received.error_deg, received.containment),
        received.far_hz,
        canonical_json(received.classification).decode(),
        *(received.map_url, received.retracted, received.raw, received.id),
    )
