"""alert.json: the normalised form of the newest notice of the event."""

from llama.domain.kinds import TriggeredHandler
from llama.domain.notice.fact import ALERT_FILE


class Alert(TriggeredHandler):
    """The newest notice, normalised, with its maps as attachments.

    Aspects: `event` (all of the notice's `event` object but the map), `skymap` (attachment:
    the decoded bytes of the map; absent without one), `external` (the external coincidence),
    `external_skymap` (attachment), `retracted` (whether the notice is a retraction, true or
    false), `raw` (attachment: the notice as its first copy came, byte for byte). Source of the
    content: `llama.domain.notice`.
    """

    FILENAME = ALERT_FILE
    ASPECTS = ("event", "skymap", "external", "external_skymap", "retracted", "raw")
