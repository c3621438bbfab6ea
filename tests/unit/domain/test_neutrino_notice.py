"""Notices of neutrinos: what is read, what is odd, what is refused."""

import json
import math
import os
from pathlib import Path

import pytest

from llama.domain.notice import RefusalReason, Refused
from llama.domain.notice.message import content_of, subject_of
from llama.domain.notice.neutrino import NeutrinoNotice, read_neutrino
from tests.support.neutrino_notices import CAME, NEUTRINO, a_neutrino_notice
from tests.support.notices import MISSING, a_notice, mutants

SAMPLES = Path("neutrinos") / "gcn_notices"
EXAMPLE = "single_neutrino_alerts.gold_bronze_track_alerts.example.json"


def read(**changes: object) -> NeutrinoNotice:
    """Read a notice that must be one."""
    found = read_neutrino(a_neutrino_notice(**changes))
    assert isinstance(found, NeutrinoNotice), found
    return found


def refusal(**changes: object) -> Refused:
    found = read_neutrino(a_neutrino_notice(**changes))
    assert isinstance(found, Refused), found
    return found


def test_a_track_is_read_with_its_units() -> None:
    notice = read()

    assert (notice.neutrino, notice.revision, notice.stream) == (NEUTRINO, 0, "bronze")
    assert (notice.time, notice.retracted, notice.is_test) == (CAME, False, False)
    assert (notice.place.ra_deg, notice.place.dec_deg) == (345.82, 9.01)
    assert notice.place.energy_gev == pytest.approx(127_290.0)
    assert notice.oddities == ()


def test_the_error_is_a_radius_of_90_percent_unless_the_notice_says_otherwise() -> None:
    usual, none = read(), read(containment_probability=MISSING)
    half = read(containment_probability=0.5)

    assert usual.place.sigma_deg == pytest.approx(0.5 / 2.145966)
    assert none.place == usual.place
    assert half.place.sigma_deg == pytest.approx(0.5 / math.sqrt(2 * math.log(2)))


def test_an_ellipse_becomes_a_circle_of_its_area() -> None:
    assert read(ra_dec_error=[1.0, 0.25, 30.0]).place == read(ra_dec_error=0.5).place
    assert read(ra_dec_error=[0.5]).place == read(ra_dec_error=0.5).place


@pytest.mark.parametrize(
    "said", [NEUTRINO, [NEUTRINO], f"{NEUTRINO}_0", [f"{NEUTRINO}_0", "other"], f" {NEUTRINO} "]
)
def test_an_id_may_be_a_text_or_a_list(said: object) -> None:
    assert read(id=said, event_name="IceCube-230416A").neutrino == NEUTRINO


def test_another_subevent_is_another_neutrino() -> None:
    assert read(id=f"{NEUTRINO}_1").neutrino == f"{NEUTRINO}_1"


@pytest.mark.parametrize("said", [1, 1.0, "1"])
def test_the_record_number_is_the_revision(said: object) -> None:
    assert read(record_number=said, alert_type="update").revision == 1


def test_a_retraction_needs_no_direction_and_no_time_of_its_own() -> None:
    gone = {"ra": MISSING, "dec": None, "ra_dec_error": MISSING, "trigger_time": MISSING}
    notice = read(alert_type="Retraction", record_number=1, **gone)

    assert (notice.retracted, notice.revision) == (True, 1)
    assert notice.place.ra_deg is None
    assert notice.time == notice.sent_at


@pytest.mark.parametrize("tense", ["test", "TEST", "injection", "planned", "commanded", "drill", 7])
def test_what_is_not_known_to_be_real_is_a_test(tense: object) -> None:
    notice = read(alert_tense=tense)

    assert notice.is_test
    assert (notice.origin == "simulated") == (tense == "injection")


