"""The source `received:`: which gateway is asked, and for what."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from llama import try_handler
from llama.domain.errors import Misconfigured
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.neutrinos.received import gateway_at
from llama.handlers.neutrinos.source import source_from
from llama.handlers.neutrinos.track import tracks_to_bytes
from tests.unit.handlers.neutrinos.http_server import Answering, answering
from tests.unit.handlers.neutrinos.scene import AT, a_track

LATER = AT + timedelta(hours=1)
GIVEN = {Alert: {"event": {"time": AT.isoformat()}}}


def address_of(server: Answering) -> str:
    return server.url.removeprefix("http://").removesuffix("/tracks")


@pytest.mark.parametrize(
    ("place", "environment", "url"),
    [
        ("", {"LLAMA_HTTP": "127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ("", {"LLAMA_HTTP": "0.0.0.0:8080"}, "http://127.0.0.1:8080"),
        ("gateway:80", {"LLAMA_HTTP": "127.0.0.1:8080"}, "http://gateway:80"),
        ("https://gateway/llama/", {}, "https://gateway/llama"),
    ],
)
def test_the_gateway_is_the_one_that_is_named_or_set(
    place: str, environment: dict[str, str], url: str
) -> None:
    assert gateway_at(place, environment) == url


def test_else_it_is_the_one_that_runs_under_the_home(tmp_path: Path) -> None:
    environment = {"LLAMA_HTTP": "127.0.0.1:0", "LLAMA_HOME": str(tmp_path)}
    with pytest.raises(Misconfigured, match="received:HOST:PORT"):
        gateway_at("", environment)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "gateway.address").write_text("127.0.0.1:4711")
    assert gateway_at("", environment) == "http://127.0.0.1:4711"


def test_results_call_it_the_same_wherever_the_gateway_is() -> None:
    source, elsewhere = source_from("received:"), source_from("received:http://me:pw@host:8/?x=1")
    assert (source.name, source.detector.name, source.delay_s) == ("received", "icecat", 120.0)
    assert elsewhere.name == "received:http://host:8/"
    assert source_from("received:?delay_s=5&detector=gfu&blinded=1").delay_s == 5.0


def test_nobody_can_have_tests_by_an_option() -> None:
    with pytest.raises(Misconfigured, match="knows no option test"):
        source_from("received:?test=true")


@pytest.mark.parametrize(
    ("event", "asked"),
    [("S230914ak", "?start="), ("MS230914k", "?test=true&"), ("TS230914k", "?test=true&")],
)
def test_tests_are_asked_for_in_lists_of_mock_and_test_events_only(
    event: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering() as server:
        monkeypatch.setenv("LLAMA_NEUTRINOS", "received:")
        monkeypatch.setenv("LLAMA_HTTP", address_of(server))
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        server.content = b'{"tracks": ' + tracks_to_bytes([a_track("1_2")]) + b"}"
        made = try_handler(NeutrinoList, GIVEN, eventid=event, now=LATER)[NeutrinoList]

    said = orjson.loads(made.content)
    assert [track["id"] for track in said["tracks"]] == ["1_2"]
    assert (said["source"], said["complete"]) == ("received", True)
    assert server.asked[0].startswith(f"/neutrinos{asked}")
