"""A superevent of a server that answers as GraceDB's public interface does."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from llama.adapters.sources import gracedb
from llama.adapters.sources.gracedb import GracedbFeed, fetch_notice
from llama.domain.errors import LlamaError, Misconfigured, Unavailable
from llama.domain.notice import Notice, read_notice
from llama.domain.sources.kinds import GracedbSource
from llama.domain.sources.urls import read_source
from llama.handlers.sky.writing import to_fits
from tests.support.http_server import Answers, serving
from tests.unit.handlers.builders import a_blob, with_distance

NAME = "S190814bv"
API = f"/api/superevents/{NAME}/"
MAP = to_fits(with_distance(a_blob(4)))


@pytest.fixture
def server() -> Generator[Answers]:
    with serving() as said:
        tell(said, "", a_superevent())
        tell(said, "voevents/", {"voevents": [an_alert(1, "PR"), an_alert(2, "UP", "LAL.fits,0")]})
        files = ("bayestar.fits.gz", "LAL.fits,0", "p_astro.json", "em_bright.json")
        tell(said, "files/", {name: f"https://elsewhere.example/{name}" for name in files})
        said.bodies[f"{API}files/LAL.fits,0"] = MAP
        said.bodies[f"{API}files/bayestar.fits.gz"] = b"another map"
        tell(said, "files/p_astro.json", {"NSBH": 0.99, "Terrestrial": 0.01})
        tell(said, "files/em_bright.json", {"HasNS": 1.0})
        yield said


def a_superevent(**fields: object) -> dict[str, object]:
    preferred = {"group": "CBC", "pipeline": "gstlal", "search": "AllSky", "instruments": "L1,H1"}
    return {
        "superevent_id": NAME,
        "created": "2019-08-14 21:11:18 UTC",
        "t_0": 1249852257.012957,
        "far": 2.033e-33,
        "labels": ["ADVOK", "SKYMAP_READY"],
        "preferred_event_data": preferred,
        **fields,
    }


def an_alert(number: int, kind: str, sky_map: str | None = None) -> dict[str, object]:
    created = f"2019-08-14 22:{number:02}:00 UTC"
    return {"N": number, "voevent_type": kind, "skymap_filename": sky_map, "created": created}


def tell(said: Answers, path: str, value: object) -> None:
    said.bodies[API + path] = json.dumps(value).encode()


def source_at(said: Answers) -> GracedbSource:
    source = read_source(f"gracedb://{said.address}/{NAME}?tls=false")
    assert isinstance(source, GracedbSource)
    return source


def fetched(said: Answers) -> Notice:
    read = read_notice(fetch_notice(source_at(said)))
    assert isinstance(read, Notice)
    return read


def test_its_present_state_is_a_notice_that_is_read(server: Answers) -> None:
    notice = json.loads(fetch_notice(source_at(server)))

    assert fetched(server).superevent_id == NAME
    told = (notice["alert_type"], notice["time_created"])
    assert told == ("UPDATE", "2019-08-14T22:02:00Z")
    assert notice["event"]["time"] == "2019-08-14T21:10:39.013Z"
    assert notice["event"]["instruments"] == ["H1", "L1"]
    assert notice["event"]["classification"] == {"NSBH": 0.99, "Terrestrial": 0.01}
    assert MAP in fetched(server).attachments.values()


def test_equal_states_give_equal_bytes(server: Answers) -> None:
    first = fetch_notice(source_at(server))
    tell(server, "", dict(reversed(a_superevent().items())))

    assert fetch_notice(source_at(server)) == first


def test_without_alerts_it_is_preliminary_with_the_best_map(server: Answers) -> None:
    tell(server, "voevents/", {"voevents": []})
    server.bodies[f"{API}files/bayestar.fits.gz"] = MAP

    notice = json.loads(fetch_notice(source_at(server)))

    assert (notice["alert_type"], notice["time_created"]) == ("PRELIMINARY", "2019-08-14T21:11:18Z")
    assert notice["event"]["skymap"]


@pytest.mark.parametrize("labels", [["ADVNO"], ["ADVOK"]])
def test_a_retraction_has_neither_event_nor_map(server: Answers, labels: list[str]) -> None:
    tell(server, "", a_superevent(labels=labels))
    alerts = [] if labels == ["ADVNO"] else [an_alert(3, "RE", "LAL.fits,0")]
    tell(server, "voevents/", {"voevents": alerts})

    notice = json.loads(fetch_notice(source_at(server)))

    assert (notice["alert_type"], notice["event"]) == ("RETRACTION", None)
    assert fetched(server).superevent_id == NAME


def test_nothing_is_fetched_from_where_the_answers_point(server: Answers) -> None:
    fetch_notice(source_at(server))

    assert {path.startswith(API) for path, _, _ in server.asked} == {True}


@pytest.mark.parametrize(
    ("path", "answer", "error", "words"),
    [
        ("", (404, b""), Misconfigured, "answers 404: it has no such thing for us"),
        ("", (403, b""), Misconfigured, "answers 403"),
        ("", (500, b""), Unavailable, "answers 500: look at that server"),
        ("", (302, b""), Unavailable, "answers 302"),
        ("files/", (200, b"<html>"), Unavailable, "no JSON object"),
        ("voevents/", (200, b"[]"), Unavailable, "no JSON object"),
        ("", (200, b"{}"), Misconfigured, "no id or no time"),
        ("files/LAL.fits,0", (200, MAP + b"x"), Misconfigured, "bytes: too many"),
    ],
)
def test_what_goes_wrong_is_told(
    server: Answers,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    answer: tuple[int, bytes],
    error: type[LlamaError],
    words: str,
) -> None:
    monkeypatch.setattr(gracedb, "LARGEST_MAP", len(MAP))
    server.status[API + path], server.bodies[API + path] = answer

    with pytest.raises(error, match=words):
        fetch_notice(source_at(server))


def test_a_server_that_is_not_there_is_unavailable() -> None:
    source = GracedbSource("x", "http://127.0.0.1:1", NAME)

    with pytest.raises(Unavailable, match="does not answer"):
        fetch_notice(source)


async def test_as_a_source_it_is_brought_once(server: Answers) -> None:
    async with GracedbFeed(source_at(server), {}) as feed:
        [haul] = [haul async for haul in feed.hauls()]
    [arrival] = haul.arrivals
    server.bodies.clear()

    async with GracedbFeed(source_at(server), {arrival.place: 1}) as feed:
        again = [haul async for haul in feed.hauls()]

    assert arrival.value == fetch_bytes(haul.arrivals[0].value)
    assert again == []


def fetch_bytes(value: bytes | None) -> bytes:
    assert value is not None
    assert json.loads(value)["superevent_id"] == NAME
    return value


def test_the_command_takes_it_as_it_takes_files(server: Answers, tmp_path: Path) -> None:
    from llama.cli.fetching import as_files

    plain = tmp_path / "a.json"
    with as_files([f"gracedb://{server.address}/{NAME}?tls=false", str(plain)]) as paths:
        assert paths[0].read_bytes() == fetch_notice(source_at(server))
        assert [path.name for path in paths] == [f"{NAME}.json", "a.json"]
    assert not paths[0].exists()