@pytest.mark.parametrize("tense", ["current", "archival", MISSING, None])
def test_what_was_observed_is_no_test(tense: object) -> None:
    assert not read(alert_tense=tense).is_test


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"id": MISSING}, RefusalReason.BAD_NEUTRINO, "id is null"),
        ({"id": []}, RefusalReason.BAD_NEUTRINO, "id is null"),
        ({"id": "../../etc/passwd"}, RefusalReason.BAD_NEUTRINO, "id is '../../etc/passwd'"),
        ({"id": "a" * 65}, RefusalReason.BAD_NEUTRINO, "id is"),
        ({"record_number": -1}, RefusalReason.BAD_NEUTRINO, "record_number"),
        ({"record_number": 0.5}, RefusalReason.BAD_NEUTRINO, "record_number"),
        ({"record_number": float("inf")}, RefusalReason.BAD_NEUTRINO, "record_number"),
        ({"alert_type": MISSING}, RefusalReason.BAD_ALERT_TYPE, "alert_type is null"),
        ({"alert_type": "rumour"}, RefusalReason.BAD_ALERT_TYPE, "'rumour'"),
        ({"trigger_time": "yesterday"}, RefusalReason.BAD_TIME, "'yesterday'"),
        ({"trigger_time": "1999-01-01T00:00:00Z"}, RefusalReason.BAD_TIME, "1999"),
        ({"ra": 360.5}, RefusalReason.BAD_NEUTRINO, "ra is 360.5"),
        ({"ra": True}, RefusalReason.BAD_NEUTRINO, "ra is of type bool"),
        ({"dec": "nan"}, RefusalReason.BAD_NEUTRINO, "dec is nan"),
        ({"dec": 10**400}, RefusalReason.BAD_NEUTRINO, "dec is"),
        ({"ra_dec_error": 0}, RefusalReason.BAD_NEUTRINO, "no circle"),
        ({"ra_dec_error": []}, RefusalReason.BAD_NEUTRINO, "no circle"),
        ({"ra_dec_error": 5e-324}, RefusalReason.BAD_NEUTRINO, "ra_dec_error"),
        ({"containment_probability": 90}, RefusalReason.BAD_NEUTRINO, "containment_probability"),
        ({"containment_probability": 1}, RefusalReason.BAD_NEUTRINO, "no circle"),
        ({"nu_energy": 0}, RefusalReason.BAD_NEUTRINO, "nu_energy is 0.0"),
        ({"nu_energy": MISSING}, RefusalReason.BAD_NEUTRINO, "nu_energy is null"),
        ({"mission": "KM3NeT"}, RefusalReason.BAD_NEUTRINO, "IceCube is read"),
        ({"alert_topology": "Cascade"}, RefusalReason.BAD_NEUTRINO, "no track"),
        ({"pipeline": "Cascade Alert"}, RefusalReason.BAD_NEUTRINO, "no track"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    changes: dict[str, object], reason: RefusalReason, detail: str
) -> None:
    found = refusal(**changes)

    assert found.reason is reason
    assert detail in found.detail


def test_what_is_odd_is_told() -> None:
    notice = read(alert_tense=MISSING, record_number=MISSING, alert_datetime="soon", id=["a", "b"])

    assert notice.sent_at == notice.time == CAME
    assert notice.oddities == (
        "2 ids: the first counts",
        "alert_datetime is no time",
        "alert_tense is null: taken as current",
        "no record_number: taken as 0",
    )


def test_whatever_the_bytes_they_are_read_or_refused() -> None:
    found = [read_neutrino(raw) for raw in mutants(a_neutrino_notice(), 2000, seed=11)]

    numbers = [
        number
        for one in found
        if isinstance(one, NeutrinoNotice) and not one.retracted
        for number in (one.place.ra_deg, one.place.dec_deg, one.place.sigma_deg)
    ]
    assert len(numbers) > 30
    assert all(number is not None and math.isfinite(number) for number in numbers)
    assert any(isinstance(one, Refused) for one in found)


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (a_neutrino_notice(), "neutrino"),
        (a_neutrino_notice(mission=MISSING), "neutrino"),
        (a_neutrino_notice(mission=MISSING, messenger=MISSING), "neutrino"),
        (a_neutrino_notice(superevent_id="S230914ak"), "superevent"),
        (a_notice(urls={"by": "IceCube"}), "superevent"),
        (b"{}", None),
        (b"", None),
    ],
)
def test_what_a_message_says_decides_what_it_is_about(raw: bytes, subject: str | None) -> None:
    assert subject_of(content_of(raw)) == subject


def test_the_public_samples_are_read(shared_data: Path) -> None:
    found = {
        path.name.removeprefix("kafka_alert_icecube_"): read_neutrino(path.read_bytes())
        for path in sorted((shared_data / SAMPLES).glob("*.json"))
    }

    assert len(found) == 6
    assert all(isinstance(one, NeutrinoNotice) and one.oddities == () for one in found.values())
    retracted = [name for name, one in found.items() if getattr(one, "retracted", None)]
    assert retracted == ["retraction.json"]


def test_the_example_of_the_schema_is_read(shared_data: Path) -> None:
    folder = shared_data / "schemas" / "gcn" / "notices" / "icecube"

    found = read_neutrino((folder / EXAMPLE).read_bytes())

    assert isinstance(found, NeutrinoNotice)
    assert (found.neutrino, found.revision) == (NEUTRINO, 1)


def test_real_voevents_of_tracks_are_read_and_one_of_a_cascade_is_not(shared_data: Path) -> None:
    tracks = sorted((shared_data / SAMPLES).glob("*.xml"))
    found = [read_neutrino(path.read_bytes()) for path in tracks]
    cascade = read_neutrino((shared_data / SAMPLES / "sample_cascade.txt").read_bytes())

    said = [(one.neutrino, one.place.energy_gev) for one in found if not isinstance(one, Refused)]
    assert said == [("132642_58895105", 23.8726), ("135363_69917294", 320_040.0)]
    assert isinstance(cascade, Refused)
    assert "no track" in cascade.detail


def test_a_notice_is_read_the_same_however_it_is_written() -> None:
    said = json.loads(a_neutrino_notice())
    other = json.dumps(dict(reversed(said.items())), indent=2).replace("\n", os.linesep).encode()

    assert read_neutrino(other) == read_neutrino(a_neutrino_notice())
