"""significance.json: its shape, its p-values, and what it depends on."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import orjson
import pytest

from llama.client.trial import try_handler
from llama.domain.handler import PermanentError
from llama.handlers.background.collection import to_bytes
from llama.handlers.background.key import Key
from llama.handlers.background.sets import BackgroundSet, Made
from llama.handlers.background_set import BackgroundSet as Chosen
from llama.handlers.background_sets import BackgroundSets
from llama.handlers.coincidence.result import Background
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.neutrinos.detector import detector_from, detector_named
from llama.handlers.neutrinos.records import records_from_bytes
from llama.handlers.significance import Significance
from llama.handlers.sky.writing import to_fits
from llama.handlers.skymap import Skymap
from tests.support.joint_search import MERGER, a_fisher_map, a_track, some_tracks
from tests.unit.handlers.builders import an_alert

EVENT = {
    "time": MERGER.isoformat(),
    "far": 1e-9,
    "significant": True,
    "instruments": ["L1", "H1"],
    "group": "CBC",
    "pipeline": "gstlal",
    "classification": {"BNS": 0.6, "Terrestrial": 0.4},
}
SKY = to_fits(a_fisher_map(mu_mpc=100.0, order=5))
TRACKS = (a_track(sigma_deg=0.7, name="138590_39138551"), *some_tracks(4))


def a_list(*, tracks: object = None, **others: object) -> bytes:
    gfu = detector_named("gfu")
    said = {
        "source": "simulated:gfu?seed=7",
        "detector": gfu.name,
        "detector_digest": gfu.digest,
        "rate_hz": gfu.rate_hz,
        "window": {"start": "2023-09-14T11:05:41Z", "stop": "2023-09-14T11:22:21Z"},
        "complete": True,
        "tracks": [one.to_json() for one in TRACKS] if tracks is None else tracks,
        **others,
    }
    return orjson.dumps(said)


def content_of(
    neutrinos: bytes,
    event: dict[str, object],
    sets: Sequence[BackgroundSet] = (),
    *,
    eventid: str = "S230914ak",
) -> bytes:
    alert = an_alert(event={**EVENT, **event})
    given = {**alert, NeutrinoList: neutrinos}
    with_sets = {**given, BackgroundSets: to_bytes(sets)}
    chosen = try_handler(Chosen, with_sets, eventid=eventid)[Chosen].content
    given |= {Skymap: SKY, Chosen: chosen}
    return try_handler(Significance, given, eventid=eventid)[Significance].content


def made(neutrinos: bytes | None = None, **event: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(content_of(neutrinos or a_list(), event))
    return found


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    text = files("llama.handlers.coincidence").joinpath("significance.schema.json").read_text()
    known = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(known)
    return jsonschema.Draft202012Validator(known)


def test_the_published_result_is_of_our_shape(
    schema: jsonschema.Draft202012Validator, shared_data: Path
) -> None:
    sample = shared_data / "llama_results" / "significance_subthreshold_lvc-i3.json"

    assert list(schema.iter_errors(json.loads(sample.read_text()))) == []


@pytest.mark.parametrize("event", [{}, {"significant": False}, {"group": "Burst", "far": None}])
@pytest.mark.parametrize("neutrinos", [None, []])
def test_our_results_are_of_the_published_shape(
    schema: jsonschema.Draft202012Validator, event: dict[str, object], neutrinos: object
) -> None:
    found = content_of(a_list(tracks=neutrinos), event)

    assert list(schema.iter_errors(json.loads(found))) == []


def test_our_results_have_every_key_of_the_published_one(shared_data: Path) -> None:
    sample = shared_data / "llama_results" / "significance_subthreshold_lvc-i3.json"
    published, ours = json.loads(sample.read_text()), made()

    assert missing(published, ours) == []


def missing(published: object, ours: object, path: str = "") -> list[str]:
    """Return the paths of keys that the published file has and ours has not."""
    if isinstance(published, list) and published:
        return missing(published[0], ours[0], path + "[]") if isinstance(ours, list) else [path]
    if not isinstance(published, dict):
        return []
    if not isinstance(ours, dict):
        return [path]
    lost = [f"{path}.{key}" for key in published if key not in ours]
    both = [key for key in published if key in ours and published[key]]
    return lost + [
        one for key in both for one in missing(published[key], ours[key], f"{path}.{key}")
    ]


def test_our_results_have_the_types_of_the_published_one(shared_data: Path) -> None:
    """Its own neutrinos come through as they were: run, event and all."""
    sample = shared_data / "llama_results" / "significance_subthreshold_lvc-i3.json"
    published = json.loads(sample.read_text())
    tracks = records_from_bytes(orjson.dumps(published["inputs"]))

    ours = made(a_list(tracks=[one.to_json() for one in tracks]))

    known, found = types_of(published["inputs"]), types_of(ours["inputs"])
    assert {path: found.get(path) for path in known} == known
    named = [
        [(one["run"], one["event"]) for one in said["inputs"]["neutrino_info"]]
        for said in (published, json.loads(json.dumps(ours)))
    ]
    assert named[0] == named[1]


def types_of(value: object, path: str = "") -> dict[str, str]:
    """Return the type of every value by its path; elements of a list have one path."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else (("", one) for one in value)
        parts = [types_of(one, f"{path}.{key}") for key, one in pairs]
        return {place: kind for part in parts for place, kind in part.items()}
    return {path: type(value).__name__}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("138590_39138551", ("138590", 39138551, None)),
        ("138590.39138551.2", ("138590", 39138551, 2)),
        ("sim-230914T111401088000-0", ("sim-230914T111401088000-0", 0, None)),
        ("1_" + 60 * "9", ("1_" + 60 * "9", 0, None)),
    ],
)
def test_every_track_has_a_run_and_an_event(name: str, expected: tuple[object, ...]) -> None:
    found = json.loads(content_of(a_list(tracks=[a_track(name=name).to_json()]), {}))

    info = found["inputs"]["neutrino_info"][0]
    assert (info["run"], info["event"], info["subevent"]) == expected


