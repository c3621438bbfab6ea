"""summary.pdf: the summary for print and mail."""

from llama.domain.handler import FileHandler, Inputs, Product, dependencies_of
from llama.handlers.summary import Summary


class SummaryPdf(FileHandler):
    """What summary.html says, on pages of A4: no TeX is needed, nothing is downloaded.

    The texts of the notice are shown as text, whatever they contain.
    """

    FILENAME = "summary.pdf"
    CODE_VERSION = "2"
    DEPENDENCIES = Summary.DEPENDENCIES
    RESOURCE_CLASS = "heavy"
    TIMEOUT_S = 120.0

    def generate(self, inputs: Inputs) -> Product:
        """Set the pages."""
        from llama.handlers.page.gathering import gathered
        from llama.handlers.page.pdf import to_pdf
        from llama.handlers.results.reading import contents_of

        files = contents_of(inputs, (one.handler for one in dependencies_of(type(self))))
        return Product(to_pdf(*gathered(files)))
