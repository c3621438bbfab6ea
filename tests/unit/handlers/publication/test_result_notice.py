"""lvk_nu_track_search.json: what is in it when, and both schemas."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llama.domain.handler import PermanentError
from llama.handlers.neutrinos.track import CONTAINMENT_90
from llama.handlers.publication.rounding import published_p
from tests.support.joint_samples import (
    PLACES,
    alert_json,
    many_places,
    neutrinos_json,
    significance_json,
    without_p_values,
)
from tests.unit.handlers.publication.checking import (
    complaints,
    gcn,
    made,
    profile,
    result_files,
)

FLUX = "neutrino_flux_sensitivity_range"
Json = Mapping[str, object]
P = st.one_of(st.none(), st.floats(min_value=5e-324, max_value=1.0), st.just(0.0999999))
PLACE = st.tuples(
    st.floats(-500, 500),
    st.floats(0, 360, exclude_max=True),
    st.floats(-90, 90),
    st.floats(1e-3, 180),
    st.floats(1, 1e12),
    P,
)
NAMES = st.sampled_from(["S230914ak", "MS230914ak", "TS230914ak"])


def of_places(places: list[tuple[float, ...]], p: float | None, name: str) -> Json:
    """Return the notice of a result with such tracks and such a p-value."""
    known = [(*place[:5], 0.5) for place in places]
    said = significance_json(known, p_value=p)
    singles = said["single_neutrino"]
    assert isinstance(singles, list)
    judged = [{**one, "p_value": place[5]} for one, place in zip(singles, places, strict=True)]
    return made(
        result_files(
            alert=alert_json(superevent_id=name),
            neutrinos=neutrinos_json(known),
            significance={**said, "single_neutrino": judged},
        )
    )


@given(places=st.lists(PLACE, max_size=4), p=P, name=NAMES)
@settings(max_examples=40, deadline=None)
def test_odd_results_give_notices_of_our_profile(
    places: list[tuple[float, ...]], p: float | None, name: str
) -> None:
    notice = of_places(places, p, name)

    assert complaints(profile("result"), notice) == []
    assert notice["n_events_coincident"] == len(
        [place for place in places if place[5] is not None and place[5] < 0.1]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"significance": without_p_values(significance_json(), "there is no set")},
        {"neutrinos": neutrinos_json(()), "significance": significance_json(())},
        {
            "neutrinos": neutrinos_json(many_places(50)),
            "significance": significance_json(many_places(50)),
        },
        {"alert": alert_json(superevent_id="MS230914ak")},
        {"significance": significance_json(p_value=3e-7)},
    ],
    ids=["usual", "no p", "no tracks", "50 tracks", "mock", "strong"],
)
def test_notices_are_valid_for_gcn(changes: Json, shared_data: Path) -> None:
    notice = made(result_files(**changes))

    assert complaints(gcn(shared_data), notice) == []
    assert complaints(profile("result"), notice) == []


def test_the_published_example_is_told_from_ours(shared_data: Path) -> None:
    folder = shared_data / "schemas" / "gcn" / "notices" / "icecube"
    example = json.loads((folder / "lvk_nu_track_search.example.json").read_text())

    assert complaints(gcn(shared_data), example) == []
    assert {one.split(":")[0] for one in complaints(profile("result"), example)} >= {
        "$.pval_generic",
        "$['$schema']",
    }


def test_without_a_listed_track_neither_tracks_nor_a_direction_are_there() -> None:
    places = [(*place[:5], 0.3) for place in PLACES]
    quiet = {"neutrinos": neutrinos_json(places), "significance": significance_json(places)}

    notice = made(result_files(**quiet))

    assert notice["n_events_coincident"] == 0
    assert not {"coincident_events", "most_probable_direction"} & notice.keys()


def test_a_track_is_listed_below_a_p_value_of_a_tenth() -> None:
    places = [(*place[:5], p) for place, p in zip(PLACES, (0.1, 0.0999), strict=False)]
    judged = {"neutrinos": neutrinos_json(places), "significance": significance_json(places)}

    notice = made(result_files(**judged))

    assert [one["event_pval_bayesian"] for one in _events(notice)] == [0.0999]


def test_a_listed_track_has_its_time_place_and_circle() -> None:
    first, second = _events(made(result_files()))

    assert (first["event_dt"], second["event_dt"]) == (-12.9, 222.46)
    assert first["id"] == ["138590_39138551"]
    assert (first["event_pval_bayesian"], first["event_pval_generic"]) == (0.0071, None)
    assert first["localization"] == {
        "ra": 91.0,
        "dec": 52.0,
        "ra_dec_error": round(0.5 * CONTAINMENT_90, 2),
        "containment_probability": 0.9,
        "systematic_included": False,
    }


@pytest.mark.parametrize(
    ("p", "published"),
    [(0.05492, 0.0549), (1.0, 1.0), (1.04e-4, 1e-4), (9.94e-5, 9.9e-5), (1.23e-9, 1.2e-9)],
)
def test_p_values_are_rounded_as_agreed(p: float, published: float) -> None:
    assert made(result_files(significance=significance_json(p_value=p)))["pval_bayesian"] == (
        published
    )


@given(p=st.floats(min_value=5e-324, max_value=1.0))
def test_a_rounded_p_value_is_near_and_never_0(p: float) -> None:
    rounded = published_p(p, of="the event")

    assert rounded is not None
    assert 0 < rounded <= 1
    assert abs(rounded - p) <= max(5.1e-5 if p >= 1e-4 else 0.051 * p, 5e-324)


@pytest.mark.parametrize("p", [0.0, -0.1, 1.5])
def test_what_is_no_p_value_is_refused(p: float) -> None:
    with pytest.raises(PermanentError, match="lies above 0, at most at 1"):
        made(result_files(significance=significance_json(p_value=p)))


@pytest.mark.parametrize(
    ("changes", "flags", "tense", "why"),
    [
        ({}, {}, "current", ""),
        ({}, {"ONLINE": False}, "archival", ""),
        ({}, {"ROLE": "test"}, "test", "a rehearsal"),
        ({"alert": alert_json(superevent_id="MS230914ak")}, {}, "test", "mock event"),
        ({"alert": alert_json(superevent_id="TS230914ak")}, {}, "test", "test event"),
        ({"neutrinos": neutrinos_json(source="simulated:gfu")}, {}, "test", "simulated neutrinos"),
        ({"neutrinos": neutrinos_json(source="a (blinded)")}, {}, "test", "blinded neutrinos"),
    ],
)
def test_only_observations_are_current(
    changes: Json, flags: Mapping[str, bool | str], tense: str, why: str
) -> None:
    notice = made(result_files(**changes), **flags)

    assert notice["alert_tense"] == tense
    assert why in str(notice.get("additional_info", ""))


def test_an_absent_p_value_is_explained() -> None:
    said = without_p_values(significance_json(), "there is no set")

    notice = made(result_files(significance=said))

    assert notice["pval_bayesian"] is None
    assert notice["additional_info"] == "No p-value: there is no set."


@pytest.mark.parametrize("range_", [None, [1.0], {"flux_sensitivity": [0.1, "much"]}])
def test_an_odd_range_of_sensitivities_is_left_out(range_: object) -> None:
    said = {**significance_json(), FLUX: range_}

    assert FLUX not in made(result_files(significance=said))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"neutrinos": neutrinos_json(complete=False)}, "neutrinos may still come"),
        ({"significance": significance_json(complete=False)}, "neutrinos may still come"),
        ({"alert": alert_json(event={"time": None})}, "no time of the event"),
        ({"neutrinos": neutrinos_json(window={})}, "has no window"),
        (
            {"neutrinos": neutrinos_json(window={"start": "2023-01-01", "stop": "2023-01-02"})},
            "a notice tells of 1000 s",
        ),
    ],
)
def test_there_is_no_notice_of_an_open_or_odd_window(changes: Json, message: str) -> None:
    with pytest.raises(PermanentError, match=message):
        made(result_files(**changes))


def _events(notice: Mapping[str, object]) -> list[dict[str, object]]:
    found = notice["coincident_events"]
    assert isinstance(found, list)
    return found
