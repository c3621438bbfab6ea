"""summary.html: one page about the event that a person can open, print or send on."""

from llama.domain.handler import FileHandler, Inputs, Product, dependencies_of, uses
from llama.handlers.alert import Alert
from llama.handlers.event_data import EventData
from llama.handlers.external_triggers import ExternalTriggers
from llama.handlers.joint_sky_plot import JointSky
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.significance import Significance
from llama.handlers.skymap import Skymap
from llama.handlers.skymap_info import SkymapInfo
from llama.handlers.skymap_plot import SkymapPlot
from llama.handlers.timeline_plot import Timeline


class Summary(FileHandler):
    """A self-contained page: no request leaves it and no script runs in it.

    The texts of the notice are shown as text, whatever they contain. It says PARTIAL RESULT
    until the list of neutrinos is complete.
    """

    FILENAME = "summary.html"
    CODE_VERSION = "4"
    DEPENDENCIES = (
        uses(Alert),
        uses(Skymap, optional=True),
        uses(SkymapInfo),
        uses(SkymapPlot, optional=True),
        uses(EventData, optional=True),
        uses(ExternalTriggers, optional=True),
        uses(NeutrinoList, optional=True),
        uses(Significance, optional=True),
        uses(JointSky, optional=True),
        uses(Timeline, optional=True),
    )

    def generate(self, inputs: Inputs) -> Product:
        """Fill the page."""
        from llama.handlers.page.gathering import gathered
        from llama.handlers.page.html import to_html
        from llama.handlers.results.reading import contents_of

        files = contents_of(inputs, (one.handler for one in dependencies_of(type(self))))
        return Product(to_html(*gathered(files)))
