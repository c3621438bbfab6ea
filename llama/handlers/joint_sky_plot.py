"""joint_sky.png and joint_sky.pdf: the sky map and the neutrinos in one picture."""

from collections.abc import Mapping

from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.significance import Significance
from llama.handlers.skymap import Skymap


class JointSkyPdf(FileHandler):
    """The joint sky plot for papers and talks, in vectors; made together with JointSky."""

    FILENAME = "joint_sky.pdf"
    CODE_VERSION = "1"


class JointSky(FileHandler):
    """The map as heat with its credible regions, and every neutrino with its 90 % circle.

    Without a map the neutrinos are drawn on an empty sky; without a significance they carry no
    judgement. It needs the localisation alone: a change of distance leaves it.
    """

    FILENAME = "joint_sky.png"
    CODE_VERSION = "1"
    MANIFEST_TYPES = (JointSkyPdf,)
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(Skymap, "localisation", optional=True),
        uses(NeutrinoList, "tracks", "complete"),
        uses(Significance, optional=True),
    )
    RESOURCE_CLASS = "heavy"
    TIMEOUT_S = 120.0

    def generate(self, inputs: Inputs) -> Mapping[type[FileHandler], Product]:
        """Draw the plot once and write it in both formats."""
        from llama.handlers.plots.joint_sky import joint_sky_pictures
        from llama.handlers.results.reading import contents_of
        from llama.handlers.results.result import result_from
        from llama.handlers.sky.reading import read_map

        files = contents_of(inputs, (Alert, NeutrinoList, Significance))
        sky_map = read_map(inputs[Skymap].content) if Skymap in inputs else None
        png, pdf = joint_sky_pictures(result_from(files), sky_map)
        return {JointSky: Product(png), JointSkyPdf: Product(pdf)}
