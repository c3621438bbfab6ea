"""significance.json: the shape that result files of this search have had since O4, and more.

significance.schema.json beside this module says it exactly; `docs/science.md` what each term is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llama.handlers.background.sets import BackgroundSet
from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.odds import Single, Terms
from llama.handlers.coincidence.sensitivity import SensitivityRange
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.trigger import Trigger
from llama.handlers.neutrinos.frames import mjd_of, to_detector
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.fields import mapping, text

Json = dict[str, object]
SERVICE = "https://gracedb.ligo.org/api/"
TEST_SERVICE = "https://gracedb-playground.ligo.org/api/"
_RUN_AND_EVENT = re.compile(r"([0-9]{1,18})[._]([0-9]{1,18})(?:[._]([0-9]{1,9}))?")
"""Of an id: 137892.58644007 in records, 137892_58644007 in notices, perhaps with a subevent."""


@dataclass(frozen=True, slots=True)
class Background:
    """The set that p-values come from, or why there is none."""

    key: Mapping[str, object]
    found: BackgroundSet | None = None
    reason: str = ""

    def p_value(self, odds: float) -> float | None:
        """Return that of an event: 1 for odds of 0 whatever the set; None without one."""
        if odds == 0:
            return 1.0
        return None if self.found is None else self.found.p_value(odds)

    def track_p_value(self, odds: float) -> float | None:
        """Return that of a single track; None if the set has none of these."""
        if odds == 0:
            return 1.0
        return None if self.found is None else self.found.track_p_value(odds)

    def to_json(self) -> Json:
        """Return what the file says of it."""
        if self.found is None:
            return {"key": dict(self.key), "digest": None, "reason": self.reason}
        return {
            "key": dict(self.key),
            "digest": self.found.digest,
            "trials": self.found.trials,
            "tracks": len(self.found.track_odds),
            "population": self.found.made.population,
        }


def background_key(
    search: str,
    group: str | None,
    instruments: Iterable[str],
    detector: Densities,
    settings: str,
    *,
    population: str,
) -> Json:
    """Return what a background set must have been made for; `settings` is their digest."""
    return {
        "search": search,
        "group": group,
        "instruments": sorted(instruments),
        "population": population,
        "detector": detector.name,
        "detector_digest": detector.digest,
        "settings_digest": settings,
    }


def search_json(terms: Terms, tracks: Sequence[Track], background: Background) -> Json:
    """Return odds, terms and p-values, of the event and of each track."""
    known = {track.id: track for track in tracks}
    return {
        "search": terms.search,
        "odds_ratio": terms.odds_ratio,
        "p_h_0": terms.p_h_0,
        "p_h_c": terms.p_h_c,
        "p_h_s1": terms.p_h_s1,
        "p_h_s2": terms.p_h_s2,
        "p_value": background.p_value(terms.odds_ratio),
        "terms": {
            "w": terms.w,
            "mu": terms.mu,
            "lambda": terms.rate_lambda,
            "log_poisson": terms.log_poisson,
            "tracks": len(terms.singles),
        },
        "single_neutrino": [_single(one, known[one.id], background) for one in terms.singles],
        "doublets": [
            {"ids": list(one.ids), "kernel": one.kernel, "odds_ratio": one.odds_ratio}
            for one in terms.doublets
        ],
        "background": background.to_json(),
    }


def inputs_json(
    event: Mapping[str, object],
    trigger: Trigger,
    tracks: Sequence[Track],
    *,
    eventid: str,
    parameters: Json,
) -> Json:
    """Return what the result was made from.

    The time of the notice is left empty, for the same event in a later notice gives the same file.
    It is a text nevertheless, as readers of such files expect.
    """
    return {
        "gw_skymap_info": {
            "alert_type": "igwn-alert",
            "event_time": trigger.time.replace(tzinfo=None).isoformat(timespec="microseconds"),
            "far": trigger.far_hz,
            "gracedb_service_url": SERVICE if eventid.startswith("S") else TEST_SERVICE,
            "graceid": eventid,
            "notice_time": "",
            "pipeline": text(event.get("pipeline")),
            "skymap_filename": "skymap.fits",
        },
        "neutrino_info": neutrino_info(tracks),
        "search_parameters": parameters,
    }


def parameters_json(trigger: Trigger, detector: Densities, settings: SearchSettings) -> Json:
    """Return the parameters of the search under their old names."""
    found = settings.parameters(trigger.instruments, detector.rate_hz)
    return {**found, "population": (trigger.group or settings.population).lower()}


def neutrino_info(tracks: Sequence[Track]) -> list[Json]:
    """Return the tracks as the file has them, in degrees and GeV."""
    if not tracks:
        return []
    known = sorted(tracks, key=lambda track: (track.time, track.id))
    times = [track.time for track in known]
    ra, dec = np.array([(track.ra_deg, track.dec_deg) for track in known]).T
    zenith, azimuth = to_detector(times, ra, dec)
    return [
        _info(track, float(zenith[place]), float(azimuth[place]))
        for place, track in enumerate(known)
    ]


def sensitivity_json(found: SensitivityRange) -> Json:
    """Return the range of sensitivities as notices have it."""
    return {
        "flux_sensitivity": [_rounded(end) for end in found.flux_gev_cm2],
        "sensitive_energy_range": [_rounded(end) for end in found.energy_gev],
    }


def window_json(neutrinos: Mapping[str, object]) -> Json:
    """Return the window of the list and whether it was complete."""
    window = mapping(neutrinos.get("window"))
    complete = neutrinos.get("complete") is True
    return {"start": window.get("start"), "stop": window.get("stop"), "complete": complete}


def _single(one: Single, track: Track, background: Background) -> Json:
    return {
        "id": one.id,
        "dt_s": one.dt_s,
        "kernel": one.kernel,
        "odds_ratio": one.odds_ratio,
        "p_value": background.track_p_value(one.odds_ratio),
        "ra": track.ra_deg,
        "dec": track.dec_deg,
        "sigma": track.sigma_deg,
        "energy": track.energy_gev,
    }


def _info(track: Track, zenith: float, azimuth: float) -> Json:
    """Return one track; an id that names no run and event is the run, so that both still tell it.

    Readers of such files take the run for text and the event for a number, never null.
    """
    found = _RUN_AND_EVENT.fullmatch(track.id)
    run, event, subevent = found.groups() if found else (track.id, "0", None)
    return {
        "id": track.id,
        "azimuth": azimuth if track.azimuth_deg is None else track.azimuth_deg,
        "dec": track.dec_deg,
        "energy": track.energy_gev,
        "event": int(event),
        "file": None,
        "mjd": mjd_of(track.time),
        "ra": track.ra_deg,
        "run": run,
        "sigma": track.sigma_deg,
        "subevent": None if subevent is None else int(subevent),
        "type": track.kind,
        "zenith": zenith if track.zenith_deg is None else track.zenith_deg,
    }


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
