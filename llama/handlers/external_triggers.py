"""external_triggers.json: gamma-ray bursts and others that were seen around the event."""

from collections.abc import Mapping
from datetime import timedelta

from llama.domain.handler import Inputs, uses
from llama.domain.kinds import JSONHandler
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import WINDOW

HALF_WINDOW_S = WINDOW / timedelta(seconds=1)
"""Half of the window around the event, in seconds: that in which neutrinos are looked for."""


class ExternalTriggers(JSONHandler):
    """The other observatories' triggers that the notice names, with their place in the window.

    `dt_s` is the time of the trigger less the time of the event, in seconds. A notice gives no
    position of the trigger, only a combined map: `map` is its digest and size, null where there
    is none.
    """

    FILENAME = "external_triggers.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Alert, "event", "external"),)
    ASPECTS = ("triggers",)

    def generate(self, inputs: Inputs) -> object:
        """Read the coincidence of the notice."""
        from llama.handlers.sky.fields import mapping, parsed

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        said = mapping(alert.get("external_coinc"))
        event_time = mapping(alert.get("event")).get("time")
        return {
            "window_s": [-HALF_WINDOW_S, HALF_WINDOW_S],
            "triggers": [trigger_of(said, event_time)] if said else [],
        }


def trigger_of(said: Mapping[str, object], event_time: object) -> dict[str, object]:
    """Return one trigger as a notice's `external_coinc` describes it; null for what it does not."""
    from llama.handlers.sky.fields import mapping, number, text

    dt_s = number(said.get("time_difference"))
    found = mapping(said.get("combined_skymap"))
    return {
        "observatory": text(said.get("observatory")),
        "search": text(said.get("search")),
        "notice_id": _identity(said.get("gcn_notice_id")),
        "ivorn": text(said.get("ivorn")),
        "time": _time(event_time, dt_s),
        "dt_s": dt_s,
        "in_window": None if dt_s is None else abs(dt_s) <= HALF_WINDOW_S,
        "time_coincidence_far_hz": number(said.get("time_coincidence_far")),
        "space_time_coincidence_far_hz": number(said.get("time_sky_position_coincidence_far")),
        "ra_deg": number(said.get("ra")),
        "dec_deg": number(said.get("dec")),
        "map": {"sha256": found.get("sha256"), "bytes": found.get("bytes")} if found else None,
    }


def _identity(value: object) -> str | None:
    """Return the id of a notice as text: some brokers send numbers."""
    from llama.handlers.sky.fields import text

    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value)[:60] if is_number else text(value)


def _time(event_time: object, dt_s: float | None) -> str | None:
    from llama.handlers.results.tracks import instant

    event = instant(event_time)
    if event is None or dt_s is None or abs(dt_s) > 1e6:
        return None
    return (event + timedelta(seconds=dt_s)).isoformat().replace("+00:00", "Z")
