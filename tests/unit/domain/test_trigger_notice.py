"""Notices of other observatories' triggers: what is read, what is odd, what is refused."""

import json
import math
import os
from pathlib import Path

import pytest

from llama.domain.notice import Limits, RefusalReason, Refused
from llama.domain.notice.body import Body
from llama.domain.notice.message import content_of
from llama.domain.notice.oddities import Oddities
from llama.domain.notice.trigger import (
    ExternalTriggerNotice,
    observatory_of,
    read_trigger,
    tells_of_a_trigger,
    trigger_in,
)
from llama.domain.notice.trigger_figures import Circle
from tests.support.neutrino_notices import a_neutrino_notice
from tests.support.notices import MISSING, a_notice, mutants
from tests.support.trigger_notices import BURST, SEEN, a_burst_notice, a_km3net_notice

SAMPLES = Path("schemas") / "gcn" / "notices"
TEXTS = {"a" * 90: 64, "\N{SNOWMAN}": 6, "GRB  230416A\n": 11}


def read(**changes: object) -> ExternalTriggerNotice:
    """Read a notice of a burst that must be one."""
    return as_notice(a_burst_notice(**changes))


def observatory_in(raw: bytes) -> str:
    return observatory_of(content_of(raw))


def as_notice(raw: bytes) -> ExternalTriggerNotice:
    found = read_trigger(raw)
    assert isinstance(found, ExternalTriggerNotice), found
    return found


def a_cascade(**changes: object) -> dict[str, object]:
    """Return a cascade as it comes out of a VOEvent."""
    return {
        "mission": "IceCube",
        "messenger": "Neutrino",
        "alert_topology": "Cascade",
        "id": "134244_34406854",
        "event_name": "IceCubeCascade-200701b",
        "record_number": 0,
        "alert_type": "initial",
        "alert_tense": "current",
        "alert_datetime": "2020-07-31T17:12:51Z",
        "trigger_time": "2020-07-01T19:24:53.44Z",
        "ra": 220.0434,
        "dec": 43.1731,
        "ra_dec_error": 44.0584,
        "far": 1.27e-8,
        **changes,
    }


def sample(shared_data: Path, name: str) -> ExternalTriggerNotice:
    return as_notice((shared_data / SAMPLES / f"{name}.example.json").read_bytes())


def test_a_burst_is_read_with_all_that_it_tells() -> None:
    notice = read()

    assert (notice.observatory, notice.instrument, notice.trigger) == ("Fermi", "GBM", BURST)
    assert (notice.name, notice.revision, notice.time) == ("bn230416223", 4, SEEN)
    assert notice.circle == Circle(235.883, 68.683, 7.15, 0.68)
    assert (notice.kind, notice.classification) == ("grb", {"GENERIC_SGR": 0.14, "GRB": 0.85})
    assert (notice.far_hz, notice.retracted, notice.is_test) == (None, False, False)
    assert notice.map_url == "https://example.org/glg_healpix_all_bn230416223.fit"
    assert notice.oddities == ()


def test_a_first_alert_has_no_place(shared_data: Path) -> None:
    notice = sample(shared_data, "fermi/gbm/trigger.alert")

    assert (notice.circle, notice.kind, notice.revision) == (Circle(), "gamma_rays", 1)
    assert notice.oddities == (
        "alert_datetime names no zone: taken as UTC",
        "trigger_time names no zone: taken as UTC",
    )


def test_all_notices_of_one_burst_have_its_id(shared_data: Path) -> None:
    stages = ("alert", "flight1", "flight2", "flight3", "ground1", "ground2", "final")
    found = [sample(shared_data, f"fermi/gbm/trigger.{stage}") for stage in stages]

    assert {(one.observatory, one.trigger, one.name) for one in found} == {
        ("Fermi", "745121685", "bn240812094")
    }
    assert [one.revision for one in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.kind for one in found] == ["gamma_rays"] * 3 + ["grb"] * 4


def test_a_targeted_search_is_read_and_retracted(shared_data: Path) -> None:
    names = ("Guano", "guano.loc_map", "guano.loc_arc_min", "Guano.Retraction")
    found = [sample(shared_data, f"swift/bat/{name}") for name in names]

    assert {(one.observatory, one.trigger, one.kind) for one in found} == {
        ("Swift", "694215995", "grb")
    }
    assert [one.revision for one in found] == [1, 2, 3, 4]
    assert [one.retracted for one in found] == [False, False, False, True]
    assert [one.circle.error_deg for one in found] == [None, None, 0.5, None]
    assert found[0].far_hz == 1e-5


