"""event_data.json: what was measured of the source, as far as anybody said it."""

from collections.abc import Mapping

from llama.domain.handler import Inputs, uses
from llama.domain.kinds import JSONHandler
from llama.handlers.alert import Alert

MASS_KEYS = {
    "mass_1_msun": ("mass1", "mass_1"),
    "mass_2_msun": ("mass2", "mass_2"),
    "chirp_mass_msun": ("mchirp", "chirp_mass"),
}
"""Our name of each mass, and the fields in which a private record may give it."""


class EventData(JSONHandler):
    """The figures of the source for people and programs; null where nobody gave one.

    Public notices give neither masses nor a signal-to-noise ratio: those come with private
    records only. Times in UTC and GPS seconds, rates in Hz, masses in solar masses (detector
    frame).
    """

    FILENAME = "event_data.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Alert, "event"),)

    def generate(self, inputs: Inputs) -> object:
        """Gather the figures of the notice's event."""
        from llama.handlers.sky.fields import mapping, parsed, text

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        return {
            "superevent_id": text(alert.get("superevent_id")),
            **source_figures(mapping(alert.get("event"))),
        }


def source_figures(event: Mapping[str, object]) -> dict[str, object]:
    """Return what the `event` object of a notice says of the source."""
    from llama.handlers.sky.fields import number, text, texts, truth
    from llama.handlers.sky.times import event_time

    time = event_time(text(event.get("time")))
    return {
        "time": time and time.iso,
        "gps_s": time and time.gps_s,
        "far_hz": number(event.get("far")),
        "significant": truth(event.get("significant")),
        "instruments": texts(event.get("instruments")) or None,
        "group": text(event.get("group")),
        "pipeline": text(event.get("pipeline")),
        "search": text(event.get("search")),
        "snr": _positive(event.get("snr")),
        "duration_s": number(event.get("duration")),
        "central_frequency_hz": number(event.get("central_frequency")),
        **{
            name: next((m for key in keys if (m := _positive(event.get(key)))), None)
            for name, keys in MASS_KEYS.items()
        },
    }


def _positive(value: object) -> float | None:
    """Return a number above 0; a mass or a ratio of 0 or less is none."""
    from llama.handlers.sky.fields import number

    found = number(value)
    return found if found is not None and found > 0 else None
