"""Small maps, FITS files and inputs that make the handlers' tests read as sentences."""

import gzip
import io
from collections.abc import Mapping

import numpy as np
import orjson
from astropy.io import fits
from numpy.typing import NDArray

from llama.client.trial import GivenFile
from llama.domain.digests import digest_bytes
from llama.domain.handler import FileHandler
from llama.domain.inputs import InputFile
from llama.handlers import Alert
from llama.handlers.sky.healpix import centres, tile_area, uniq_from
from llama.handlers.sky.map import DistanceLayers, MultiOrderMap


def an_alert(
    *, event: object = None, sky_map: bytes | None = None, **others: object
) -> dict[type[FileHandler], InputFile]:
    """Return the alert.json of one event, as the only file."""
    if isinstance(event, dict) and sky_map:
        event = {**event, "skymap": {"sha256": digest_bytes(sky_map), "bytes": len(sky_map)}}
    notice = {
        "superevent_id": "S230914ak",
        "alert_type": "PRELIMINARY",
        "time_created": "2023-09-14T11:30:00Z",
        "event": event,
        "external_coinc": None,
        "urls": {},
        "oddities": [],
        **others,
    }
    raw = {"raw": b"the notice as it came"}
    attachments = raw | ({"skymap": sky_map} if sky_map else {})
    return {Alert: GivenFile(orjson.dumps(notice), attachments)}


def all_pixels(order: int) -> NDArray[np.int64]:
    return uniq_from(order, np.arange(12 << (2 * order), dtype=np.int64))


def a_blob(
    order: int = 5, *, kappa: float = 40.0, at: tuple[float, float, float] = (0, 0.6, 0.8)
) -> MultiOrderMap:
    """Return a Fisher distribution around a direction."""
    uniq = all_pixels(order)
    density = np.exp(kappa * (centres(uniq).unit_vectors() @ np.array(at) - 1))
    return MultiOrderMap.of(uniq, density / np.sum(density * tile_area(uniq)))


def with_distance(sky_map: MultiOrderMap, *, mu: float = 100.0) -> MultiOrderMap:
    shape = sky_map.probdensity.shape
    layers = DistanceLayers(np.full(shape, mu), np.full(shape, 20.0), np.full(shape, 1e-4))
    return MultiOrderMap.of(sky_map.uniq, sky_map.probdensity, distance=layers)


def uniform_sky(order: int = 3) -> MultiOrderMap:
    uniq = all_pixels(order)
    return MultiOrderMap.of(uniq, np.full(len(uniq), 1 / (4 * np.pi)))


def a_fits(columns: Mapping[str, NDArray[np.generic]], **header: object) -> bytes:
    """Return a FITS file of one table, written by astropy and not by us."""
    forms = {"f8": "D", "f4": "E", "i8": "K", "u8": "K", "i4": "J"}
    cells = [_column(name, values, forms) for name, values in columns.items()]
    table = fits.BinTableHDU.from_columns(cells)
    for key, value in header.items():
        table.header[key.replace("_", "-")] = value
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(stream)
    return stream.getvalue()


def _column(name: str, values: NDArray[np.generic], forms: Mapping[str, str]) -> fits.Column:
    form = f"{values.shape[1] if values.ndim > 1 else 1}{forms[values.dtype.str[1:]]}"
    zero = 2**63 if values.dtype.kind == "u" else None
    return fits.Column(name=name, format=form, array=values, bzero=zero)


def a_flat_fits(
    values: NDArray[np.floating], *, ordering: str, column: str = "PROB", **header: object
) -> bytes:
    nside = round((values.size / 12) ** 0.5)
    keys = {"ORDERING": ordering, "NSIDE": nside, "COORDSYS": "C", **header}
    return a_fits({column: values}, **keys)


def gzipped(content: bytes, *, mtime: int = 0) -> bytes:
    return gzip.compress(content, 6, mtime=mtime)
