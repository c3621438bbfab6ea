"""A folder of events with a small pipeline, for tests of runs."""

from pathlib import Path

from llama.client.event import Event
from llama.client.pipeline import Pipeline
from llama.domain.handler import FileHandler, Inputs, PermanentError
from llama.domain.kinds import JSONHandler
from llama.handlers import Alert
from tests.support.notices import a_notice, an_event

FUSSED = "S230914b"
"""The event that Fussy cannot do anything with."""


class Peak(JSONHandler):
    """Made of every alert."""

    FILENAME = "peak.json"
    DEPENDENCIES = (Alert,)

    def generate(self, inputs: Inputs) -> object:
        return {"event": self.eventid, "bytes": len(inputs[Alert].content)}


class Fussy(JSONHandler):
    """Made of every alert but one."""

    FILENAME = "fussy.json"
    DEPENDENCIES = (Alert,)

    def generate(self, inputs: Inputs) -> object:
        if self.eventid == FUSSED:
            raise PermanentError("not with me")
        return {"bytes": len(inputs[Alert].content)}


class Appendix(JSONHandler):
    """Made along with the report."""

    FILENAME = "appendix.json"


class Report(JSONHandler):
    """Made of a peak, with an appendix."""

    FILENAME = "report.json"
    DEPENDENCIES = (Peak,)
    MANIFEST_TYPES = (Appendix,)

    def generate(self, inputs: Inputs) -> object:
        return {Report: inputs[Peak].json(), Appendix: {"pages": 3}}


PIPELINE = Pipeline(Alert, Peak, Fussy, Report, Appendix)
MADE = ("peak.json", "fussy.json", "report.json", "appendix.json")


def an_event_in(
    rundir: Path,
    eventid: str,
    *,
    merged: str | None = "2023-09-14T11:14:01Z",
    pipeline: Pipeline = PIPELINE,
) -> Event:
    """Begin an event with a notice; without a merger time, with none at all."""
    event = Event(eventid, rundir, pipeline)
    if merged is None:
        return event.init()
    return event.ingest(a_notice(superevent_id=eventid, event=an_event(time=merged)))


def a_pipeline_with(*handlers: type[FileHandler]) -> Pipeline:
    """Return the pipeline of the alert and some handlers of a test's own."""
    return Pipeline(Alert, *handlers)
