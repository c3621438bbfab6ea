"""background.npz: the background set that an event is judged by."""

from collections.abc import Mapping

from llama.domain.handler import FileHandler, Inputs, PermanentError, uses
from llama.handlers.alert import Alert
from llama.handlers.background_sets import BackgroundSets
from llama.handlers.neutrino_list import NeutrinoList
from schemas.base import why_test


class BackgroundSet(FileHandler):
    """The set of the event's search, group, instruments, population, detector and settings.

    If this deployment has none, the file says so, and how one is made. The same set from another
    collection gives the same bytes: what was judged by it is not made again.
    """

    FILENAME = "background.npz"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(NeutrinoList, "tracks"),
        BackgroundSets,
    )

    def generate(self, inputs: Inputs) -> bytes:
        """Choose it; PermanentError if the sets cannot be read."""
        from llama.handlers.background.collection import chosen_to_bytes, from_bytes
        from llama.handlers.background.lookup import set_for
        from llama.handlers.sky.fields import parsed

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        neutrinos = parsed(inputs[NeutrinoList].content, name=NeutrinoList.FILENAME)
        key = key_of(alert, neutrinos, self.eventid)
        try:
            sets = from_bytes(inputs[BackgroundSets].content)
        except ValueError as error:
            raise PermanentError(f"{BackgroundSets.FILENAME}: {error}") from error
        return chosen_to_bytes(set_for(key, sets), key)


def population_of(eventid: str) -> str:
    """Return what an event is compared with: mock and test events with mocks alone."""
    return "mock" if why_test(eventid) else "reported"


def key_of(
    alert: Mapping[str, object], neutrinos: Mapping[str, object], eventid: str
) -> dict[str, object]:
    """Return what a set must have been made for; PermanentError if the detector is unknown."""
    from llama.handlers.coincidence import reading, result
    from llama.handlers.coincidence.settings import SearchSettings
    from llama.handlers.sky.fields import mapping, text, texts

    event = mapping(alert.get("event"))
    return result.background_key(
        "significant" if event.get("significant") is True else "ensemble",
        text(event.get("group")),
        texts(event.get("instruments")),
        reading.detector_from(neutrinos),
        SearchSettings().digest(),
        population=population_of(eventid),
    )
