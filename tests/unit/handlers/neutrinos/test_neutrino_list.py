"""neutrinos.json: which tracks, from where, and whether these are all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import orjson
import pytest

from llama import PermanentError, Product, try_handler
from llama.domain.errors import Misconfigured
from llama.domain.handler import NotYet
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.neutrinos.detector import detector_from, detector_named
from llama.handlers.neutrinos.source import Source
from llama.handlers.neutrinos.track import Track, tracks_to_bytes
from tests.unit.handlers.neutrinos.scene import AT, a_track

LATER = AT + timedelta(hours=1)


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "tracks.json"
    monkeypatch.setenv("LLAMA_NEUTRINOS", f"records:{path}?delay_s=60")
    return path


def made(now: datetime = LATER, *, at: object = AT.isoformat(), blinded: bool = False) -> Product:
    given = {Alert: {"event": {"time": at}}}
    flags = {"BLINDED_NEUTRINOS": blinded}
    return try_handler(NeutrinoList, given, flags=flags, now=now)[NeutrinoList]


def said(product: Product) -> Mapping[str, object]:
    return cast("Mapping[str, object]", orjson.loads(product.content))


def put(path: Path, *tracks: Track) -> None:
    path.write_bytes(b"[" + b",".join(tracks_to_bytes([one])[1:-2] for one in tracks) + b"]")


def ids(product: Product) -> list[str]:
    tracks = cast("list[dict[str, str]]", said(product)["tracks"])
    return [track["id"] for track in tracks]


def ours() -> Source:
    """Return a source with a detector of one's own, as a user would write it."""
    own = detector_from({**detector_named("gfu").figures, "name": "ours"})
    return Source("ours", own, 0.0, lambda start, stop: ())


def test_a_detector_that_only_its_owner_knows_is_told_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LLAMA_NEUTRINOS", f"python:{__name__}:ours")

    found = said(made())

    assert found["detector"] == "ours"
    assert detector_from(found["figures"]).digest == found["detector_digest"]


def test_the_list_says_where_it_comes_from_and_for_what_time(records: Path) -> None:
    put(records, a_track())
    found = said(made())
    gfu = detector_named("gfu")
    assert (found["source"], found["detector"]) == ("records:tracks.json", "gfu")
    assert (found["detector_digest"], found["rate_hz"]) == (gfu.digest, gfu.rate_hz)
    assert found["window"] == {
        "start": "2023-09-14T11:05:41.000000Z",
        "stop": "2023-09-14T11:22:21.000000Z",
    }
    assert found["tracks"] == [a_track().to_json()]
    assert "figures" not in found


def test_tracks_within_500_s_are_kept_in_order(records: Path) -> None:
    put(records, a_track("z", late_s=500.0), a_track("a", late_s=-500.0), a_track("b", late_s=501))
    assert ids(made()) == ["a", "z"]


def test_while_the_window_is_open_the_list_is_not_complete(records: Path) -> None:
    put(records, a_track(), a_track("later", late_s=300.0))
    early = made(AT + timedelta(seconds=200))
    assert ids(early) == ["137892.58644007"]
    assert said(early)["complete"] is False
    assert early.valid_until == AT + timedelta(seconds=560)
    assert said(early)["complete_from"] == "2023-09-14T11:23:21.000000Z"


def test_the_source_has_its_delay_before_the_list_is_complete(records: Path) -> None:
    put(records, a_track())
    waiting, settled = (made(AT + timedelta(seconds=late)) for late in (559.9, 560.0))
    assert (said(waiting)["complete"], said(settled)["complete"]) == (False, True)
    assert (waiting.valid_until is None, settled.valid_until is None) == (False, True)
    assert waiting.aspects["tracks"] == settled.aspects["tracks"]
    assert waiting.aspects["complete"] != settled.aspects["complete"]


def test_before_the_window_nothing_is_asked(records: Path) -> None:
    assert not records.exists()
    early = made(AT - timedelta(seconds=501))
    assert (ids(early), said(early)["complete"]) == ([], False)


