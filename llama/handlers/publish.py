"""lvk_nu_track_search_receipt.json: what the world was told of the result, and why not more."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from llama.domain.digests import digest_bytes
from llama.domain.handler import Inputs, uses
from llama.domain.kinds import UploadReceiptHandler
from llama.domain.vetoes import veto_input
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.result_notice import ResultNotice

if TYPE_CHECKING:
    from llama.domain.outlet import Sent


class PublishNotice(UploadReceiptHandler):
    """Sends the notice of the result: first as initial, then as update where it says another thing.

    It is numbered by topic, and nothing is sent twice. When the event is retracted or VETOED after
    something was sent, a retraction is. Tests go to the test topic, whatever the flag UPLOAD says;
    to the topic of observations nothing goes without that flag, nor what has no p-value.
    docs/science-publication.md has the rules. Aspect: `told` (what was sent, whenever that was).
    """

    FILENAME = "lvk_nu_track_search_receipt.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(ResultNotice, optional=True),
        uses(Alert, "retracted"),
        uses(NeutrinoList, "complete", optional=True),
    )
    FLAGS = ("VETOED", "UPLOAD")
    ASPECTS = ("told",)
    VETOES = (veto_input(NeutrinoList, "complete", is_=False, reason="neutrinos may still come"),)
    SPEAKS_WHEN_WITHDRAWN = True

    def generate(self, inputs: Inputs) -> object:
        """Send what is to be sent and say what was sent so far."""
        from llama.handlers.publication.sequence import in_brief

        content = inputs[ResultNotice].content if ResultNotice in inputs else None
        answer = self.upload(content or b"", inputs)
        return {
            "file": ResultNotice.FILENAME,
            "digest": None if content is None else digest_bytes(content),
            "size": 0 if content is None else len(content),
            "told": [in_brief(one) for one in inputs.outlet.earlier()],
            "answer": answer,
        }

    def upload(self, content: bytes, inputs: Inputs) -> object:
        """Send the notice, an empty one if there is none; return all that was sent, and why."""
        from llama.handlers.publication.decision import decided, withdrawn
        from llama.handlers.publication.sequence import body_from, refuse_doubt
        from llama.handlers.sky.fields import parsed, text

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        refuse_doubt(inputs.outlet)
        earlier = inputs.outlet.earlier()
        event = text(alert.get("superevent_id")) or self.eventid
        is_told = bool(content) and not withdrawn(alert, inputs.flags)
        notice = body_from(content, event, name=ResultNotice.FILENAME) if is_told else None
        decision = decided(earlier, notice, alert, inputs.flags)
        for step in decision.steps:
            step.send(inputs.outlet, reference=inputs.notice, now=inputs.now)
        return {
            "because": decision.because,
            "notices": [_entry(one) for one in inputs.outlet.earlier()],
        }


def _entry(sent: "Sent") -> Mapping[str, object]:
    from schemas.base import zulu

    return {
        "digest": sent.digest,
        "sent_at": zulu(sent.sent_at),
        "answer": dict(sent.answer),
    }
