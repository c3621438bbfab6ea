"""event_data.json, classification.json and external_triggers.json: read from the newest notice."""

import orjson
import pytest

from llama.client.trial import try_handler
from llama.domain.handler import FileHandler
from llama.handlers.alert import Alert
from llama.handlers.classification import Classification
from llama.handlers.event_data import EventData
from llama.handlers.external_triggers import ExternalTriggers
from tests.support.joint_samples import alert_json

GRB = {
    "gcn_notice_id": 524666471,
    "ivorn": "ivo://nasa.gsfc.gcn/Fermi#GBM",
    "observatory": "Fermi",
    "search": "GRB",
    "time_difference": 2.02,
    "time_coincidence_far": 2.1e-14,
    "time_sky_position_coincidence_far": 6.4e-16,
    "combined_skymap": {"sha256": "ab" * 32, "bytes": 1036800},
}


def made(handler: type[FileHandler], **alert: object) -> dict[str, object]:
    return orjson.loads(try_handler(handler, {Alert: alert_json(**alert)})[handler].content)


def test_event_data_are_those_of_the_notice_and_null_where_it_has_none() -> None:
    found = made(EventData)

    assert (found["superevent_id"], found["group"]) == ("S230914ak", "CBC")
    assert found["instruments"] == ["H1", "L1"]
    assert found["gps_s"] == pytest.approx(1378725259.088)
    assert {found[key] for key in ("snr", "mass_1_msun", "chirp_mass_msun", "duration_s")} == {None}


def test_a_private_record_brings_masses_and_signal_to_noise() -> None:
    found = made(EventData, event={"snr": 32.4, "mass1": 1.46, "mass_2": 1.27, "mchirp": 1.19})

    figures = ("snr", "mass_1_msun", "mass_2_msun", "chirp_mass_msun")
    assert [found[key] for key in figures] == [32.4, 1.46, 1.27, 1.19]


@pytest.mark.parametrize("odd", [0, -1.4, "1.4", True, [1.4]])
def test_an_odd_mass_is_none(odd: object) -> None:
    assert made(EventData, event={"mass1": odd})["mass_1_msun"] is None


def test_the_classification_names_the_most_likely_class_and_the_population() -> None:
    found = made(Classification)

    assert (found["most_likely"], found["most_likely_probability"]) == ("BNS", 0.61)
    assert (found["p_astrophysical"], found["population"]) == (0.96, "cbc")


@pytest.mark.parametrize(
    ("group", "population", "because"),
    [
        ("Burst", "burst", "the group of the search is Burst"),
        ("Exotic", None, "the group of the search is Exotic, of which no population is known"),
        (None, None, "the notice names no group of searches"),
    ],
)
def test_the_population_follows_the_group(
    group: object, population: str | None, because: str
) -> None:
    found = made(Classification, event={"group": group})

    assert (found["population"], found["population_because"]) == (population, because)


def test_what_is_no_probability_is_left_out_and_named() -> None:
    found = made(Classification, event={"classification": {"BNS": 1.2, "BBH": 0.3}})

    assert (found["classification"], found["refused"]) == ({"BBH": 0.3}, ["BNS"])


def test_a_coincidence_is_an_external_trigger_with_its_time_and_map() -> None:
    [found] = _triggers(made(ExternalTriggers, external_coinc=GRB))

    assert (found["observatory"], found["notice_id"]) == ("Fermi", "524666471")
    assert (found["dt_s"], found["time"]) == (2.02, "2023-09-14T11:14:03.108000Z")
    assert (found["in_window"], found["map"]) == (True, GRB["combined_skymap"])


@pytest.mark.parametrize(
    ("dt_s", "inside"), [(-500.0, True), (500.1, False), (1e30, False), ("soon", None)]
)
def test_a_trigger_is_in_the_window_or_not_or_not_known_to_be(
    *, dt_s: object, inside: bool | None
) -> None:
    [found] = _triggers(made(ExternalTriggers, external_coinc={**GRB, "time_difference": dt_s}))

    assert found["in_window"] is inside


@pytest.mark.parametrize("event", [None, []])
def test_a_notice_that_names_no_trigger_gives_an_empty_list(event: object) -> None:
    assert made(ExternalTriggers, event=event)["triggers"] == []


def _triggers(file: dict[str, object]) -> list[dict[str, object]]:
    found = file["triggers"]
    assert isinstance(found, list)
    return found
