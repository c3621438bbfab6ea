"""Mock notices of gravitational waves, for rehearsals, load tests and first steps."""

import math
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase

from llama.domain.digests import canonical_json

LATENCY = timedelta(minutes=20)
"""Age of the event when its notice is written, unless the caller says otherwise."""
DELAY_ERROR_S: Mapping[str, float] = {
    "EARLYWARNING": 2.0e-3,
    "PRELIMINARY": 3.5e-4,
    "INITIAL": 3.5e-4,
    "UPDATE": 1.5e-4,
}
"""Error of the time delay by type of notice: a preliminary and an initial one carry one map."""
ROUNDS = 7
NEUTRINO_AFTER = timedelta(seconds=30)
NEUTRINO_GEV = 1e5
DAY_S = 86400


def mock_notice(
    merged_at: datetime,
    *,
    seed: int = 0,
    alert_type: str = "PRELIMINARY",
    latency: timedelta = LATENCY,
    rounds: int = ROUNDS,
) -> bytes:
    """Return the JSON of an `igwn.gwalert` notice about a mock event that merged at that time.

    The notice obeys the LVK schema igwn.alerts.Alert, is marked as a mock by its name (MS...),
    and is the same for the same arguments. Seed, from 0, tells events of one second apart.
    Rounds of refinement set the size of the map: 7, as in real notices, give 19,200 tiles (1.04
    MB of JSON), 0 give 3,072. Raises ValueError for an unknown alert type or a naive time.
    """
    if alert_type not in {*DELAY_ERROR_S, "RETRACTION"}:
        raise ValueError(f"alert type {alert_type!r} is not one of the LVK schema")
    if merged_at.tzinfo is None:
        raise ValueError(f"the merger time {merged_at} has no time zone")
    utc = merged_at.astimezone(UTC)
    name = mock_name(utc, seed=seed)
    retracted = alert_type == "RETRACTION"
    notice = {
        "superevent_id": name,
        "alert_type": alert_type,
        "time_created": (utc + latency).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "urls": {"gracedb": f"https://example.org/superevents/{name}/view/"},
        "event": None if retracted else _event(utc, seed, _map(utc, seed, alert_type, rounds)),
        "external_coinc": None,
    }
    return canonical_json(notice) + b"\n"


def mock_neutrinos(merged_at: datetime, *, seed: int = 0) -> str:
    """Return the source of neutrinos (`LLAMA_NEUTRINOS`) that goes with a mock event.

    Background of gfu, made up, and one track from the place that `mock_notice` draws, 30 s after
    the merger and of 100 TeV: what a joint source might look like.
    """
    from llama.handlers.sky.model import drawn_source

    x, y, z = drawn_source(merged_at, seed=seed, delay_error_s=0.0).direction.tolist()
    ra_deg, dec_deg = math.degrees(math.atan2(y, x)) % 360.0, math.degrees(math.asin(z))
    time = (merged_at + NEUTRINO_AFTER).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"simulated:gfu?inject={time},{ra_deg:.4f},{dec_deg:.4f},{NEUTRINO_GEV:g}"


def mock_name(merged_at: datetime, *, seed: int = 0) -> str:
    """Return MS, the date, and letters that count the seconds of that day (a, b, ..., z, aa)."""
    utc = merged_at.astimezone(UTC)
    count = 1 + utc.hour * 3600 + utc.minute * 60 + utc.second + DAY_S * seed
    letters = ""
    while count:
        count, last = divmod(count - 1, 26)
        letters = ascii_lowercase[last] + letters
    return f"MS{utc:%y%m%d}{letters}"


def _map(merged_at: datetime, seed: int, alert_type: str, rounds: int) -> bytes:
    from llama.handlers.sky.model import drawn_source, modelled_map
    from llama.handlers.sky.writing import to_fits

    source = drawn_source(merged_at, seed=seed, delay_error_s=DELAY_ERROR_S[alert_type])
    meta = {
        "OBJECT": mock_name(merged_at, seed=seed),
        "INSTRUME": "H1,L1",
        "DATE-OBS": merged_at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "CREATOR": "llama.handlers.mock",
    }
    return to_fits(modelled_map(source, rounds=rounds, meta=meta))


def _event(merged_at: datetime, seed: int, sky_map: bytes) -> dict[str, object]:
    return {
        "time": merged_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "far": 9.1e-14 * 10 ** (seed % 5),
        "significant": True,
        "instruments": ["H1", "L1"],
        "group": "CBC",
        "pipeline": "llama-mock",
        "search": "MDC",
        "properties": {"HasNS": 0.98, "HasRemnant": 0.92, "HasMassGap": 0.03},
        "classification": {"BNS": 0.93, "NSBH": 0.04, "BBH": 0.01, "Terrestrial": 0.02},
        "duration": None,
        "central_frequency": None,
        "skymap": b64encode(sky_map).decode(),
    }
