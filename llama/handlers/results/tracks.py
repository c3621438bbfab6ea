"""Neutrino tracks as the products show them: joined with their odds and p-values, and ranked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from llama.domain.handler import PermanentError
from llama.handlers.neutrinos.track import CONTAINMENT_90
from llama.handlers.sky.fields import mapping, number, text

NEUTRINOS_FILE = "neutrinos.json"
POSSIBLE = 0.1
"""A p-value below it may be more than chance: such tracks are listed in notices."""


@dataclass(frozen=True, slots=True)
class RankedTrack:
    """One neutrino track; what no file says of it is None."""

    rank: int
    """From 1: the largest odds first, then the smallest p-value, then the least |dt|."""
    id: str
    dt_s: float | None
    """Time of the track less the time of the event, in seconds."""
    time: str | None
    ra_deg: float
    dec_deg: float
    sigma_deg: float
    energy_gev: float | None
    odds_ratio: float | None
    p_value: float | None
    odds_share: float | None
    """Its part of the odds of all tracks, 0 to 1; None where these odds speak for chance."""
    kind: str | None

    @property
    def radius_90_deg(self) -> float:
        """Radius of the circle that holds 90 % of the probability, in degrees: 180 at most."""
        return min(CONTAINMENT_90 * self.sigma_deg, 180.0)


def ranked_tracks(
    neutrinos: Mapping[str, object],
    significance: Mapping[str, object],
    *,
    event_time: datetime | None,
) -> tuple[RankedTrack, ...]:
    """Return the tracks of neutrinos.json with what significance.json says of each, best first.

    PermanentError if a track has no position or no error.
    """
    singles = {text(one.get("id")): one for one in _objects(significance.get("single_neutrino"))}
    odds = [number(one.get("odds_ratio")) for one in singles.values()]
    total = math.fsum(one for one in odds if one is not None and one > 0)
    total = total if _speak(number(significance.get("p_value")), total) else 0.0
    found = [
        _track(one, singles.get(text(one.get("id")), {}), event_time=event_time, total=total)
        for one in _objects(neutrinos.get("tracks"))
    ]
    best_first = sorted(found, key=_order)
    return tuple(replace(track, rank=rank) for rank, track in enumerate(best_first, 1))


def instant(value: object) -> datetime | None:
    """Read a time in ISO 8601 (UTC unless it says otherwise); None if it is none."""
    try:
        found = datetime.fromisoformat(text(value) or "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC it may be before the first year, or after the last
        return None


def _objects(value: object) -> Sequence[Mapping[str, object]]:
    return [mapping(one) for one in value] if isinstance(value, list) else []


def _track(
    said: Mapping[str, object],
    judged: Mapping[str, object],
    *,
    event_time: datetime | None,
    total: float,
) -> RankedTrack:
    name = text(said.get("id")) or "without a name"
    odds = number(judged.get("odds_ratio"))
    return RankedTrack(
        rank=0,
        id=name,
        dt_s=_dt(said, judged, event_time),
        time=text(said.get("time")),
        ra_deg=_needed(said, "ra_deg", name) % 360.0,
        dec_deg=_needed(said, "dec_deg", name),
        sigma_deg=_needed(said, "sigma_deg", name),
        energy_gev=number(said.get("energy_gev")),
        odds_ratio=odds,
        p_value=number(judged.get("p_value")),
        odds_share=None if odds is None or total <= 0 else max(odds, 0.0) / total,
        kind=text(said.get("kind")),
    )


def _dt(
    said: Mapping[str, object], judged: Mapping[str, object], event_time: datetime | None
) -> float | None:
    given, time = number(judged.get("dt_s")), instant(said.get("time"))
    if given is not None or time is None or event_time is None:
        return given
    return (time - event_time) / timedelta(seconds=1)


def _needed(said: Mapping[str, object], key: str, name: str) -> float:
    value = number(said.get(key))
    if value is None:
        message = f"{NEUTRINOS_FILE}: track {name} has no {key}"
        raise PermanentError(f"{message}: correct the file, or have it made again")
    return value


def _speak(p_value: float | None, odds: float) -> bool:
    """Tell whether odds speak for a common source: by their p-value, else by themselves."""
    return odds > 1 if p_value is None else p_value < POSSIBLE


def _order(track: RankedTrack) -> tuple[float, float, float, str]:
    p = 2.0 if track.p_value is None else track.p_value
    odds = -1.0 if track.odds_ratio is None else track.odds_ratio
    return -odds, p, math.inf if track.dt_s is None else abs(track.dt_s), track.id
