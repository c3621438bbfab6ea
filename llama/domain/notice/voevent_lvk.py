"""VOEvents of LIGO, Virgo and KAGRA in the words of igwn.gwalert."""

from llama.domain.notice.model import JsonValue
from llama.domain.notice.voevent import VOEvent, number

_AUTHORITY = "ivo://gwnet/"
_RETRACTION = "retraction"
_TRUTH = {"0": False, "1": True, "false": False, "true": True}
_NUMBERS = (("far", "FAR"), ("duration", "Duration"), ("central_frequency", "CentralFreq"))
_WORDS = (("group", "Group"), ("pipeline", "Pipeline"), ("search", "Search"))
_PROBABILITIES = (("classification", "Classification"), ("properties", "Properties"))
_COINCIDENCE = "External Coincidence"
_OF_THE_COINCIDENCE = (
    ("gcn_notice_id", "External_GCN_Notice_Id"),
    ("ivorn", "External_Ivorn"),
    ("observatory", "External_Observatory"),
    ("search", "External_Search"),
)
_NUMBERS_OF_THE_COINCIDENCE = (
    ("time_difference", "Time_Difference"),
    ("time_coincidence_far", "Time_Coincidence_FAR"),
    ("time_sky_position_coincidence_far", "Time_Sky_Position_Coincidence_FAR"),
)
_LINKS = (
    ("gracedb", ("EventPage",)),
    ("skymap", ("skymap_fits",)),
    ("combined_skymap", ("joint_skymap_fits",)),
)


def tells_of_a_superevent(said: VOEvent) -> bool:
    """Tell whether a VOEvent is for the reader of superevents."""
    return "GraceID" in said.params or said.ivorn.startswith(_AUTHORITY)


def lvk_body(said: VOEvent) -> dict[str, JsonValue]:
    """Return what igwn.gwalert would say. A VOEvent names its map and does not carry it."""
    is_retraction = said.param("AlertType").lower() == _RETRACTION
    return {
        "superevent_id": said.params.get("GraceID"),
        "alert_type": said.param("AlertType").upper(),
        "time_created": said.date,
        "urls": {key: said.param(*names) for key, names in _LINKS if said.param(*names)},
        "event": None if is_retraction else _event(said),
        "external_coinc": _coincidence(said),
        "voevent": {"ivorn": said.ivorn, "serial_number": said.param("Pkt_Ser_Num")},
    }


def _event(said: VOEvent) -> dict[str, JsonValue]:
    named = (name.strip() for name in said.param("Instruments").split(","))
    instruments: list[JsonValue] = [name for name in sorted(named) if name]
    event: dict[str, JsonValue] = {"time": said.time, "instruments": instruments, "skymap": None}
    event |= {key: number(said.param(name)) for key, name in _NUMBERS}
    event |= {key: said.param(name) or None for key, name in _WORDS}
    for key, group in _PROBABILITIES:
        found = said.groups.get(group, {})
        event[key] = {name: number(value) for name, value in found.items()}
    if (significant := said.param("Significant")) != "":
        event["significant"] = _TRUTH.get(significant.lower(), significant)
    return event


def _coincidence(said: VOEvent) -> dict[str, JsonValue] | None:
    found = said.groups.get(_COINCIDENCE)
    if found is None:
        return None
    told: dict[str, JsonValue] = {key: found.get(name) for key, name in _OF_THE_COINCIDENCE}
    told |= {key: number(found.get(name, "")) for key, name in _NUMBERS_OF_THE_COINCIDENCE}
    return told
