"""A track refuses what cannot be one, and lists have one canonical form."""

from datetime import datetime

import orjson
import pytest

from llama.handlers.neutrinos.track import (
    CONTAINMENT_90,
    MAX_BYTES,
    MAX_TRACKS,
    Track,
    tracks_from_bytes,
    tracks_from_json,
    tracks_to_bytes,
    utc,
)
from tests.unit.handlers.neutrinos.scene import AT, a_track


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ra_deg", 360.0),
        ("ra_deg", -0.1),
        ("ra_deg", float("nan")),
        ("dec_deg", 90.5),
        ("dec_deg", float("inf")),
        ("sigma_deg", 0.0),
        ("sigma_deg", 181.0),
        ("energy_gev", 0.0),
        ("energy_gev", 1e13),
        ("energy_gev", None),
        ("zenith_deg", 200.0),
        ("azimuth_deg", -1.0),
        ("kind", "guess"),
        ("id", ""),
        ("id", "a b"),
        ("id", "../x"),
        ("id", "<b>"),
        ("id", "x" * 65),
        ("time", datetime(2023, 9, 14)),  # noqa: DTZ001 - it has to be refused
        ("time", "soon"),
        ("time", "1066-10-14T00:00:00Z"),
    ],
)
def test_what_cannot_be_a_track_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        Track.model_validate({**a_track().to_json(), field: value})


def test_a_track_survives_its_own_json() -> None:
    track = a_track(zenith_deg=112.9, azimuth_deg=246.0, kind="blinded")
    assert tracks_from_bytes(tracks_to_bytes([track])) == (track,)


def test_a_list_has_one_form_whatever_the_order_of_its_tracks() -> None:
    first, second, other = a_track("b"), a_track("c", late_s=1.0), a_track("a")
    ordered = tracks_to_bytes([first, second, other])
    assert ordered == tracks_to_bytes([second, other, first])
    assert [track["id"] for track in orjson.loads(ordered)] == ["a", "b", "c"]


def test_times_are_written_in_utc() -> None:
    track = a_track(time="2023-09-14T13:14:01+02:00")
    assert track.to_json()["time"] == "2023-09-14T11:14:01.000000Z"
    assert utc(track.time) == AT


def test_a_time_without_a_zone_is_not_taken_for_utc() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        utc(AT.replace(tzinfo=None))


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"nonsense", b'[{"id": "a"}]', b"[NaN]"])
def test_what_is_no_list_of_tracks_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        tracks_from_bytes(content)


def test_a_list_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(ValueError, match="bytes of tracks"):
        tracks_from_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ValueError, match="are the most"):
        tracks_from_json([{}] * (MAX_TRACKS + 1))


def test_the_radius_of_90_percent_follows_from_the_deviation() -> None:
    assert pytest.approx(2.145966, abs=1e-6) == CONTAINMENT_90


def test_a_track_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        a_track().ra_deg = 1.0  # type: ignore[misc]


def test_fields_of_others_are_left_out() -> None:
    assert "x" not in Track.model_validate({**a_track().to_json(), "x": 1}).to_json()
