"""A superevent as GraceDB tells of it becomes a notice as the observatories would send it."""

import re
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from llama.domain.digests import canonical_json
from llama.domain.errors import Misconfigured

Json: TypeAlias = Mapping[str, object]
RETRACTION = "RETRACTION"
_GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
_LEAPS = ((datetime(2017, 1, 1, tzinfo=UTC), 18), (datetime(2015, 7, 1, tzinfo=UTC), 17))
"""Since when GPS time is ahead of UTC by how many seconds; before, there were no superevents."""
_TYPES: Mapping[str, str] = MappingProxyType(
    {"EW": "EARLYWARNING", "PR": "PRELIMINARY", "IN": "INITIAL", "UP": "UPDATE", "RE": RETRACTION}
)
_CREATED = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?: ?UTC|Z)?")
_PREFERRED = ("Bilby", "LALInference", "bayestar", "cwb", "olib", "mly")
"""Makers of maps, the most careful first, where no alert names one."""
_SUFFIXES = (".multiorder.fits", ".fits.gz", ".fits")


@dataclass(frozen=True, slots=True)
class Told:
    """What GraceDB tells of a superevent now, but for the bytes of its map."""

    superevent: Json
    alerts: Sequence[Json]
    files: Collection[str]

    @property
    def newest(self) -> Json:
        """The newest alert; empty if there is none."""
        numbered = [(_number(alert.get("N")), alert) for alert in self.alerts]
        return max(numbered, key=lambda pair: pair[0])[1] if numbered else {}

    @property
    def alert_type(self) -> str:
        """What the newest notice would be."""
        if not self.newest and "ADVNO" in _words(self.superevent.get("labels")):
            return RETRACTION
        return _TYPES.get(str(self.newest.get("voevent_type", ""))[:2].upper(), "PRELIMINARY")

    @property
    def map_name(self) -> str | None:
        """The file with the map of the newest notice; None without one."""
        if self.alert_type == RETRACTION:
            return None
        named = str(self.newest.get("skymap_filename") or "")
        return named if named in self.files else self._best_map()

    def _best_map(self) -> str | None:
        names = (f"{maker}{suffix}" for maker in _PREFERRED for suffix in _SUFFIXES)
        return next((name for name in names if name in self.files), None)


def notice_of(
    told: Told, sky_map: bytes | None, *, server: str, classes: Json, properties: Json
) -> bytes:
    """Return the notice of a superevent's present state: equal states give equal bytes.

    `classes` and `properties` are the contents of p_astro.json and em_bright.json. Misconfigured
    if GraceDB tells neither an id nor a time.
    """
    name = str(told.superevent.get("superevent_id", ""))
    created = told.newest.get("created") or told.superevent.get("created")
    read = _CREATED.fullmatch(str(created))
    if not name or read is None:
        raise Misconfigured("GraceDB tells no id or no time of the superevent: look at its page")
    event = _event(told, sky_map, classes, properties)
    notice = {
        "alert_type": told.alert_type,
        "time_created": f"{read[1]}T{read[2]}Z",
        "superevent_id": name,
        "urls": {"gracedb": f"{server}/superevents/{name}/view/"},
        "event": None if told.alert_type == RETRACTION else event,
        "external_coinc": None,
    }
    return canonical_json(notice)


def utc_of_gps(gps_s: float) -> datetime:
    """Return the moment of a GPS time in seconds, to the millisecond."""
    atomic = _GPS_EPOCH + timedelta(milliseconds=round(gps_s * 1000))
    leap_s = next((seconds for since, seconds in _LEAPS if atomic >= since), 16)
    return atomic - timedelta(seconds=leap_s)


def _event(told: Told, sky_map: bytes | None, classes: Json, properties: Json) -> Json:
    preferred = told.superevent.get("preferred_event_data")
    data: Mapping[object, object] = preferred if isinstance(preferred, dict) else {}
    labels = _words(told.superevent.get("labels"))
    merged, far = told.superevent.get("t_0"), told.superevent.get("far")
    instruments = str(data.get("instruments") or "").split(",")
    return {
        "time": _iso(merged) if isinstance(merged, int | float) else None,
        "far": far if isinstance(far, int | float) else None,
        "significant": _significant(labels),
        "instruments": sorted(one for one in instruments if one),
        "group": data.get("group"),
        "pipeline": data.get("pipeline"),
        "search": data.get("search"),
        "properties": _numbers(properties),
        "classification": _numbers(classes),
        "duration": None,
        "central_frequency": None,
        "skymap": b64encode(sky_map).decode() if sky_map is not None else None,
    }


def _significant(labels: Collection[str]) -> bool | None:
    if "SIGNIF_LOCKED" in labels:
        return True
    return False if "LOW_SIGNIF_LOCKED" in labels else None


def _iso(gps_s: float) -> str:
    return utc_of_gps(gps_s).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _numbers(told: Json) -> Json:
    return {name: value for name, value in told.items() if isinstance(value, int | float)}


def _words(told: object) -> Sequence[str]:
    return [str(one) for one in told] if isinstance(told, list) else []  # pyright: ignore[reportUnknownVariableType]


def _number(told: object) -> int:
    return told if isinstance(told, int) else 0