@pytest.mark.parametrize(
    ("name", "kind", "called"),
    [
        ("km3net/alert", "neutrino_track", "KM3-240901A"),
        ("km3net/alert.multiplet", "neutrino_multiplet", "KM3-240901B"),
        ("superk/sn_alert.real", "supernova_neutrinos", ""),
    ],
)
def test_neutrinos_of_other_detectors_are_read(
    shared_data: Path, name: str, kind: str, called: str
) -> None:
    notice = sample(shared_data, name)

    assert (notice.kind, notice.name, notice.is_test) == (kind, called, False)
    assert notice.circle.containment in {0.68, 0.9}
    assert notice.oddities == ()


def test_the_drill_of_a_supernova_is_a_test(shared_data: Path) -> None:
    assert sample(shared_data, "superk/sn_alert.test").is_test


def test_every_sample_of_a_trigger_is_for_this_reader_and_no_other_is(shared_data: Path) -> None:
    folder = shared_data / SAMPLES
    mine = {
        path.relative_to(folder).parts[0]
        for path in folder.rglob("*.example.json")
        if observatory_in(path.read_bytes())
    }
    tracks = (shared_data / "neutrinos" / "gcn_notices").glob("*.json")

    assert mine == {"fermi", "swift", "superk", "km3net"}
    assert [path for path in tracks if observatory_in(path.read_bytes())] == []


def test_a_cascade_of_any_format_is_read() -> None:
    body = json.loads(json.dumps(a_cascade()))
    limits = Limits()

    notice = trigger_in(Body(body), limits, Oddities(limits))

    assert tells_of_a_trigger(body)
    assert isinstance(notice, ExternalTriggerNotice)
    assert (notice.observatory, notice.kind) == ("IceCube", "neutrino_cascade")
    assert notice.circle == Circle(220.0434, 43.1731, 44.0584, 0.9)


@pytest.mark.parametrize(
    "raw",
    [
        a_neutrino_notice(),
        a_neutrino_notice(alert_topology=MISSING),
        a_notice(),
        a_notice(mission="Fermi"),
        b'{"mission": "Apollo"}',
        b'{"mission": 5, "alert_type": "initial"}',
        b'["mission"]',
        b'"mission"',
        b"",
    ],
)
def test_what_is_no_trigger_is_left_to_others(raw: bytes) -> None:
    assert observatory_in(raw) == ""


def test_an_observatory_is_recognised_however_it_is_spelled() -> None:
    assert observatory_in(a_burst_notice(mission=" FERMI ")) == "Fermi"
    assert read(mission=" FERMI ").observatory == "Fermi"
    assert read(mission="Einstein  Probe").observatory == "Einstein Probe"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"alert_topology": "Shower"}, "neutrino_cascade"),
        ({"alert_topology": "Starting Track"}, "neutrino_track"),
        ({"alert_topology": "Ring"}, "neutrino"),
        ({"alert_topology": 5}, "neutrino"),
        ({"alert_topology": MISSING, "messenger": MISSING, "mission": "X"}, "other"),
    ],
)
def test_the_topology_tells_the_kind(changes: dict[str, object], kind: str) -> None:
    assert as_notice(a_km3net_notice(**changes)).kind == kind


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"classification": {"GRB": 0.2, "SOLAR_FLARE": 0.7}}, "gamma_rays"),
        ({"classification": MISSING}, "gamma_rays"),
        ({"classification": MISSING, "duration_class": "SHORT"}, "grb"),
        ({"classification": {}, "follow_up_type": "GRB"}, "grb"),
        ({"classification": MISSING, "follow_up_type": "GW"}, "gamma_rays"),
    ],
)
def test_a_burst_is_called_one_only_if_the_notice_does(
    changes: dict[str, object], kind: str
) -> None:
    assert read(**changes).kind == kind


@pytest.mark.parametrize("tense", ["test", "TEST", "injection", "planned", "commanded", "drill", 7])
def test_what_is_not_known_to_be_real_is_a_test(tense: object) -> None:
    assert read(alert_tense=tense).is_test


def test_a_retraction_needs_no_time_of_the_trigger() -> None:
    notice = read(alert_type="retraction", trigger_time=MISSING, ra=MISSING, dec=MISSING)

    assert notice.retracted
    assert notice.time == notice.sent_at


def test_an_ellipse_becomes_a_circle_of_its_area() -> None:
    assert read(ra_dec_error=[4.0, 1.0, 30.0]).circle.error_deg == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("changes", "circle", "oddity"),
    [
        ({"ra": 360.5}, Circle(), "ra is 360.5: left out"),
        ({"dec": None}, Circle(), "dec is null: left out"),
        ({"dec": "nan"}, Circle(), "dec is nan: left out"),
        ({"ra": True}, Circle(), "ra is of type bool: left out"),
        ({"ra": 10**400}, Circle(), "ra is "),
        ({"ra_dec_error": 0}, Circle(235.883, 68.683), "ra_dec_error is no size: left out"),
        ({"ra_dec_error": []}, Circle(235.883, 68.683), "ra_dec_error is no size: left out"),
        (
            {"containment_probability": 90},
            Circle(235.883, 68.683, 7.15, 0.9),
            "containment_probability is 90: left out",
        ),
    ],
)
def test_an_odd_place_is_left_out_and_told(
    changes: dict[str, object], circle: Circle, oddity: str
) -> None:
    notice = read(**changes)

    assert notice.circle == circle
    assert oddity in notice.oddities[-1]


