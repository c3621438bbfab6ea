"""A pipeline that tells the world what it found, and takes it back."""

from typing import ClassVar

import orjson

from llama.domain.handler import Inputs, uses
from llama.domain.kinds import JSONHandler, UploadReceiptHandler
from llama.domain.outlet import last_of
from llama.handlers.alert import Alert

TOPIC = "notices.test"


class Finding(JSONHandler):
    """What is to be said of the newest notice."""

    FILENAME = "finding.json"
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> object:
        alert = orjson.loads(inputs[Alert].content)
        return {"instruments": alert["event"]["instruments"], "type": alert["alert_type"]}


class Publication(UploadReceiptHandler):
    """Says it, says it again when it differs, and takes it back."""

    FILENAME = "publication.json"
    DEPENDENCIES = (uses(Finding, optional=True), uses(Alert, "retracted"))
    FLAGS = ("VETOED",)
    SPEAKS_WHEN_WITHDRAWN: ClassVar[bool] = True
    COOL_DOWN_S = 0.5

    def generate(self, inputs: Inputs) -> object:
        earlier = inputs.outlet.earlier()
        last = last_of(earlier)
        said = orjson.loads(last.content) if last else {"kind": "nothing", "finding": None}
        finding = inputs[Finding].json() if Finding in inputs else None
        if finding == said["finding"]:
            return {"said": said["kind"], "number": len(earlier)}
        first = "initial" if last is None else "update"
        kind = first if finding else "retraction"
        content = orjson.dumps({"kind": kind, "finding": finding})
        inputs.outlet.send(TOPIC, f"{len(earlier)}-{kind}", content)
        return {"said": kind, "number": len(earlier) + 1}


PIPELINE = (Alert, Finding, Publication)
