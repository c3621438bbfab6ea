"""A URL names a source; what is wrong with it is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llama.domain.errors import Misconfigured
from llama.domain.handler import NotYet
from llama.handlers.neutrinos.detector import detector_named
from llama.handlers.neutrinos.source import NeutrinoSource, Source, source_from
from llama.handlers.neutrinos.track import tracks_to_bytes
from tests.unit.handlers.neutrinos.http_server import answering
from tests.unit.handlers.neutrinos.scene import AT, a_track

STOP = AT + timedelta(seconds=2000)


def own_source(rate: str = "1") -> NeutrinoSource:
    """Return a source as a user would write one."""
    track = a_track(f"own{rate}")
    return Source("own", detector_named("ic40"), 60.0, lambda start, stop: (track,))


def source_of_records() -> object:
    """Return a source that gives what a JSON file would have."""
    record = a_track("r1").to_json()
    return Source("own", detector_named("ic40"), 60.0, lambda start, stop: [record])  # type: ignore[arg-type]


def source_of_numbers() -> object:
    return Source("own", detector_named("ic40"), 60.0, lambda start, stop: [7])  # type: ignore[arg-type]


def not_a_source() -> object:
    return 7


def test_the_simulated_source_keeps_to_its_seed() -> None:
    first, other = source_from("simulated:gfu?seed=7"), source_from("simulated:gfu?seed=8")
    assert first.tracks(AT, STOP) == source_from("simulated:gfu?seed=7").tracks(AT, STOP)
    assert first.tracks(AT, STOP) != other.tracks(AT, STOP)
    assert (first.name, first.detector.name) == ("simulated:gfu?seed=7", "gfu")


def test_delays_are_the_operators_to_say() -> None:
    assert source_from("simulated:ic40").delay_s == 0.0
    assert source_from("simulated:ic40?delay_s=90").delay_s == 90.0


def test_any_source_can_be_blinded() -> None:
    plain, hidden = source_from("simulated:gfu"), source_from("simulated:gfu?blinded=7")
    before, after = plain.tracks(AT, STOP), hidden.tracks(AT, STOP)
    assert {track.id for track in after} == {track.id for track in before}
    assert {track.kind for track in after} == {"blinded"}
    assert hidden.name == "simulated:gfu?seed=0 (blinded)"
    assert (hidden.detector.digest, hidden.delay_s) == (plain.detector.digest, 0.0)


def test_records_of_a_file_are_given_by_time(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(tracks_to_bytes([a_track("a"), a_track("b", late_s=9000.0)]))
    source = source_from(f"records:{path}?detector=ic40")
    assert [track.id for track in source.tracks(AT, STOP)] == ["a"]
    assert (source.name, source.detector.name) == ("records:mine.json", "ic40")


def test_a_revision_that_leaves_the_time_span_takes_its_track_along(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    first, revised = (tracks_to_bytes([a_track(late_s=late)])[1:-2] for late in (0.0, 9000.0))
    path.write_bytes(b"[" + first + b"," + revised + b"]")
    assert source_from(f"records:{path}").tracks(AT, STOP) == ()


def test_a_file_that_is_not_there_yet_may_come(tmp_path: Path) -> None:
    with pytest.raises(NotYet, match="no file"):
        source_from(f"records:{tmp_path / 'later.json'}").tracks(AT, STOP)
    (tmp_path / "odd.json").write_text("{}")
    with pytest.raises(Misconfigured, match="no list of tracks"):
        source_from(f"records:{tmp_path / 'odd.json'}").tracks(AT, STOP)


def test_the_public_releases_are_sources(shared_data: Path) -> None:
    release = source_from(f"icecube10yr:{shared_data}/neutrinos/icecube_10yr_ps")
    alerts = source_from(f"icecat1:{shared_data}/neutrinos/icecat1/IceCube_Gold_Bronze_Tracks.csv")
    start = datetime(2008, 8, 1, tzinfo=UTC)
    assert len(release.tracks(start, start + timedelta(days=2))) > 50
    assert len(alerts.tracks(start.replace(year=2015), start.replace(year=2016))) > 10
    assert (release.detector.name, alerts.detector.name) == ("ic40", "icecat")


def test_what_a_release_does_not_reach_is_not_there_yet(shared_data: Path) -> None:
    for url in (
        f"icecube10yr:{shared_data}/neutrinos/icecube_10yr_ps",
        f"icecat1:{shared_data}/neutrinos/icecat1/IceCube_Gold_Bronze_Tracks.csv",
    ):
        with pytest.raises(NotYet):
            source_from(url).tracks(AT.replace(year=2030), STOP.replace(year=2030))


def test_a_server_is_asked_with_its_own_options_and_not_with_ours() -> None:
    with answering() as server:
        source = source_from(f"{server.url}?stream=a&detector=ic40&delay_s=5&blinded=3")
        assert source.tracks(AT, STOP) == ()
    assert server.asked[0].startswith("/tracks?stream=a&start=")
    assert "ic40" not in server.asked[0]
    assert (source.detector.name, source.delay_s) == ("ic40", 5.0)


def test_a_source_of_ones_own_may_give_records_as_files_have_them() -> None:
    source = source_from(f"python:{__name__}:source_of_records?blinded=3")
    assert [(track.id, track.kind) for track in source.tracks(AT, STOP)] == [("r1", "blinded")]


def test_a_source_of_ones_own_that_gives_something_else_is_told_so() -> None:
    source = source_from(f"python:{__name__}:source_of_numbers")
    with pytest.raises(ValueError, match="a record is a JSON object, not a int"):
        source.tracks(AT, STOP)


def test_a_source_of_ones_own_is_a_function_that_returns_it() -> None:
    source = source_from(f"python:{__name__}:own_source?rate=3")
    assert [track.id for track in source.tracks(AT, STOP)] == ["own3"]


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("", "begin with one of"),
        ("gfu", "begin with one of"),
        ("ftp://host/x", "begin with one of"),
        ("simulated:gfu?sed=7", "knows no option sed"),
        ("http:///tracks", "no HTTP address: write"),
        ("http://host:port/tracks", "no HTTP address: write"),
        ("https://host:99999/tracks", "no HTTP address: write"),
        ("https://[::1/tracks?stream=a", "no HTTP address: write"),
        (f"https://{'a' * 70}.org/tracks", "no HTTP address: write"),
        ("received:https://host:port", "no HTTP address: write"),
        ("simulated:antares", "ic40, gfu, icecat"),
        ("simulated:gfu?delay_s=soon", "give seconds"),
        ("simulated:gfu?delay_s=nan", "give seconds"),
        ("simulated:gfu?delay_s=-1", "give seconds"),
        ("python:no.such.module:f", "give MODULE:FUNCTION"),
        ("python:llama", "give MODULE:FUNCTION"),
        (f"python:{__name__}:not_a_source", "return a source"),
    ],
)
def test_a_url_that_names_no_source_is_refused(url: str, advice: str) -> None:
    with pytest.raises(Misconfigured, match=advice):
        source_from(url)
