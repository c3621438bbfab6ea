"""skymap.fits: the sky map of the newest notice, in one canonical form."""

from llama.domain.digests import Digest, digest_json
from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert


class Skymap(FileHandler):
    """Where the source is: a multi-order FITS map, whatever form the notice had it in.

    Aspects: `pixels` (all arrays, distance included), `localisation` (tiles and probability
    density only) and `distance` (the DISTMEAN and DISTSTD of the header). Without a map in the
    notice there is no such file.
    """

    FILENAME = "skymap.fits"
    ASPECTS = ("pixels", "localisation", "distance")
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Alert, "skymap"),)

    def generate(self, inputs: Inputs) -> Product:
        """Read the map of the notice and write it canonically."""
        from llama.handlers.sky.reading import read_map
        from llama.handlers.sky.writing import to_fits

        sky_map = read_map(inputs[Alert].attachment("skymap"))
        aspects: dict[str, Digest] = {
            "pixels": sky_map.pixels_digest(),
            "localisation": sky_map.localisation_digest(),
            "distance": digest_json([sky_map.meta.get(key) for key in ("DISTMEAN", "DISTSTD")]),
        }
        return Product(to_fits(sky_map), aspects)
