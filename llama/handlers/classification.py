"""classification.json: what the source may be, and which population it is judged by."""

from collections.abc import Mapping

from llama.domain.handler import Inputs, uses
from llama.domain.kinds import JSONHandler
from llama.handlers.alert import Alert

NOISE = "Terrestrial"
"""The class of a notice that is no source at all."""
POPULATIONS = {"CBC": "cbc", "Burst": "burst"}
"""The population of sources that the significance assumes, by the group of the search."""


class Classification(JSONHandler):
    """The probabilities of the notice, the most likely class, and the population.

    `population` is "cbc" or "burst" by the group of the search, null where that is neither:
    `population_because` says so. Probabilities lie within 0 and 1; what does not is left out and
    named in `refused`.
    """

    FILENAME = "classification.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Alert, "event"),)
    ASPECTS = ("classification", "population")

    def generate(self, inputs: Inputs) -> object:
        """Read classification, properties and group of the notice's event."""
        from llama.handlers.sky.fields import mapping, parsed

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        return classified(mapping(alert.get("event")))


def classified(event: Mapping[str, object]) -> dict[str, object]:
    """Return the classification of a notice's `event` object."""
    from llama.handlers.sky.fields import numbers, text

    said, properties = numbers(event.get("classification")), numbers(event.get("properties"))
    classes = _probabilities(said)
    likely = max(sorted(classes), key=lambda name: classes[name], default=None)
    group = text(event.get("group"))
    population = POPULATIONS.get(group or "")
    return {
        "classification": classes or None,
        "most_likely": likely,
        "most_likely_probability": None if likely is None else classes[likely],
        "p_astrophysical": None if NOISE not in classes else round(1 - classes[NOISE], 12),
        "properties": _probabilities(properties) or None,
        "population": population,
        "population_because": _because(group, population),
        "refused": sorted({*said, *properties} - {*classes, *_probabilities(properties)}),
    }


def _probabilities(said: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in said.items() if 0 <= value <= 1}


def _because(group: str | None, population: str | None) -> str:
    if group is None:
        return "the notice names no group of searches"
    known = "" if population else ", of which no population is known"
    return f"the group of the search is {group}{known}"
