"""Sample files of a joint search: an alert, its neutrinos and their significance."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

EVENT_TIME = datetime(2023, 9, 14, 11, 14, 1, 88000, tzinfo=UTC)
PLACES: Sequence[tuple[float, float, float, float, float, float]] = (
    (-12.9, 91.0, 52.0, 0.5, 41000.0, 0.0071),
    (222.46, 97.5, 48.0, 1.2, 3200.0, 0.0656),
    (-161.59, 277.09, 41.44, 2.1, 545.8, 0.81),
    (186.93, 117.77, -14.39, 0.2, 17490.6, 0.62),
    (332.85, 0.6, -35.8, 6.5, 1082.8, 0.94),
    (-402.1, 200.0, -84.0, 4.0, 760.0, 0.99),
)
"""dt (s), RA and Dec (deg), sigma (deg), energy (GeV) and p-value of some tracks."""
DIGEST = "5f" * 32


def alert_json(**others: object) -> dict[str, object]:
    """Return alert.json of a significant alert; `event` adds to the event's fields."""
    event = others.pop("event", {})
    fields = {
        "time": "2023-09-14T11:14:01.088Z",
        "far": 1e-9,
        "significant": True,
        "instruments": ["H1", "L1"],
        "group": "CBC",
        "pipeline": "gstlal",
        "search": "AllSky",
        "classification": {"BNS": 0.61, "NSBH": 0.3, "BBH": 0.05, "Terrestrial": 0.04},
        "properties": {"HasNS": 0.97, "HasRemnant": 0.8, "HasMassGap": 0.02},
    }
    return {
        "superevent_id": "S230914ak",
        "alert_type": "PRELIMINARY",
        "time_created": "2023-09-14T11:30:00Z",
        "event": {**fields, **event} if isinstance(event, Mapping) else event,
        "external_coinc": None,
        "urls": {"gracedb": "https://example.org/superevents/S230914ak/view/"},
        "oddities": [],
        **others,
    }


def track_json(number: int, place: Sequence[float], *, name: str = "") -> dict[str, object]:
    """Return one track of neutrinos.json."""
    dt_s, ra, dec, sigma, energy, _ = place
    return {
        "id": name or f"138590_{39138551 + number}",
        "time": _iso(EVENT_TIME + timedelta(seconds=dt_s)),
        "ra_deg": ra,
        "dec_deg": dec,
        "sigma_deg": sigma,
        "energy_gev": energy,
        "zenith_deg": dec + 90.0,
        "azimuth_deg": 10.0,
        "kind": "observation",
    }


def neutrinos_json(
    places: Sequence[Sequence[float]] = PLACES, *, complete: bool = True, **others: object
) -> dict[str, object]:
    """Return neutrinos.json of some tracks."""
    tracks = [track_json(number, place) for number, place in enumerate(places)]
    return {
        "source": "records:o4.json",
        "detector": "gfu",
        "detector_digest": DIGEST,
        "rate_hz": 0.0064,
        "window": {"start": "2023-09-14T11:05:41.088Z", "stop": "2023-09-14T11:22:21.088Z"},
        "complete": complete,
        "complete_from": "2023-09-14T11:23:21.088Z",
        "tracks": sorted(tracks, key=lambda track: str(track["time"])),
        "dropped": 0,
        **others,
    }


def significance_json(
    places: Sequence[Sequence[float]] = PLACES, *, complete: bool = True, **others: object
) -> dict[str, object]:
    """Return significance.json of the same tracks; p of the event is the smallest p."""
    ps = [place[5] for place in places]
    return {
        "dump": {},
        "inputs": {
            "gw_skymap_info": {"graceid": "S230914ak", "far": 1e-9},
            "neutrino_info": [],
            "search_parameters": {"fb": 10.0, "k0": 1190.0, "population": "cbc"},
        },
        "odds_ratio": 12.4 if places else 0.0,
        "p_h_0": 0.0, "p_h_c": 1.0, "p_h_s1": 12.4, "p_h_s2": 1.0,
        "p_value": min([*ps, 1.0]),
        "search": "significant",
        "window": {"complete": complete},
        "terms": {"w": 1.0, "mu": 7.871e-6, "lambda": 6.4},
        "single_neutrino": [_single(number, place) for number, place in enumerate(places)],
        "neutrino_flux_sensitivity_range": {
            "flux_sensitivity": [0.0277, 0.647], "sensitive_energy_range": [542, 23000000]
        },
        "background": {
            "key": {"search": "significant", "group": "CBC", "instruments": ["H1", "L1"]},
            "digest": "b7" * 32,
            "trials": 20000,
            "population": "reported population: significant alerts",
        },
        **others,
    }  # fmt: skip


def without_p_values(significance: Mapping[str, object], reason: str) -> dict[str, object]:
    """Return significance.json as it is when no background set fits."""
    singles = significance["single_neutrino"]
    known = [{**one, "p_value": None} for one in singles] if isinstance(singles, list) else []
    background = {"key": {}, "digest": None, "reason": reason}
    return {**significance, "p_value": None, "single_neutrino": known, "background": background}


def many_places(count: int, *, seed: int = 5) -> list[tuple[float, ...]]:
    """Return drawn tracks all over the sky and the window."""
    rng = np.random.default_rng(seed)
    draws = zip(
        rng.uniform(-499, 499, count),
        rng.uniform(0, 360, count),
        np.rad2deg(np.arcsin(rng.uniform(-1, 1, count))),
        np.minimum(0.2 + rng.exponential(0.8, count), 8.0),
        10 ** rng.uniform(2.3, 5.5, count),
        rng.uniform(0.02, 1.0, count),
        strict=True,
    )
    return [tuple(float(one) for one in draw) for draw in draws]


def _single(number: int, place: Sequence[float]) -> dict[str, object]:
    dt_s, ra, dec, sigma, energy, p = place
    return {
        "id": f"138590_{39138551 + number}", "dt_s": dt_s, "odds_ratio": 0.1 / p**2, "p_value": p,
        "ra": ra, "dec": dec, "sigma": sigma, "energy": energy,
    }  # fmt: skip


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")
