"""Neutrinos that notices have told of: as messages, and as the newest revision has each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from llama.domain.digests import digest_json

if TYPE_CHECKING:
    from llama.domain.notice.neutrino import NeutrinoNotice
    from llama.domain.notice.provenance import Provenance
    from schemas.neutrinos import NeutrinoReceived

Key: TypeAlias = tuple[str, bool]
"""A neutrino's id, and whether it is a test: a test never takes the place of a real one."""
_OF_THE_COPY = {"id", "cause", "occurred_at", "raw", "raw_size", "source", "name", "oddities"}
"""Fields that tell where a copy of a notice came from, and when, and how it was written."""
Rank: TypeAlias = tuple[int, datetime, bool, str, str]


@dataclass(frozen=True, slots=True)
class ShownNeutrino:
    """One neutrino as its newest revision has it."""

    neutrino: str
    is_test: bool
    revision: int
    sent_at: datetime
    time: datetime
    ra_deg: float | None
    dec_deg: float | None
    sigma_deg: float | None
    energy_gev: float | None
    kind: str
    """observation or simulated."""
    stream: str
    retracted: bool
    raw: str
    """The artifact with the bytes of the notice."""
    message: str
    """The id of the message that said so."""


def neutrino_of(notice: NeutrinoNotice, came: Provenance) -> NeutrinoReceived:
    """Return the message that a notice came in; its id follows from what the notice says."""
    from schemas.neutrinos import NeutrinoReceived

    place = notice.place
    received = NeutrinoReceived(
        id="of-its-content",
        occurred_at=came.at,
        neutrino=notice.neutrino,
        revision=notice.revision,
        sent_at=notice.sent_at,
        time=notice.time,
        ra_deg=place.ra_deg,
        dec_deg=place.dec_deg,
        sigma_deg=place.sigma_deg,
        energy_gev=place.energy_gev,
        origin=notice.origin,
        stream=notice.stream,
        retracted=notice.retracted,
        is_test=notice.is_test or came.is_test,
        raw=came.digest,
        raw_size=len(came.raw),
        source=came.source,
        name=came.name,
        oddities=notice.oddities,
    )
    said = received.model_dump(mode="json", exclude=_OF_THE_COPY)
    return received.model_copy(update={"id": digest_json(said)[:32]})


def newest(received: Iterable[NeutrinoReceived]) -> Mapping[Key, ShownNeutrino]:
    """Return the newest revision of each neutrino, whatever the order."""
    found: dict[Key, ShownNeutrino] = {}
    for one in map(_shown, received):
        key = one.neutrino, one.is_test
        if key not in found or rank_of(found[key]) < rank_of(one):
            found[key] = one
    return found


def rank_of(one: ShownNeutrino) -> Rank:
    """Return what decides which of two notices about a neutrino counts: the greater does.

    The revision; of equal ones the time of the notice, then a retraction; the rest only makes
    sure that the order of arrival never decides.
    """
    return one.revision, one.sent_at, one.retracted, one.message, one.raw


def _shown(received: NeutrinoReceived) -> ShownNeutrino:
    return ShownNeutrino(
        *(received.neutrino, received.is_test, received.revision),
        *(received.sent_at, received.time),
        *(received.ra_deg, received.dec_deg, received.sigma_deg, received.energy_gev),
        *(received.origin, received.stream, received.retracted, received.raw, received.id),
    )
