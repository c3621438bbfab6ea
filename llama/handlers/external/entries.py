"""One trigger as external_triggers.json says it: as the event's notice names it, or as received."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from llama.handlers.sky.fields import mapping, number, text
from schemas.base import EARLIEST_YEAR, LATEST_YEAR
from schemas.external_triggers import ListedTrigger

LONGEST_DT_S = 1e6
_OF_THE_RECEIVED = (
    *("kind", "instrument", "name", "revision", "error_deg", "containment", "far_hz"),
    *("classification", "map_url", "is_test"),
)
"""Null in what the event's notice names: it does not tell them."""


def named_trigger(
    said: Mapping[str, object], event_time: datetime | None, half_window_s: float
) -> dict[str, object]:
    """Return one trigger as a notice's `external_coinc` describes it; null for what it does not."""
    dt_s = number(said.get("time_difference"))
    found = mapping(said.get("combined_skymap"))
    return {
        "told_by": "notice",
        "observatory": text(said.get("observatory")),
        "search": text(said.get("search")),
        "notice_id": _identity(said.get("gcn_notice_id")),
        "ivorn": text(said.get("ivorn")),
        "time": _time(event_time, dt_s),
        "dt_s": dt_s,
        "in_window": None if dt_s is None else abs(dt_s) <= half_window_s,
        "time_coincidence_far_hz": number(said.get("time_coincidence_far")),
        "space_time_coincidence_far_hz": number(said.get("time_sky_position_coincidence_far")),
        "ra_deg": number(said.get("ra")),
        "dec_deg": number(said.get("dec")),
        "map": {"sha256": found.get("sha256"), "bytes": found.get("bytes")} if found else None,
        "named_by_notice": True,
        **dict.fromkeys(_OF_THE_RECEIVED),
    }


def received_trigger(
    one: ListedTrigger, event_time: datetime, named: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """Return a trigger that came in by itself; `named_by_notice`: the event's notice, too."""
    listed = one.model_dump(mode="json")
    return {
        "told_by": "received",
        "observatory": one.observatory,
        "search": None,
        "notice_id": one.id,
        "ivorn": None,
        "time": listed["time"],
        "dt_s": (one.time - event_time) / timedelta(seconds=1),
        "in_window": True,
        "time_coincidence_far_hz": None,
        "space_time_coincidence_far_hz": None,
        "ra_deg": one.ra_deg,
        "dec_deg": one.dec_deg,
        "map": None,
        "named_by_notice": any(
            (other["observatory"], other["notice_id"]) == (one.observatory, one.id)
            for other in named
        ),
        **{name: listed[name] for name in _OF_THE_RECEIVED},
    }


def _identity(value: object) -> str | None:
    """Return the id of a notice as text: some brokers send numbers."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value)[:60] if is_number else text(value)


def _time(event_time: datetime | None, dt_s: float | None) -> str | None:
    if event_time is None or dt_s is None or abs(dt_s) > LONGEST_DT_S:
        return None
    if not EARLIEST_YEAR < event_time.year < LATEST_YEAR:
        return None
    return (event_time + timedelta(seconds=dt_s)).isoformat().replace("+00:00", "Z")
