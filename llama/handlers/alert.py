"""alert.json: the normalised form of the newest notice of the event."""

from llama.domain.handler import TriggeredHandler


class Alert(TriggeredHandler):
    """The newest notice, normalised, with its maps as attachments.

    Aspects: `event` (all of the notice's `event` object but the map), `skymap` (attachment:
    the decoded bytes of the map; absent without one), `external` (the external coincidence),
    `external_skymap` (attachment). Source of the content: `llama.domain.notice`.
    """

    FILENAME = "alert.json"
    ASPECTS = ("event", "skymap", "external", "external_skymap")
