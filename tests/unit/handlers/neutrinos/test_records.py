"""Records of tracks as JSON: ours, and those of joint searches' result files."""

from pathlib import Path

import orjson
import pytest

from llama.handlers.coincidence.result import neutrino_info
from llama.handlers.neutrinos.records import latest, records_from_bytes, track_from_record
from llama.handlers.neutrinos.track import MAX_BYTES, MAX_TRACKS, tracks_to_bytes
from tests.unit.handlers.neutrinos.scene import a_track

RECORD = {
    "azimuth": 246.0,
    "dec": 22.87,
    "energy": 1082.8,
    "event": 58644007,
    "file": None,
    "mjd": 60064.75,
    "ra": 44.53,
    "run": "137892",
    "sigma": 2.97,
    "subevent": None,
    "type": "blinded",
    "zenith": 112.96,
}


def test_records_of_a_joint_search_are_read(shared_data: Path) -> None:
    name = "significance_subthreshold_lvc-i3.json"
    said = orjson.loads((shared_data / "llama_results" / name).read_bytes())
    tracks = records_from_bytes(orjson.dumps(said["inputs"]))
    records = said["inputs"]["neutrino_info"]
    assert [track.ra_deg for track in tracks] == [record["ra"] for record in records]
    assert tracks[0].id == "137892.58644007"
    assert tracks[0].kind == "blinded"


@pytest.mark.parametrize("subevent", [None, 0, 2])
def test_a_record_comes_back_from_our_result_as_it_was(subevent: int | None) -> None:
    record = RECORD | {"subevent": subevent}

    (found,) = neutrino_info([track_from_record(record)])

    assert {name: found[name] for name in record} == record


@pytest.mark.parametrize("name", ["137892.58644007", "138590_39138551.2", "sim-230914T111401-3"])
def test_our_results_are_records_too(name: str) -> None:
    track = a_track(name, zenith_deg=112.9, azimuth_deg=246.0)

    assert track_from_record(neutrino_info([track])[0]) == track


@pytest.mark.parametrize(
    ("name", "run", "event"),
    [
        ("138590_39138551", "138590", 39138551),
        ("129987.16551", "129987", 16551),
        ("56043.41234567.123.456", "56043.41234567.123.456", 0),
        ("sim-230914T111401-3", "sim-230914T111401-3", 0),
    ],
)
def test_a_result_names_run_and_event_of_ids_or_has_the_id_as_run(
    name: str, run: str, event: int
) -> None:
    (found,) = neutrino_info([a_track(name)])

    assert (found["run"], found["event"]) == (run, event)


def test_our_own_lists_are_records_too() -> None:
    tracks = (a_track("a"), a_track("b", late_s=3.0))
    listed = tracks_to_bytes(tracks)
    assert records_from_bytes(listed) == tracks
    assert records_from_bytes(b'{"tracks":' + listed + b"}") == tracks


def test_a_revised_record_takes_the_place_of_the_earlier() -> None:
    first, other, revised = a_track("a"), a_track("b"), a_track("a", ra_deg=99.0)
    assert latest([first, other, revised]) == (revised, other)


@pytest.mark.parametrize(
    "changed",
    [
        {"mjd": None},
        {"mjd": "60064"},
        {"mjd": True},
        {"mjd": 1e300},
        {"mjd": float("nan")},
        {"ra": 400.0},
        {"ra": [1]},
        {"dec": -91},
        {"sigma": 0},
        {"sigma": None},
        {"energy": "much"},
        {"type": {"a": 1}},
        {"type": "mystery"},
        {"run": "<script>", "event": "x y"},
        {"run": None, "event": None},
    ],
)
def test_an_odd_record_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        track_from_record(RECORD | changed)


@pytest.mark.parametrize("content", [b"", b"7", b"{}", b'{"tracks": 1}', b"[[]]", b"[null]"])
def test_what_holds_no_records_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        records_from_bytes(content)


def test_too_many_records_are_refused() -> None:
    with pytest.raises(ValueError, match="are the most"):
        records_from_bytes(orjson.dumps([1] * (MAX_TRACKS + 1)))
    with pytest.raises(ValueError, match="are the most"):
        records_from_bytes(b" " * (MAX_BYTES + 1))


def test_a_full_turn_is_no_turn() -> None:
    assert track_from_record(RECORD | {"ra": 360.0}).ra_deg == 0.0
