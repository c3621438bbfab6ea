"""VOEvents of other observatories in the words of GCN's unified notices."""

import re

from llama.domain.notice.model import JsonValue
from llama.domain.notice.voevent import VOEvent, number

_STREAMS = {
    "173": ("Gold Track Alert", "Track"),
    "174": ("Bronze Track Alert", "Track"),
    "176": ("Cascade Alert", "Cascade"),
}
"""IceCube's streams by the type of their packets (GCN's list of packet types)."""
_TEV = {"TeV": 1.0, "GeV": 1e-3}
_SECONDS_PER_YEAR = 365.25 * 86400.0
_CONTAINMENT = 0.9
_SOURCE = re.compile(r"([^/#]+)#([A-Za-z]+)?")
"""The observatory and the first word of the stream in `ivo://authority/Fermi#GBM_Flt_Pos...`."""
_MISSIONS = {"swift": "Swift", "amon": "AMON"}


def is_of_icecube(said: VOEvent) -> bool:
    """Tell whether a VOEvent is of one of IceCube's single neutrinos."""
    return said.param("Packet_Type") in _STREAMS or "#ICECUBE_" in said.ivorn.upper()


def icecube_body(said: VOEvent) -> dict[str, JsonValue]:
    """Return what IceCube's JSON notices would say: tracks and cascades."""
    pipeline, topology = _stream(said)
    run, event = said.param("run_id"), said.param("event_id")
    return _common(said) | {
        "mission": "IceCube",
        "messenger": "Neutrino",
        "pipeline": pipeline,
        "alert_topology": topology,
        "id": f"{run}_{event}" if run and event else said.param("AMON_ID"),
        "event_name": said.param("event_name") or None,
        "containment_probability": _CONTAINMENT,
        "healpix_url": said.param("skymap_fits") or None,
        "nu_energy": _energy_tev(said),
        "p_astro": number(said.param("signalness")),
        "far": _per_second(number(said.param("FAR"))),
    }


def trigger_body(said: VOEvent) -> dict[str, JsonValue]:
    """Return what a unified notice would say of another observatory's trigger."""
    found = _SOURCE.search(said.ivorn)
    mission, instrument = (found[1], found[2]) if found else ("", None)
    return _common(said) | {
        "mission": _MISSIONS.get(mission.lower(), mission),
        "instrument": instrument,
        "id": said.param("TrigID") or said.ivorn.partition("#")[2],
    }


def _common(said: VOEvent) -> dict[str, JsonValue]:
    revision = said.param("Rev", "Sequence_Num", "Pkt_Ser_Num") or "0"
    is_first = revision in {"0", "1"} if said.param("Rev") == "" else revision == "0"
    kind = "initial" if is_first else "update"
    return {
        "alert_type": "retraction" if said.says("Retraction") else kind,
        "alert_tense": "test" if said.is_test else "current",
        "alert_datetime": said.date,
        "trigger_time": said.time,
        "record_number": revision,
        "ra": number(said.ra_deg),
        "dec": number(said.dec_deg),
        "ra_dec_error": number(said.error_deg or said.param("src_error_90")),
        "voevent": {"ivorn": said.ivorn},
    }


def _stream(said: VOEvent) -> tuple[str, str]:
    told = _STREAMS.get(said.param("Packet_Type"))
    if told is not None:
        return told
    name = said.ivorn.partition("#")[2].lower()
    return ("Cascade Alert", "Cascade") if "cascade" in name else ("Track Alert", "Track")


def _energy_tev(said: VOEvent) -> float | str | None:
    """Return the energy by the unit that stands beside it; TeV if none does."""
    energy = number(said.param("energy"))
    factor = _TEV.get(said.units.get("energy", "TeV"), 1.0)
    return energy * factor if isinstance(energy, float) else energy


def _per_second(rate: float | str | None) -> float | str | None:
    """Return in Hz what IceCube tells per year."""
    return rate / _SECONDS_PER_YEAR if isinstance(rate, float) else rate
