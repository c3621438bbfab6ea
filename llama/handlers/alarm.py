"""alarm_receipt.json: what people on call were told of the result, and why not more."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from llama.domain.handler import Inputs, uses
from llama.domain.kinds import UploadReceiptHandler
from llama.domain.vetoes import veto_input
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.result_notice import ResultNotice

if TYPE_CHECKING:
    from llama.domain.outlet import Sent


class RaiseAlarm(UploadReceiptHandler):
    """Calls people when an event's result has p < 0.01 for the first time, and takes that back.

    What counts is the p-value of the notice, so a PARTIAL result calls nobody. The flag UPLOAD has
    no say: whoever is called decides on it. Tests go to a topic of their own. Aspect: `told` (what
    was sent, whenever that was).
    """

    FILENAME = "alarm_receipt.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(ResultNotice, "alarming", "alert_tense", optional=True),
        uses(Alert, "retracted"),
        uses(NeutrinoList, "complete", optional=True),
    )
    FLAGS = ("VETOED",)
    ASPECTS = ("told",)
    VETOES = (veto_input(NeutrinoList, "complete", is_=False, reason="neutrinos may still come"),)
    SPEAKS_WHEN_WITHDRAWN = True

    def generate(self, inputs: Inputs) -> object:
        """Send what is to be sent and say what was sent so far."""
        content = inputs[ResultNotice].content if ResultNotice in inputs else b""
        because = self.upload(content, inputs)
        earlier = inputs.outlet.earlier()
        return {
            "file": ResultNotice.FILENAME,
            "told": [{"topic": one.topic, "key": one.key} for one in earlier],
            "answer": {"because": because, "alarms": [_entry(one) for one in earlier]},
        }

    def upload(self, content: bytes, inputs: Inputs) -> str:
        """Tell what the notice, an empty one if there is none, gives reason to; return why."""
        from llama.handlers.publication.alarm import decided
        from llama.handlers.publication.decision import withdrawn
        from llama.handlers.publication.sequence import body_from, refuse_doubt
        from llama.handlers.sky.fields import parsed, text

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        refuse_doubt(inputs.outlet)
        event = text(alert.get("superevent_id")) or self.eventid
        why = withdrawn(alert, inputs.flags)
        is_told = bool(content) and not why
        notice = body_from(content, event, name=ResultNotice.FILENAME) if is_told else None
        decision = decided(inputs.outlet.earlier(), notice, event=event, withdrawn=why)
        for call in decision.calls:
            call.send(inputs.outlet, now=inputs.now)
        return decision.because


def _entry(sent: "Sent") -> Mapping[str, object]:
    from schemas.base import zulu

    return {"digest": sent.digest, "sent_at": zulu(sent.sent_at), "answer": dict(sent.answer)}
