"""VOEvents: what they say is what the JSON notices say, as far as they say it."""

import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.notice import AlertType, Notice, RefusalReason, Refused, read_notice
from llama.domain.notice.message import Message, read_message
from llama.domain.notice.neutrino import NeutrinoNotice
from llama.domain.notice.trigger import ExternalTriggerNotice
from tests.support.neutrino_notices import a_neutrino_notice
from tests.support.notices import (
    BYTE_MUTATIONS,
    SHARED_ALERTS,
    a_notice,
    a_retraction,
    an_event,
    an_external,
)
from tests.support.voevents import (
    COINCIDENCE,
    OF_A_BURST,
    OF_A_TRACK,
    a_voevent,
    of_a_track,
    of_the_waves,
)

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "laugh"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<VOEvent><What><Param name="GraceID" value="&b;"/></What></VOEvent>"""
OUTSIDE = b"""<!DOCTYPE VOEvent SYSTEM "file:///etc/passwd"><VOEvent/>"""
ALTERNATIVE = {"urls", "voevent", "oddities"}
"""What a VOEvent tells otherwise than JSON does."""


def notice(raw: bytes) -> Notice:
    found = read_message(raw)
    assert isinstance(found, Notice), found
    return found


def track(raw: bytes) -> NeutrinoNotice:
    found = read_message(raw)
    assert isinstance(found, NeutrinoNotice), found
    return found


def refusal(raw: bytes) -> Refused:
    found = read_message(raw)
    assert isinstance(found, Refused), found
    return found


def said(found: Message) -> dict[str, object]:
    assert isinstance(found, Notice), found
    alert: dict[str, object] = json.loads(found.alert)
    return {key: value for key, value in alert.items() if key not in ALTERNATIVE}


def test_a_superevent_is_told_as_in_json() -> None:
    in_json = a_notice(event=an_event(skymap=None))

    assert said(notice(of_the_waves())) == said(read_notice(in_json))


def test_a_retraction_is_the_same_notice_as_in_json() -> None:
    in_xml = a_voevent(
        {"GraceID": "S230914ak", "AlertType": "Retraction"}, date="2023-09-14T12:20:00Z"
    )

    assert notice(in_xml).identity == notice(a_retraction()).identity


def test_a_coincidence_is_told_as_in_json() -> None:
    groups = {"External Coincidence": COINCIDENCE}
    in_json = a_notice(
        event=an_event(skymap=None),
        external_coinc=an_external(combined_skymap=None, gcn_notice_id="524666471"),
    )

    found = said(notice(of_the_waves(groups)))

    assert found["external_coinc"] == said(notice(in_json))["external_coinc"]


def test_the_map_that_it_names_and_its_own_number_are_kept() -> None:
    url = "https://gracedb.ligo.org/files/bayestar.multiorder.fits,0"
    alert = json.loads(notice(of_the_waves({"GW_SKYMAP": {"skymap_fits": url}})).alert)

    assert alert["urls"]["skymap"] == url
    assert alert["voevent"]["serial_number"] == "2"
    assert alert["voevent"]["ivorn"] == "ivo://gwnet/LVC#S230914ak-2-Preliminary"


@pytest.mark.parametrize("date", ["2023-09-14T11:20:00", "2023-09-14T11:20:00Z"])
def test_a_time_without_a_zone_is_utc_and_nothing_odd(date: str) -> None:
    found = notice(a_voevent({"GraceID": "S230914ak", "AlertType": "Retraction"}, date=date))

    assert found.time_created == datetime(2023, 9, 14, 11, 20, tzinfo=UTC)
    assert found.oddities == ()


@pytest.mark.parametrize(
    ("raw", "is_test"),
    [
        (of_the_waves(), False),
        (of_the_waves(GraceID="MS230914ak"), True),
        (of_the_waves(HardwareInj="1"), True),
        (a_voevent({"GraceID": "S230914ak", "AlertType": "Initial"}, role="test"), True),
        (a_voevent({"GraceID": "S230914ak", "AlertType": "Initial"}, role="rehearsal"), True),
    ],
)
def test_what_is_not_known_to_be_real_is_a_test(raw: bytes, *, is_test: bool) -> None:
    assert notice(raw).is_test is is_test


def test_what_is_no_number_is_odd_and_not_taken_up() -> None:
    found = notice(of_the_waves(FAR="often", Significant="maybe"))

    assert (found.far, found.significant) == (None, None)
    assert "event.far is 'often'" in found.oddities
    assert "event.significant is 'maybe'" in found.oddities


def test_a_track_is_the_same_neutrino_as_in_json() -> None:
    in_json = a_neutrino_notice(id="137840_57034692_0", far=1e-8)

    found, expected = track(of_a_track()), track(in_json)

    assert (found.neutrino, found.revision, found.time) == (
        expected.neutrino,
        expected.revision,
        expected.time,
    )
    assert found.place == expected.place
    assert (found.stream, found.retracted, found.is_test) == ("bronze", False, False)


@pytest.mark.parametrize(("unit", "gev"), [("TeV", 127_290.0), ("GeV", 127.29), ("", 127_290.0)])
def test_the_energy_has_the_unit_that_stands_beside_it(unit: str, gev: float) -> None:
    assert track(of_a_track(unit=unit)).place.energy_gev == pytest.approx(gev)


def test_a_revision_and_a_retraction_of_a_track_are_told() -> None:
    found = track(of_a_track(Rev="2", Retraction="true"))

    assert (found.revision, found.retracted) == (2, True)


@pytest.mark.parametrize("raw", [of_a_track(role="test"), of_a_track(Test="true")])
def test_a_test_of_icecube_is_one(raw: bytes) -> None:
    assert track(raw).is_test


@pytest.mark.parametrize(
    ("raw", "reason", "has"),
    [
        (BILLION_LAUGHS, RefusalReason.UNSUPPORTED_FORMAT, "DOCTYPE"),
        (OUTSIDE, RefusalReason.UNSUPPORTED_FORMAT, "DOCTYPE"),
        (b"<html><body/></html>", RefusalReason.UNSUPPORTED_FORMAT, "root is html"),
        (b"<VOEvent>", RefusalReason.DAMAGED, "does not parse"),
        (b"<", RefusalReason.DAMAGED, "does not parse"),
        (b"<VOEvent>\xff</VOEvent>", RefusalReason.DAMAGED, "does not parse"),
        (b'<?xml version="1.0" encoding="no-such"?><V/>', RefusalReason.DAMAGED, "does not parse"),
        (b"<a>" * 200_000, RefusalReason.TOO_LARGE, "no VOEvent is so large"),
        (b"<a>" + b" " * 1_100_000 + b"</a>", RefusalReason.TOO_LARGE, "no VOEvent is so large"),
        (b"<VOEvent role='utility'/>", RefusalReason.NOT_A_NOTICE, "of use to machines"),
        (of_the_waves(GraceID="../../etc/passwd"), RefusalReason.BAD_EVENT_ID, "superevent_id"),
        (of_the_waves(AlertType=""), RefusalReason.BAD_ALERT_TYPE, "alert_type"),
        (a_voevent({"GraceID": "S230914ak"}, date=""), RefusalReason.BAD_ALERT_TYPE, "alert_type"),
        (of_a_track(energy=""), RefusalReason.BAD_NEUTRINO, "nu_energy"),
        (
            a_voevent(OF_A_TRACK, time="noon", ivorn="ivo://x/AMON#ICECUBE_GOLD"),
            RefusalReason.BAD_TIME,
            "trigger_time",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(raw: bytes, reason: RefusalReason, has: str) -> None:
    found = refusal(raw)

    assert found.reason is reason
    assert has in found.detail


def test_deep_and_wide_xml_is_read_within_bounds() -> None:
    deep = b"<VOEvent>" + b"<Group>" * 20_000 + b"</Group>" * 20_000 + b"</VOEvent>"
    wide = a_voevent({f"P{number}": "1" for number in range(5000)})

    assert refusal(deep).reason is RefusalReason.NOT_A_NOTICE  # it names no observatory
    assert refusal(wide).reason is RefusalReason.BAD_EVENT_ID


@pytest.mark.skipif(not SHARED_ALERTS.is_dir(), reason="real alerts are not in ../shared/data")
@pytest.mark.parametrize("kind", ["1-EarlyWarning", "3-Initial", "6-Update", "5-Retraction"])
def test_a_real_superevent_is_told_as_in_json(kind: str) -> None:
    folder = SHARED_ALERTS / "MS181101ab"
    name = "ext-update" if kind == "6-Update" else kind.partition("-")[2].lower()

    in_xml = notice((folder / f"MS181101ab-{kind}.xml").read_bytes())
    in_json = notice((folder / f"MS181101ab-{name}.json").read_bytes())

    assert in_xml.alert_type is in_json.alert_type
    assert (in_xml.far, in_xml.significant) == (in_json.far, in_json.significant)
    assert (in_xml.classification, in_xml.is_test) == (in_json.classification, in_json.is_test)


@pytest.mark.skipif(not SHARED_ALERTS.is_dir(), reason="real alerts are not in ../shared/data")
def test_real_voevents_of_the_third_run_are_read() -> None:
    found = [notice(path.read_bytes()) for path in sorted((SHARED_ALERTS / "voevents").iterdir())]

    assert [(one.superevent_id, one.alert_type) for one in found] == [
        ("S190425z", AlertType.INITIAL),
        ("S190814bv", AlertType.UPDATE),
        ("MS181101ab", AlertType.PRELIMINARY),
    ]
    assert [one.is_test for one in found] == [False, False, True]


@settings(deadline=None, max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_whatever_comes_is_answered(seed: int) -> None:
    chance = random.Random(seed)
    raw = chance.choice((of_the_waves(), of_a_track(), a_voevent(OF_A_BURST)))

    found = read_message(chance.choice(BYTE_MUTATIONS)(raw, chance))

    assert isinstance(found, Notice | NeutrinoNotice | ExternalTriggerNotice | Refused)


def test_a_burst_of_another_observatory_is_an_external_trigger() -> None:
    raw = a_voevent(
        OF_A_BURST,
        ivorn="ivo://nasa.gsfc.gcn/Fermi#GBM_Flt_Pos2023-09-14T11:14:02.00_524666471_0-389",
        time="2023-09-14T11:14:02.00",
        place=("100.5", "-30.25", "5.0"),
    )

    found = read_message(raw)

    assert isinstance(found, ExternalTriggerNotice)
    assert (found.observatory, found.trigger, found.instrument) == ("Fermi", "524666471", "GBM")
    assert (found.circle.ra_deg, found.circle.dec_deg) == (100.5, -30.25)
    assert not found.is_test
