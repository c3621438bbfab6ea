"""The demonstration: what it shows where nothing is set, and how its findings are told."""

from pathlib import Path

import orjson
import pytest

from llama.cli.demo_findings import RECEIPT_FILE, found_in
from llama.cli.demo_scene import scene_of
from llama.handlers.neutrinos.source import source_from
from llama.runtime.settings import Settings, read_settings


def _settings(home: Path, **said: str) -> Settings:
    return read_settings({"LLAMA_HOME": str(home)} | said)


def test_a_made_up_event_has_a_planted_track_and_says_so(tmp_path: Path) -> None:
    scene = scene_of(_settings(tmp_path), None)

    assert source_from(scene.settings.neutrinos).name.endswith("(with an injected track)")
    assert "planted" in scene.remark
    assert orjson.loads(scene.notice)["superevent_id"].startswith("MS")
    assert scene.settings.outlet == "kafka"


def test_what_the_user_has_set_counts(tmp_path: Path) -> None:
    said = {"LLAMA_NEUTRINOS": "simulated:ic40", "LLAMA_OUTLET": "folder"}

    scene = scene_of(_settings(tmp_path, **said), None)

    assert (scene.settings.neutrinos, scene.settings.outlet) == ("simulated:ic40", "folder")
    assert scene.remark == ""


def test_nothing_is_published_on_a_server_that_is_not_ours(tmp_path: Path) -> None:
    assert scene_of(_settings(tmp_path, LLAMA_KAFKA="h:9092"), None).settings.outlet == "folder"


def test_a_notice_of_ones_own_is_shown_with_the_sources_that_are_set(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(b"{}")

    scene = scene_of(_settings(tmp_path), tmp_path / "mine.json")

    assert (scene.name, scene.notice, scene.remark) == ("mine.json", b"{}", "")
    assert scene.settings.neutrinos == ""


def _write(folder: Path, name: str, said: object) -> None:
    (folder / name).write_bytes(orjson.dumps(said))


@pytest.fixture
def searched(tmp_path: Path) -> Path:
    _write(tmp_path, "alert.json", {"superevent_id": "MS261122a", "event": {}})
    _write(tmp_path, "neutrinos.json", {"tracks": [], "complete": True})
    _write(tmp_path, "significance.json", {"search": "significant", "p_value": 1.0})
    return tmp_path


def test_the_verdict_is_told(searched: Path) -> None:
    (verdict,) = found_in(searched)

    assert verdict == (
        "joint search: no neutrinos. No neutrino was seen within 500 s of the event (p = 1)."
    )


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"because": "it is blinded", "notices": []}, "nothing, because it is blinded"),
        (
            {"notices": [{"answer": {"outlet": "kafka", "topic": "some.topic", "offset": 7}}]},
            "topic some.topic, offset 7",
        ),
        (
            {"notices": [{"answer": {"outlet": "folder", "file": "some.topic/MS1.json"}}]},
            "outbox/some.topic/MS1.json",
        ),
    ],
)
def test_what_was_published_is_told(searched: Path, answer: object, told: str) -> None:
    _write(searched, RECEIPT_FILE, {"answer": answer})

    assert found_in(searched)[1:] == (f"published: {told}",)


def test_an_event_that_was_not_searched_has_no_verdict(tmp_path: Path) -> None:
    _write(tmp_path, "alert.json", {"superevent_id": "MS261122a"})

    assert found_in(tmp_path) == ()