def test_a_source_without_anything_of_that_time_is_asked_again(records: Path) -> None:
    with pytest.raises(NotYet):
        made()


def test_doubles_and_strangers_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_NEUTRINOS", f"python:{__name__}:careless_source")
    found = made()
    assert said(found)["dropped"] == 2
    assert [track["ra_deg"] for track in cast("list[dict[str, float]]", said(found)["tracks"])] == [
        99.0
    ]


def careless_source() -> object:
    """Return a source that gives a track twice, revised, and one of another day."""
    from llama.handlers.neutrinos.source import Source

    tracks = (a_track("a"), a_track("far", late_s=86400.0), a_track("a", ra_deg=99.0))
    return Source("careless", detector_named("gfu"), 0.0, lambda start, stop: tracks)


def test_the_blinding_flag_scrambles_places_reproducibly(records: Path) -> None:
    put(records, a_track())
    plain, hidden = made(), made(blinded=True)
    track = cast("list[dict[str, object]]", said(hidden)["tracks"])[0]
    assert (track["kind"], track["dec_deg"]) == ("blinded", 22.9)
    assert track["ra_deg"] != 44.5
    assert made(blinded=True).content == hidden.content
    assert hidden.aspects["tracks"] != plain.aspects["tracks"]


def test_a_blinded_list_says_so_also_if_it_has_no_track(records: Path) -> None:
    put(records)
    empty = said(made(blinded=True))

    assert (empty["tracks"], empty["source"]) == ([], "records:tracks.json (blinded)")
    assert said(made())["source"] == "records:tracks.json"


def test_another_source_changes_the_aspect(records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(records, a_track())
    gfu = made()
    monkeypatch.setenv("LLAMA_NEUTRINOS", f"records:{records}?detector=ic40")
    assert made().aspects["tracks"] != gfu.aspects["tracks"]


def test_without_a_setting_the_tracks_are_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_NEUTRINOS", "")
    found = said(made())
    assert (found["source"], found["complete"]) == ("simulated:gfu?seed=0", True)
    kinds = {track["kind"] for track in cast("list[dict[str, str]]", found["tracks"])}
    assert kinds == {"simulated"}


def test_a_made_up_future_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLAMA_NEUTRINOS", raising=False)
    now = AT + timedelta(seconds=100)
    early, late = made(now), made()
    assert set(ids(early)) < set(ids(late))
    tracks = cast("list[dict[str, str]]", said(early)["tracks"])
    assert all(datetime.fromisoformat(track["time"]) <= now for track in tracks)


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_NEUTRINOS", "gopher:x")
    with pytest.raises(Misconfigured, match="LLAMA_NEUTRINOS"):
        made()


@pytest.mark.parametrize("at", [None, 7, "soon", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z"])
def test_a_notice_without_a_usable_time_gives_no_list(at: object) -> None:
    with pytest.raises(PermanentError):
        made(at=at)


def test_a_time_without_a_zone_is_utc(records: Path) -> None:
    put(records, a_track())
    assert made(at="2023-09-14T11:14:01").content == made().content


def test_an_edited_list_has_the_aspects_of_what_it_says(records: Path) -> None:
    put(records, a_track())
    product = made()
    assert NeutrinoList.aspects_of(product.content) == product.aspects
    assert NeutrinoList.aspects_of(b"nonsense").keys() == product.aspects.keys()


@pytest.mark.parametrize("changed", [{"detector_digest": "b" * 64}, {"rate_hz": 2.0}])
def test_other_figures_of_the_detector_make_again_what_uses_the_tracks(
    changed: dict[str, object],
) -> None:
    said = {"tracks": [], "detector": "ours", "detector_digest": "a" * 64, "rate_hz": 1.0}

    before, after = (NeutrinoList.aspects_of(orjson.dumps(one)) for one in (said, said | changed))

    assert before["tracks"] != after["tracks"]
    assert before["complete"] == after["complete"]
