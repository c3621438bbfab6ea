"""skymap.png: the map as a picture."""

from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.skymap import Skymap


class SkymapPlot(FileHandler):
    """The probability density over the whole sky, with a close-up where it is concentrated.

    It needs the localisation alone: a change of distance or of the notice's text leaves it.
    """

    FILENAME = "skymap.png"
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Skymap, "localisation"),)
    RESOURCE_CLASS = "heavy"
    TIMEOUT_S = 120.0

    def generate(self, inputs: Inputs) -> Product:
        """Draw the map."""
        from llama.handlers.sky.picture import to_png
        from llama.handlers.sky.reading import read_map

        return Product(to_png(read_map(inputs[Skymap].content)))