def test_coordinates_may_be_texts_and_the_whole_turn_is_none() -> None:
    assert read(ra="360", dec="-1.5").circle == Circle(0.0, -1.5, 7.15, 0.68)


@pytest.mark.parametrize("far", [-1.0, "often", 1e300, True])
def test_an_odd_rate_is_left_out_and_told(far: object) -> None:
    notice = read(far=far)

    assert (notice.far_hz, notice.oddities) == (None, ("far is no rate: left out",))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a b", "https://" + "a" * 600, 5, "ftp://a/b"]
)
def test_only_web_addresses_are_kept(url: object) -> None:
    notice = read(healpix_url=url)

    assert notice.map_url is None
    assert notice.oddities[0].startswith("healpix_url is ")


def test_names_are_short_and_printable() -> None:
    assert {text: len(read(event_name=text).name) for text in TEXTS} == TEXTS
    assert read(event_name=["GRB 230416A", "other"]).name == "GRB 230416A"
    assert read(event_name=[{}]).name == "bn230416223"


def test_of_very_many_classes_the_most_probable_are_kept() -> None:
    many = {f"class{number}": number / 1000 for number in range(1000)}

    found = read(classification=many | {"../x": 1.0, "GRB": 2}).classification

    assert found is not None
    assert len(found) == 16
    assert max(found.values()) == 0.999


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"id": MISSING}, RefusalReason.BAD_TRIGGER, "id is null"),
        ({"id": []}, RefusalReason.BAD_TRIGGER, "id is null"),
        ({"id": [[], "a"]}, RefusalReason.BAD_TRIGGER, "id is of type list"),
        ({"id": "../../etc/passwd"}, RefusalReason.BAD_TRIGGER, "id is '../../etc/passwd'"),
        ({"id": "a" * 65}, RefusalReason.BAD_TRIGGER, "id is"),
        ({"record_number": -1}, RefusalReason.BAD_TRIGGER, "record_number"),
        ({"record_number": float("inf")}, RefusalReason.BAD_TRIGGER, "record_number"),
        ({"mission": "../x"}, RefusalReason.BAD_TRIGGER, "mission is '../x'"),
        ({"mission": "a" * 41}, RefusalReason.BAD_TRIGGER, "mission is"),
        ({"alert_type": MISSING}, RefusalReason.BAD_ALERT_TYPE, "alert_type is null"),
        ({"alert_type": "rumour"}, RefusalReason.BAD_ALERT_TYPE, "'rumour'"),
        ({"trigger_time": "yesterday"}, RefusalReason.BAD_TIME, "'yesterday'"),
        ({"trigger_time": MISSING}, RefusalReason.BAD_TIME, "trigger_time is null"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    changes: dict[str, object], reason: RefusalReason, detail: str
) -> None:
    found = read_trigger(a_burst_notice(**changes))

    assert isinstance(found, Refused)
    assert found.reason is reason
    assert detail in found.detail


def test_what_is_too_large_is_refused() -> None:
    found = read_trigger(a_burst_notice(), limits=Limits(max_bytes=100))

    assert isinstance(found, Refused)
    assert found.reason is RefusalReason.TOO_LARGE


@pytest.mark.parametrize("raw", [a_burst_notice(), a_km3net_notice()])
def test_whatever_the_bytes_they_are_read_or_refused(raw: bytes) -> None:
    found = [read_trigger(one) for one in mutants(raw, 1500, seed=12)]
    named = [observatory_in(one) for one in mutants(raw, 300, seed=13)]

    notices = [one for one in found if isinstance(one, ExternalTriggerNotice)]
    figures = [
        figure
        for one in notices
        for figure in (*(one.circle.ra_deg, one.circle.error_deg), one.far_hz)
        if figure is not None
    ]
    told = [text for one in notices for text in (*one.oddities, one.name, one.instrument)]
    assert 100 < len(notices) < len(found)
    assert all(map(math.isfinite, figures))
    assert all(len(text) <= 200 and text.isascii() for text in told)
    assert "" in named


def test_a_notice_is_read_the_same_however_it_is_written() -> None:
    said = json.loads(a_burst_notice())
    other = json.dumps(dict(reversed(said.items())), indent=2).replace("\n", os.linesep).encode()

    assert read_trigger(other) == read_trigger(a_burst_notice())
