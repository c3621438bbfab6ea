"""A small pipeline for events in folders: notice -> upper -> report, a pair, and two that fail."""

from collections.abc import Mapping
from pathlib import Path

from llama import (
    FileHandler,
    Inputs,
    JSONHandler,
    PermanentError,
    Pipeline,
    PollingHandler,
    TriggeredHandler,
    uses,
)
from llama.client.event import Event

EVENT = "S190814bv"


class Notice(TriggeredHandler):
    FILENAME = "notice.txt"


class Upper(FileHandler):
    FILENAME = "upper.txt"
    DEPENDENCIES = (Notice,)

    def generate(self, inputs: Inputs) -> bytes:
        return inputs[Notice].content.upper()


class Table(FileHandler):
    FILENAME = "pair.csv"


class Pair(JSONHandler):
    FILENAME = "pair.json"
    ASPECTS = ("length",)
    DEPENDENCIES = (Upper,)
    MANIFEST_TYPES = (Table,)

    def generate(self, inputs: Inputs) -> Mapping[type[FileHandler], object]:
        length = len(inputs[Upper].content)
        return {Pair: {"length": length}, Table: f"length\n{length}\n"}


class Report(FileHandler):
    FILENAME = "report.html"
    DEPENDENCIES = (Upper, uses(Pair, "length"))

    def generate(self, inputs: Inputs) -> bytes:
        return b"<p>" + inputs[Upper].content + str(inputs[Pair].json()).encode()


class Failing(FileHandler):
    """Fails, and is tried again after a minute."""

    FILENAME = "failing.txt"
    DEPENDENCIES = (Notice,)
    COOL_DOWN_S = 60.0

    def generate(self, inputs: Inputs) -> str:
        raise OSError("the server is down")


class Hopeless(PollingHandler):
    FILENAME = "hopeless.txt"
    DEPENDENCIES = (Notice,)

    def generate(self, inputs: Inputs) -> str:
        raise PermanentError("this event has no distance")


class AfterHopeless(FileHandler):
    FILENAME = "after_hopeless.txt"
    DEPENDENCIES = (Hopeless,)

    def generate(self, inputs: Inputs) -> str:
        return "never"


GOOD = Pipeline(Notice, Upper, Pair, Table, Report)
MIXED = Pipeline(*GOOD.values(), Failing, Hopeless, AfterHopeless)


def an_event(rundir: Path, pipeline: Pipeline = GOOD, *, notice: str = "a notice") -> Event:
    """Begin an event and put its notice into the folder by hand; nothing is made yet."""
    event = Event(EVENT, rundir, pipeline).init()
    (event.eventdir / Notice.FILENAME).write_text(notice)
    return event


def a_made_event(rundir: Path, pipeline: Pipeline = GOOD, *, notice: str = "a notice") -> Event:
    """Begin an event and make all that can be made."""
    event = an_event(rundir, pipeline, notice=notice)
    event.update()
    return event


def texts(event: Event) -> dict[str, str]:
    """Return the files that people see."""
    return {path.name: path.read_text() for path in event.eventdir.iterdir() if path.is_file()}


def kinds(event: Event) -> list[str]:
    """Return the kinds of the facts of the log."""
    return [fact.kind for fact in event.bench.folder.facts(0)[0]]
