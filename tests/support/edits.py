"""What of an event's log is there because somebody touched its files by hand."""

from llama.client.event import Event
from tests.support.handlers_for_events import kinds


def noted(event: Event, before: int) -> list[str]:
    return [kind for kind in kinds(event)[before:] if kind in {"FilePut", "FileDeleted"}]
