"""neutrinos.txt, neutrinos.csv and neutrinos.tex: the tracks for people, programs and papers."""

from collections.abc import Mapping

from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.significance import Significance


class NeutrinoCsv(FileHandler):
    """The tracks with full precision, one row each; made together with NeutrinoText."""

    FILENAME = "neutrinos.csv"
    CODE_VERSION = "1"


class NeutrinoTex(FileHandler):
    """The tracks as a document of LaTeX that compiles; made together with NeutrinoText."""

    FILENAME = "neutrinos.tex"
    CODE_VERSION = "1"


class NeutrinoText(FileHandler):
    """The tracks as aligned text: dt, place, 90 % radius, energy, odds, p and id, best first."""

    FILENAME = "neutrinos.txt"
    CODE_VERSION = "1"
    MANIFEST_TYPES = (NeutrinoCsv, NeutrinoTex)
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(NeutrinoList, "tracks", "complete"),
        uses(Significance, optional=True),
    )

    def generate(self, inputs: Inputs) -> Mapping[type[FileHandler], Product]:
        """Write all three tables."""
        from llama.handlers.results.reading import contents_of
        from llama.handlers.results.result import result_from
        from llama.handlers.tables.aligned import to_text
        from llama.handlers.tables.latex import to_latex
        from llama.handlers.tables.separated import to_csv

        files = contents_of(inputs, (Alert, NeutrinoList, Significance))
        result = result_from(files)
        return {
            NeutrinoText: Product(to_text(result).encode()),
            NeutrinoCsv: Product(to_csv(result).encode()),
            NeutrinoTex: Product(to_latex(result).encode()),
        }
