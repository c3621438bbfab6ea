"""significance.json: how probable it is that the wave and neutrinos have one source."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from llama.domain.handler import Inputs, PermanentError, uses
from llama.domain.kinds import JSONHandler
from llama.handlers.alert import Alert
from llama.handlers.background_set import BackgroundSet, key_of
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.skymap import Skymap

if TYPE_CHECKING:
    from llama.handlers.background.lookup import Found
    from llama.handlers.sky.map import MultiOrderMap


class Significance(JSONHandler):
    """The odds ratio of the joint search with every term, parameter and p-value.

    Significant alerts: the wave is taken as real and each neutrino is judged by itself. Others:
    the ensemble of all tracks, with the probability that the wave is real. `docs/science.md`
    derives both. Times in UTC, dt = t_nu - t_gw in seconds, angles in degrees, energies in GeV.
    """

    FILENAME = "significance.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(Skymap, "pixels"),
        uses(NeutrinoList, "tracks", "complete"),
        BackgroundSet,
    )
    ASPECTS = ("odds_ratio", "p_value", "single_neutrino", "window")

    def generate(self, inputs: Inputs) -> object:
        """Evaluate the model; PermanentError if an input is not what its name says."""
        from llama.handlers.background.collection import chosen_from_bytes
        from llama.handlers.sky.fields import parsed
        from llama.handlers.sky.reading import read_map

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        neutrinos = parsed(inputs[NeutrinoList].content, name=NeutrinoList.FILENAME)
        try:
            key = key_of(alert, neutrinos, self.eventid)
            found = chosen_from_bytes(inputs[BackgroundSet].content, key)
        except ValueError as error:
            raise PermanentError(f"{BackgroundSet.FILENAME}: {error}") from error
        skymap = read_map(inputs[Skymap].content)
        return significance_of(alert, neutrinos, skymap=skymap, found=found, eventid=self.eventid)


def significance_of(
    alert: Mapping[str, object],
    neutrinos: Mapping[str, object],
    *,
    skymap: "MultiOrderMap",
    found: "Found",
    eventid: str,
) -> dict[str, object]:
    """Return what significance.json says; PermanentError if the inputs do not fit together.

    `found` is the background set that it is judged by, or why there is none.
    """
    from llama.handlers.coincidence import reading, result
    from llama.handlers.coincidence.evaluator import evaluate
    from llama.handlers.coincidence.sensitivity import sensitivity_range
    from llama.handlers.coincidence.settings import SearchSettings
    from llama.handlers.sky.fields import mapping

    settings = SearchSettings()
    event = mapping(alert.get("event"))
    trigger = reading.trigger_from(alert, skymap)
    tracks, detector = reading.tracks_from(neutrinos), reading.detector_from(neutrinos)
    significant = event.get("significant") is True
    terms = evaluate(trigger, tracks, detector, settings, significant=significant)
    background = result.Background(key_of(alert, neutrinos, eventid), *found)
    parameters = result.parameters_json(trigger, detector, settings)
    return {
        "dump": {},
        "inputs": result.inputs_json(
            event, trigger, tracks, eventid=eventid, parameters=parameters
        ),
        "window": result.window_json(neutrinos),
        "neutrino_flux_sensitivity_range": result.sensitivity_json(
            sensitivity_range(skymap, detector, settings)
        ),
        **result.search_json(terms, tracks, background),
    }
