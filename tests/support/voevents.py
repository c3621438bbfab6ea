"""VOEvents for tests: small ones that read as sentences."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

OF_THE_WAVES = {
    "Packet_Type": "150",
    "Pkt_Ser_Num": "2",
    "GraceID": "S230914ak",
    "AlertType": "Preliminary",
    "HardwareInj": "0",
    "EventPage": "https://gracedb.ligo.org/superevents/S230914ak/view/",
    "Instruments": "L1,H1",
    "FAR": "9.11e-14",
    "Significant": "1",
    "Group": "CBC",
    "Pipeline": "gstlal",
    "Search": "AllSky",
}
OF_A_TRACK = {
    "Packet_Type": "174",
    "run_id": "137840",
    "event_id": "57034692",
    "Rev": "0",
    "signalness": "0.24",
    "FAR": "2.5",
    "energy": "127.29",
    "src_error_90": "0.5",
    "Retraction": "false",
}
OF_A_BURST = {"Packet_Type": "112", "TrigID": "524666471", "Sequence_Num": "1"}
PLACE = ("345.82", "9.01", "0.5")
CLASSES = {"BNS": "0.25", "NSBH": "0.25", "BBH": "0.5", "Terrestrial": "0.0"}
PROPERTIES = {"HasNS": "0.25", "HasRemnant": "0.125", "HasMassGap": "0.0"}
COINCIDENCE = {
    "External_GCN_Notice_Id": "524666471",
    "External_Ivorn": "ivo://nasa.gsfc.gcn/Fermi#GBM_Fin_Pos_524666471",
    "External_Observatory": "Fermi",
    "External_Search": "GRB",
    "Time_Difference": "2.02",
    "Time_Coincidence_FAR": "2.5e-14",
    "Time_Sky_Position_Coincidence_FAR": "6.5e-16",
}
Params = Mapping[str, str]


def a_voevent(
    params: Params,
    groups: Mapping[str, Params] | None = None,
    *,
    ivorn: str = "ivo://gwnet/LVC#S230914ak-2-Preliminary",
    role: str = "observation",
    date: str = "2023-09-14T11:20:00",
    time: str = "2023-09-14T11:14:01.250",
    place: tuple[str, str, str] | None = None,
    unit: str = "TeV",
) -> bytes:
    """Return a VOEvent; the unit is that of the energy."""
    where = _position(*place) if place else ""
    inner = "".join(
        f"<Group type={quoteattr(name)}>{_params(inside, unit)}</Group>"
        for name, inside in (groups or {}).items()
    )
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0"
    role={quoteattr(role)} ivorn={quoteattr(ivorn)}>
  <Who><Date>{date}</Date></Who>
  <What>{_params(params, unit)}{inner}</What>
  <WhereWhen><ObsDataLocation><ObservationLocation><AstroCoords>
    <Time><TimeInstant><ISOTime>{time}</ISOTime></TimeInstant></Time>{where}
  </AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>
</voe:VOEvent>
"""
    return text.encode()


def of_the_waves(groups: Mapping[str, Params] | None = None, **changes: str) -> bytes:
    """Return the VOEvent of a superevent, as LVK writes it."""
    usual = {"Classification": CLASSES, "Properties": PROPERTIES}
    return a_voevent(OF_THE_WAVES | changes, usual if groups is None else groups)


def of_a_track(role: str = "observation", unit: str = "TeV", **changes: str) -> bytes:
    """Return the VOEvent of one of IceCube's tracks."""
    return a_voevent(
        OF_A_TRACK | changes,
        ivorn="ivo://nasa.gsfc.gcn/AMON#ICECUBE_BRONZE_Event2023-04-16T05:22:26.15_25_137840_57034692_0",
        role=role,
        date="2023-04-16T05:42:00",
        time="2023-04-16T05:22:26.150574",
        place=PLACE,
        unit=unit,
    )


def _params(params: Params, unit: str) -> str:
    return "".join(
        f"<Param name={quoteattr(name)} value={quoteattr(value)}"
        f"{f' unit={quoteattr(unit)}' if name == 'energy' else ''}/>"
        for name, value in params.items()
    )


def _position(ra_deg: str, dec_deg: str, error_deg: str) -> str:
    return (
        f"<Position2D><Value2><C1>{ra_deg}</C1><C2>{dec_deg}</C2></Value2>"
        f"<Error2Radius>{error_deg}</Error2Radius></Position2D>"
    )