def test_significant_waves_are_judged_track_by_track_and_others_together() -> None:
    assert made()["search"] == "significant"
    assert made(significant=False)["search"] == "ensemble"


def test_the_odds_of_the_file_are_the_ratio_of_its_terms() -> None:
    found = made(significant=False)

    terms = [float(str(found[name])) for name in ("p_h_s1", "p_h_0", "p_h_c")]
    assert found["odds_ratio"] == pytest.approx(terms[0] / (terms[1] + terms[2]), rel=1e-12)


def test_without_a_background_set_there_is_no_p_value_but_a_reason() -> None:
    found = made()

    background = found["background"]
    assert found["p_value"] is None
    assert isinstance(background, dict)
    assert background["digest"] is None
    assert "no background set" in background["reason"]
    assert background["key"]["instruments"] == ["H1", "L1"]


def test_without_tracks_the_odds_are_zero_and_p_is_one() -> None:
    found = made(a_list(tracks=[]))

    assert (found["odds_ratio"], found["p_value"], found["single_neutrino"]) == (0.0, 1.0, [])


def test_an_open_window_is_told() -> None:
    assert made(a_list(complete=False))["window"] == {
        "start": "2023-09-14T11:05:41Z",
        "stop": "2023-09-14T11:22:21Z",
        "complete": False,
    }


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"detector": "baikal"}, "densities are known of"),
        ({"detector_digest": "0" * 64}, "make the list again"),
        ({"tracks": [{"id": "x"}]}, "neutrinos.json"),
        ({"tracks": [a_track(name="x").to_json()] * 2}, "two tracks are called x"),
    ],
)
def test_lists_that_do_not_fit_are_refused_with_a_reason(
    broken: dict[str, object], reason: str
) -> None:
    with pytest.raises(PermanentError, match=reason):
        made(a_list(**broken))


def test_figures_that_the_list_carries_are_those_of_its_detector() -> None:
    gfu = detector_named("gfu")
    own = detector_from({**gfu.figures, "name": "ours", "rate_hz": 2 * gfu.rate_hz})
    said = {"detector": "ours", "detector_digest": own.digest, "figures": own.figures}

    found, usual = made(a_list(**said, rate_hz=own.rate_hz)), made()

    assert float(str(found["odds_ratio"])) == pytest.approx(float(str(usual["odds_ratio"])) / 2)
    with pytest.raises(PermanentError, match="figures of 'ours'"):
        made(a_list(**{**said, "figures": {"name": "ours"}}))


def a_set() -> BackgroundSet:
    settings = SearchSettings()
    network, gfu = ("H1", "L1"), detector_named("gfu")
    key = Key.of("significant", "CBC", network, gfu, settings, population="reported")
    made = Made(
        population="none",
        seed=0,
        trials_per_map=1,
        map_rounds=0,
        code="1",
        settings=settings,
    )
    odds = np.array([0.0] * 6 + [1.0, 2.0, 2.0])
    return BackgroundSet.of(key, made, odds, odds[5:])


def test_the_p_value_counts_trials_that_are_as_high_and_is_never_zero() -> None:
    background = Background({}, a_set())

    assert [background.p_value(odds) for odds in (0.0, 1.0, 2.0, 3.0)] == [1.0, 0.4, 0.3, 0.1]
    assert [background.track_p_value(odds) for odds in (0.0, 2.0)] == [1.0, 0.6]


def test_without_a_set_only_odds_of_zero_have_a_p_value() -> None:
    background = Background({}, reason="none was made")

    assert [background.p_value(odds) for odds in (0.0, 1.0)] == [1.0, None]


def test_a_set_of_the_same_key_gives_the_result_its_p_values() -> None:
    known = a_set()

    found = json.loads(content_of(a_list(), {}, [known]))

    assert found["background"]["digest"] == known.digest
    assert found["p_value"] == known.p_value(found["odds_ratio"])
    told = [(one["odds_ratio"], one["p_value"]) for one in found["single_neutrino"]]
    assert told == [(odds, Background({}, known).track_p_value(odds)) for odds, _ in told]


def test_a_set_of_another_key_gives_none() -> None:
    found = json.loads(content_of(a_list(), {"group": "Burst"}, [a_set()]))

    assert (found["p_value"], found["background"]["digest"]) == (None, None)
    assert "Burst" in found["background"]["reason"]


@pytest.mark.parametrize("eventid", ["MS230914ak", "TS230914ak"])
def test_a_set_of_real_alerts_gives_mock_and_test_events_no_p_value(eventid: str) -> None:
    found = json.loads(content_of(a_list(), {}, [a_set()], eventid=eventid))

    background = found["background"]
    assert (found["p_value"], background["digest"]) == (None, None)
    assert (background["key"]["population"], background["key"]["search"]) == ("mock", "significant")
    assert "mock events" in background["reason"]


def test_a_background_set_is_named_by_its_digest() -> None:
    known = a_set()

    said = Background(known.key.to_json(), known).to_json()

    assert (said["digest"], said["trials"], said["tracks"]) == (known.digest, 9, 4)
