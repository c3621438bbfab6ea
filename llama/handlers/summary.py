"""summary.html: one page about the event that a person can open, print or send on."""

from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert
from llama.handlers.skymap_info import SkymapInfo
from llama.handlers.skymap_plot import SkymapPlot


class Summary(FileHandler):
    """A self-contained page: no request leaves it and no script runs in it.

    The texts of the notice are shown as text, whatever they contain.
    """

    FILENAME = "summary.html"
    CODE_VERSION = "2"
    DEPENDENCIES = (uses(Alert), uses(SkymapInfo), uses(SkymapPlot, optional=True))

    def generate(self, inputs: Inputs) -> Product:
        """Fill the page."""
        from llama.handlers.sky.fields import parsed
        from llama.handlers.sky.page import to_html

        page = to_html(
            parsed(inputs[Alert].content, name=Alert.FILENAME),
            parsed(inputs[SkymapInfo].content, name=SkymapInfo.FILENAME),
            png=inputs[SkymapPlot].content if SkymapPlot in inputs else None,
        )
        return Product(page)
