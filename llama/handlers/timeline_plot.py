"""timeline.png: the neutrinos and whatever else happened around the event, in time."""

from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert
from llama.handlers.external_triggers import ExternalTriggers
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.significance import Significance


class Timeline(FileHandler):
    """Energies over time differences within +-500 s, on the weight that each difference has.

    Other observatories' triggers and the newest notice are marked. It says PARTIAL RESULT while
    neutrinos may still come.
    """

    FILENAME = "timeline.png"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(Alert),
        uses(NeutrinoList, "tracks", "complete"),
        uses(Significance, optional=True),
        uses(ExternalTriggers, "triggers", optional=True),
    )
    RESOURCE_CLASS = "heavy"
    TIMEOUT_S = 120.0

    def generate(self, inputs: Inputs) -> Product:
        """Draw the time-line."""
        from llama.handlers.plots.moments import moments_of
        from llama.handlers.plots.timeline import timeline_picture
        from llama.handlers.results.reading import contents_of
        from llama.handlers.results.result import result_from

        files = contents_of(inputs, (Alert, NeutrinoList, Significance, ExternalTriggers))
        return Product(timeline_picture(result_from(files), moments_of(files)))
