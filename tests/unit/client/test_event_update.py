"""Event.update: what it makes, what it leaves, and how it fails."""

from datetime import timedelta
from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline, Product
from llama.client.event import Event
from schemas.facts import FileFailed
from tests.support import handlers_for_runner as bad_ones
from tests.support.handlers_for_events import (
    EVENT,
    GOOD,
    MIXED,
    Notice,
    Upper,
    a_made_event,
    an_event,
    kinds,
    texts,
)
from tests.support.memory_system import SetClock


def test_an_event_works_from_its_name_alone(tmp_path: Path) -> None:
    event = Event("MS181101ab", rundir=tmp_path).init()

    assert event.update() is False
    assert event.files.status()["Alert"] == "missing"


def test_makes_everything_from_what_there_is(tmp_path: Path) -> None:
    event = an_event(tmp_path)

    assert event.update() is True

    assert texts(event) == {
        "notice.txt": "a notice",
        "upper.txt": "A NOTICE",
        "pair.json": '{"length":8}\n',
        "pair.csv": "length\n8\n",
        "report.html": "<p>A NOTICE{'length': 8}",
    }


def test_makes_nothing_when_all_is_current(tmp_path: Path) -> None:
    event = a_made_event(tmp_path)
    before = kinds(event)

    assert event.update() is False
    assert Event(EVENT, tmp_path, GOOD).update() is False
    assert kinds(event) == before


def test_a_failure_stops_no_other(tmp_path: Path) -> None:
    event = an_event(tmp_path, MIXED)

    assert event.update() is True

    status = event.files.status()
    assert {name: status[name] for name in ("Report", "Failing", "Hopeless", "AfterHopeless")} == {
        "Report": "current",
        "Failing": "cooling",
        "Hopeless": "failed",
        "AfterHopeless": "blocked",
    }


def test_bad_handlers_harm_neither_the_event_nor_each_other(tmp_path: Path) -> None:
    bad = (bad_ones.Crasher, bad_ones.Quitter, bad_ones.Leaver, bad_ones.Faulty)
    worse = (bad_ones.WrongType, bad_ones.Litterer, bad_ones.TooBig)
    event = Event(EVENT, tmp_path, Pipeline(*bad, *worse, bad_ones.Plain)).init()

    assert event.update() is True

    failed = {name: list(own.values()) for name, own in event.state.failures.items()}
    errors = {name: failure.error for name, [failure] in failed.items()}
    assert errors == {
        **{one.__name__: "crash" for one in (bad_ones.Crasher, bad_ones.Leaver)},
        **{one.__name__: "exception" for one in (bad_ones.Quitter, bad_ones.Faulty)},
        **{one.__name__: "bad_output" for one in worse},
    }
    assert texts(event).keys() == {"plain.txt"}


def test_within_the_cool_down_nothing_is_tried_and_printstatus_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = a_made_event(tmp_path, MIXED)
    before = kinds(event)

    assert event.update() is False

    assert kinds(event) == before
    event.printstatus()
    assert "cooling   exception: OSError: the server is down (again at" in capsys.readouterr().out


def test_the_first_cool_down_is_never_zero_and_the_second_is_longer(tmp_path: Path) -> None:
    event = a_made_event(tmp_path, MIXED)
    clock = SetClock(event.state.as_of + timedelta(seconds=61))
    event.bench.clock = clock

    assert event.files.downselect(cooldown=True) == event.files - event.files
    assert "Failing" in event.files.downselect(needregen=True)
    event.update()

    failures = [one for one in event.bench.folder.facts(0)[0] if isinstance(one, FileFailed)]
    pauses = [one.retry_at - one.occurred_at for one in failures if one.retry_at]
    assert pauses == [timedelta(seconds=60), timedelta(seconds=120)]


def test_other_code_makes_again_what_it_concerns(tmp_path: Path) -> None:
    a_made_event(tmp_path)
    newer = type("Upper", (Upper,), {"CODE_VERSION": "1", "__module__": __name__})
    event = Event(EVENT, tmp_path, Pipeline(Notice, newer))

    assert "Upper" in event.files.downselect(selfobsolete=True)
    assert event.update() is True
    assert event.files.status() == {"Notice": "current", "Upper": "current"}


def test_a_file_that_is_valid_for_a_time_is_made_again_after_it(tmp_path: Path) -> None:
    class Window(FileHandler):
        FILENAME = "window.txt"
        DEPENDENCIES = (Notice,)

        def generate(self, inputs: Inputs) -> Product:
            return Product(inputs[Notice].content, valid_until=clock.now() + timedelta(hours=1))

    event = an_event(tmp_path, Pipeline(Notice, Window))
    clock = SetClock()
    event.bench.clock = clock
    event.update()
    assert event.update() is False

    clock.advance(timedelta(hours=2))

    assert "Window" in event.files.downselect(needregen=True)
    assert event.update() is True
    assert kinds(event).count("FileExpired") == 1
    assert event.update() is False
