"""A captured event made again from what came in from outside, by a clock of its own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llama import FileHandler, Inputs, JSONHandler, Pipeline, PollingHandler
from llama.adapters.event_folder import DiskEventFolder
from llama.adapters.processes.forked import ForkingRunner
from llama.client.capturing import Capturing
from llama.client.event import Event
from llama.client.local.workbench import Workbench
from llama.client.replaying import Replaying, VirtualClock, verdicts
from llama.domain.handler import NotYet
from llama.domain.pipeline import Handlers
from llama.domain.states import EventState
from llama.handlers.alert import Alert
from llama.handlers.mock import mock_notice
from llama.ports.runner import Runner

MERGED = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Title(JSONHandler):
    FILENAME = "title.json"
    ASPECTS = ("name",)
    DEPENDENCIES = (Alert,)

    def generate(self, inputs: Inputs) -> object:
        return {"name": "mock", "spaces": 0}


class Notes(FileHandler):
    FILENAME = "notes.txt"
    DEPENDENCIES = (Title,)

    def generate(self, inputs: Inputs) -> str:
        return inputs[Title].content.decode()


class SpacedTitle(JSONHandler):
    """Says what Title said, in other bytes."""

    FILENAME = "title.json"
    CODE_VERSION = "2"
    ASPECTS = ("name",)
    DEPENDENCIES = (Alert,)

    def generate(self, inputs: Inputs) -> object:
        return {"name": "mock", "spaces": 1}


class Echo(FileHandler):
    FILENAME = "echo.txt"
    DEPENDENCIES = (Alert,)

    def generate(self, inputs: Inputs) -> str:
        return inputs[Alert].content.decode()


class Answer(FileHandler):
    FILENAME = "answer.txt"
    DEPENDENCIES = (Echo,)

    def generate(self, inputs: Inputs) -> str:
        return inputs[Echo].content.decode().lower()


class LoudEcho(FileHandler):
    """Says what Echo said, louder."""

    FILENAME = "echo.txt"
    CODE_VERSION = "2"
    DEPENDENCIES = (Alert,)

    def generate(self, inputs: Inputs) -> str:
        return inputs[Alert].content.decode().upper()


class Broken(FileHandler):
    FILENAME = "notes.txt"
    DEPENDENCIES = (Alert,)
    COOL_DOWN_S = 86400.0
    MAX_ATTEMPTS = 3

    def generate(self, inputs: Inputs) -> str:
        raise OSError("the server has gone for good")


class Never(PollingHandler):
    """Looks every second hour, and finds nothing."""

    FILENAME = "never.txt"
    DEPENDENCIES = (Alert,)
    COOL_DOWN_S = 7200.0
    MAX_ATTEMPTS = 1000

    def generate(self, inputs: Inputs) -> str:
        raise NotYet("not there yet")


THEN = Pipeline(Alert, Title, Notes)


def notices(folder: Path) -> Path:
    """Write two notices of one event, the newer one first by name."""
    folder.mkdir()
    (folder / "a.json").write_bytes(mock_notice(MERGED, rounds=0, alert_type="UPDATE"))
    (folder / "b.json").write_bytes(mock_notice(MERGED, rounds=0))
    (folder / "readme.txt").write_text("no notice")
    return folder


def replayed(stream: Path, rundir: Path, handlers: Handlers = THEN) -> tuple[EventState, Replaying]:
    """Replay a stream of one event; return what it is in the end."""
    rundir.mkdir()

    def bench_of(event: str, clock: VirtualClock) -> Workbench:
        folder = DiskEventFolder(rundir / event)

        def runner_of(needed: Handlers, work: Path) -> Runner:
            return ForkingRunner(needed, artifacts=folder.artifacts, work=work)

        return Workbench(event, folder, handlers, clock, runner_of)

    [captured] = Capturing(DiskEventFolder).read([stream])
    replaying = Replaying(bench_of)
    return replaying.replay(captured), replaying


def judged(recorded: EventState, now: EventState) -> dict[str, tuple[str, str]]:
    return {one.file: (one.verdict, one.detail) for one in verdicts(recorded, now)}


def test_the_notices_of_a_folder_come_by_their_own_times(tmp_path: Path) -> None:
    capturing = Capturing(DiskEventFolder)

    [captured] = capturing.read([notices(tmp_path / "stream")])

    times = [occasion.at for occasion in captured.occasions]
    assert len(times) == 2
    assert times == sorted(times)
    assert captured.recorded is None


def test_a_replay_goes_by_the_times_of_the_stream(tmp_path: Path) -> None:
    state, _ = replayed(notices(tmp_path / "stream"), tmp_path / "run")

    assert state.as_of.date() == MERGED.date()
    assert sorted(state.tree) == ["alert.json", "notes.txt", "title.json"]


def test_the_same_code_gives_the_same_again(tmp_path: Path) -> None:
    first, _ = replayed(notices(tmp_path / "stream"), tmp_path / "run")

    again, _ = replayed(tmp_path / "run", tmp_path / "again")

    assert {verdict for verdict, _ in judged(first, again).values()} == {"same"}


def test_other_bytes_that_say_the_same_are_the_same(tmp_path: Path) -> None:
    first, _ = replayed(notices(tmp_path / "stream"), tmp_path / "run")

    again, _ = replayed(tmp_path / "run", tmp_path / "again", Pipeline(Alert, SpacedTitle))

    found = judged(first, again)
    assert found["title.json"] == ("same", "same content, in other bytes")
    assert found["notes.txt"] == ("missing", "the pipeline lacks it now")


def test_what_fails_is_tried_until_it_has_failed_for_good(tmp_path: Path) -> None:
    first, _ = replayed(notices(tmp_path / "stream"), tmp_path / "run")

    again, replaying = replayed(tmp_path / "run", tmp_path / "again", Pipeline(Alert, Broken))

    verdict, detail = judged(first, again)["notes.txt"]
    assert (verdict, replaying.told) == ("missing", [])
    assert detail.startswith("failed")
    assert "the server has gone for good" in detail


def test_what_operators_did_is_done_again(tmp_path: Path) -> None:
    stream = notices(tmp_path / "stream")
    event = _begun(tmp_path / "kept", stream)
    event.acts.put(Notes, b"mine", reason="better")
    event.acts.freeze(Notes, reason="better")
    event.ingest(stream / "a.json").update()

    again, _ = replayed(tmp_path / "kept", tmp_path / "again")

    assert again.tree["notes.txt"].content.digest == event.state.tree["notes.txt"].content.digest
    assert {verdict for verdict, _ in judged(event.state, again).values()} == {"same"}


@pytest.mark.parametrize("is_retracted", [False, True])
def test_what_later_notices_had_overtaken_is_no_change(
    tmp_path: Path, *, is_retracted: bool
) -> None:
    stream, handlers = notices(tmp_path / "stream"), Pipeline(Alert, Echo, Answer)
    event = _begun(tmp_path / "kept", stream, handlers).ingest(stream / "a.json")
    if is_retracted:
        event.ingest(_retraction(tmp_path))

    again, _ = replayed(tmp_path / "kept", tmp_path / "again", handlers)

    found = judged(event.state, again)
    assert event.state.is_retracted is is_retracted
    assert {file: verdict for file, (verdict, _) in found.items()} == {
        "alert.json": "same",
        "echo.txt": "overtaken",
        "answer.txt": "overtaken",
    }
    assert found["echo.txt"][1].endswith(
        "later inputs had come when it was captured, and were not used yet"
    )


def test_what_a_retraction_hides_is_changed_by_other_code(tmp_path: Path) -> None:
    stream = notices(tmp_path / "stream")
    event = _begun(tmp_path / "kept", stream, Pipeline(Alert, Echo)).ingest(_retraction(tmp_path))

    again, _ = replayed(tmp_path / "kept", tmp_path / "again", Pipeline(Alert, LoudEcho))

    assert judged(event.state, again)["echo.txt"][0] == "changed"


def test_what_never_comes_is_told_and_not_waited_for(tmp_path: Path) -> None:
    state, replaying = replayed(
        notices(tmp_path / "stream"), tmp_path / "run", Pipeline(Alert, Never)
    )

    assert sorted(state.tree) == ["alert.json"]
    assert "still not content after 50 retries" in replaying.told[-1]


def test_what_is_no_notice_is_told_and_left_out(tmp_path: Path) -> None:
    stream = notices(tmp_path / "stream")
    (stream / "c.json").write_text("{}")
    capturing = Capturing(DiskEventFolder)

    assert len(capturing.read([stream])) == 1
    assert [line.split(" is ")[0] for line in capturing.refused] == [str(stream / "c.json")]


def _retraction(folder: Path) -> Path:
    path = folder / "retraction.json"
    later = timedelta(hours=2)
    path.write_bytes(mock_notice(MERGED, rounds=0, alert_type="RETRACTION", latency=later))
    return path


def _begun(rundir: Path, stream: Path, handlers: Handlers = THEN) -> Event:
    rundir.mkdir()
    [captured] = Capturing(DiskEventFolder).read([stream])
    event = Event(captured.event, rundir, handlers).ingest(stream / "b.json")
    event.update()
    return event
