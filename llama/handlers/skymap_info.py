"""skymap_info.json: what the notice and its map say, in numbers."""

from collections.abc import Mapping

from llama.domain.digests import canonical_json
from llama.domain.handler import FileHandler, Inputs, Product, uses
from llama.handlers.alert import Alert
from llama.handlers.skymap import Skymap


class SkymapInfo(FileHandler):
    """The key figures of an event; null where the notice or its map does not give one.

    Times in UTC and GPS seconds, rates in Hz, areas in square degrees, positions in degrees
    (ICRS), distances in Mpc.
    """

    FILENAME = "skymap_info.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(Skymap, "pixels", "distance", optional=True),
    )

    def generate(self, inputs: Inputs) -> Product:
        """Gather the fields of the notice and the figures of the map."""
        from llama.handlers.sky.fields import mapping, parsed

        event = mapping(parsed(inputs[Alert].content, name=Alert.FILENAME).get("event"))
        content = inputs[Skymap].content if Skymap in inputs else None
        info = {**event_figures(event), "map": None if content is None else map_figures(content)}
        return Product(canonical_json(info) + b"\n")


def event_figures(event: Mapping[str, object]) -> dict[str, object]:
    """Return the figures of a notice's `event` object, however incomplete it is."""
    from llama.handlers.sky.fields import number, numbers, text, texts, truth
    from llama.handlers.sky.rates import in_words
    from llama.handlers.sky.times import event_time

    time = event_time(text(event.get("time")))
    far = number(event.get("far"))
    classification = numbers(event.get("classification"))
    return {
        "time": time and time.iso,
        "gps_s": time and time.gps_s,
        "far_hz": far,
        "far_words": in_words(far),
        "significant": truth(event.get("significant")),
        "instruments": texts(event.get("instruments")) or None,
        "group": text(event.get("group")),
        "pipeline": text(event.get("pipeline")),
        "search": text(event.get("search")),
        "classification": classification or None,
        "most_likely": _most_likely(classification),
        "properties": numbers(event.get("properties")) or None,
        "duration_s": number(event.get("duration")),
        "central_frequency_hz": number(event.get("central_frequency")),
    }


def map_figures(content: bytes) -> dict[str, object]:
    """Return the figures of a canonical map: areas, peak, distance and resolution."""
    from llama.handlers.sky.distance import distance_summary
    from llama.handlers.sky.healpix import order_of
    from llama.handlers.sky.reading import read_map
    from llama.handlers.sky.regions import credible_areas, peak

    sky_map = read_map(content)
    areas = credible_areas(sky_map, (0.5, 0.9))
    highest = peak(sky_map)
    distance = distance_summary(sky_map)
    orders = order_of(sky_map.uniq[[0, -1]]).tolist()
    return {
        "area_50_deg2": _rounded(areas[0]),
        "area_90_deg2": _rounded(areas[1]),
        "peak_ra_deg": round(highest.ra_deg, 6),
        "peak_dec_deg": round(highest.dec_deg, 6),
        "peak_probdensity_per_sr": _rounded(highest.probdensity),
        "distance_mean_mpc": distance and _rounded(distance.mean_mpc),
        "distance_std_mpc": distance and _rounded(distance.std_mpc),
        "tiles": len(sky_map.uniq),
        "coarsest_order": orders[0],
        "finest_order": orders[1],
        "finest_nside": 1 << orders[1],
        "oddities": list(sky_map.oddities),
    }


def _most_likely(classification: Mapping[str, float]) -> str | None:
    """Return the class of highest probability; the first by name if several have it."""
    return max(sorted(classification), key=lambda name: classification[name], default=None)


def _rounded(value: float) -> float:
    """Keep six significant digits: more would only show the machine's rounding."""
    return float(f"{value:.6g}")
