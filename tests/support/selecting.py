"""Two events, one with everything and one with nothing, and which of them criteria keep."""

from datetime import UTC, datetime, timedelta

from llama.domain.flags import Flags
from llama.domain.selection.downselection import Downselection
from llama.domain.selection.profile import EventProfile
from llama.handlers import Skymap, SkymapInfo

NOW = datetime(2023, 9, 14, 12, tzinfo=UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)
EMPTY = EventProfile("S230914ak")
RICH = EventProfile(
    "S190814bv",
    files=frozenset({"alert.json", Skymap.FILENAME, SkymapInfo.FILENAME}),
    handlers=frozenset({"Alert", "Skymap"}),
    recorded=frozenset({"Skymap"}),
    flags=Flags(VETOED=True, MANUAL=True),
    first_at=AN_HOUR_AGO,
    modified_at=AN_HOUR_AGO,
)


def kept(**criteria: object) -> list[str]:
    """Which of the two events a downselection keeps."""
    downselection = Downselection.read(criteria)
    return [event.eventid for event in (EMPTY, RICH) if downselection.matches(event, NOW)]


BOTH = [EMPTY.eventid, RICH.eventid]
ONLY_RICH = [RICH.eventid]
ONLY_EMPTY = [EMPTY.eventid]
