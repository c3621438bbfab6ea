"""circular.txt: the draft of a circular, which a person reads, completes and sends."""

from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.result_notice import ResultNotice
from llama.handlers.significance import Significance


class Circular(FileHandler):
    """What the search found, in sentences of our own; lines of at most 80 columns.

    It says DRAFT, for a person has to read it, PARTIAL RESULT while neutrinos may still come, and
    TEST where it is no observation. Its p-values are rounded as those of the notice.
    """

    FILENAME = "circular.txt"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(NeutrinoList, "tracks", "complete"),
        uses(Significance),
        uses(ResultNotice, optional=True),
    )

    def generate(self, inputs: Inputs) -> Product:
        """Write the draft."""
        from llama.handlers.publication.circular import circular_text
        from llama.handlers.results.reading import contents_of
        from llama.handlers.results.result import result_from
        from llama.handlers.sky.fields import parsed

        files = contents_of(inputs, (Alert, NeutrinoList, Significance, ResultNotice))
        significance = parsed(files[Significance.FILENAME], name=Significance.FILENAME)
        notice = files.get(ResultNotice.FILENAME)
        said = parsed(notice, name=ResultNotice.FILENAME) if notice else {}
        return Product(circular_text(result_from(files), significance, said).encode())
