"""What the demonstration shows: a notice, and the neutrinos and the outlet that go with it."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from llama.adapters.system_clock import SystemClock
from llama.runtime.settings import Settings

MERGED_AGO = timedelta(minutes=20)
PLANTED = "its neutrinos are made up: background, and a track (injected-...) planted at its source"


@dataclass(frozen=True, slots=True)
class DemoScene:
    """A notice, and with which settings it is shown."""

    settings: Settings
    name: str
    """Of the notice, for people."""
    notice: bytes
    remark: str
    """What a person has to know of it; may be empty."""


def scene_of(settings: Settings, alert: Path | None) -> DemoScene:
    """Take the user's notice, or make up an event of which both messengers tell.

    What the user has set counts. What nobody has set: results go to a topic of the embedded
    broker, where a folder would be the rule, so that they can be read as subscribers read them.
    """
    chosen: dict[str, object] = {}
    if "outlet" not in settings.model_fields_set and not settings.kafka:
        chosen["outlet"] = "kafka"
    if alert is not None:
        return DemoScene(_with(settings, chosen), alert.name, alert.read_bytes(), "")
    from llama.handlers.mock import mock_neutrinos, mock_notice

    merged_at = SystemClock().now() - MERGED_AGO
    remark = ""
    if not settings.neutrinos:
        chosen["neutrinos"], remark = mock_neutrinos(merged_at), PLANTED
    notice = mock_notice(merged_at, latency=MERGED_AGO)
    shown = _with(settings, chosen)
    return DemoScene(shown, "a mock notice, merged 20 minutes ago", notice, remark)


def _with(settings: Settings, chosen: dict[str, object]) -> Settings:
    return settings.model_copy(update=chosen)
