"""overlap.json: overlap integrals and joint false alarm rates, to check the search with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llama.domain.handler import Inputs, uses
from llama.domain.kinds import JSONHandler
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.skymap import Skymap

if TYPE_CHECKING:
    from llama.handlers.coincidence.trigger import Trigger
    from llama.handlers.neutrinos.track import Track
    from llama.handlers.sky.map import MultiOrderMap

Json = dict[str, object]


class Overlap(JSONHandler):
    """How well the map agrees with each neutrino, as RAVEN has it.

    `skymap_overlap_integral` is 1 where one of two maps says nothing; `space_time_far_hz` is how
    often chance would give the pair. At the top stand those of the neutrino that overlaps most.
    """

    FILENAME = "overlap.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(Skymap, "pixels"),
        uses(NeutrinoList, "tracks", "complete"),
    )
    ASPECTS = ("neutrinos",)

    def generate(self, inputs: Inputs) -> object:
        """Integrate the map's product with each track's curved Gaussian."""
        from llama.handlers.coincidence.reading import tracks_from
        from llama.handlers.sky.fields import parsed

        said = parsed(inputs[NeutrinoList].content, name=NeutrinoList.FILENAME)
        found = neutrinos_of(_trigger(inputs), said, tracks_from(said))
        best = max(found, key=lambda one: one.overlap, default=None)
        return {
            "skymap_overlap_integral": best and best.overlap,
            "space_time_far_hz": best and best.figures["space_time_far_hz"],
            "complete": said.get("complete") is True,
            "neutrinos": [one.figures for one in found],
        }


class ExternalOverlap(JSONHandler):
    """How well the map agrees with the external trigger that the notice names, as RAVEN has it.

    The notice carries the product of both maps, from which the integral follows. There is no such
    file if it carries none. Beside our rates stand those that the notice says.
    """

    FILENAME = "external_overlap.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (uses(Alert, "event", "external", "external_skymap"), uses(Skymap, "pixels"))

    def generate(self, inputs: Inputs) -> object:
        """Recover the overlap integral and the joint false alarm rates."""
        from llama.handlers.sky.fields import mapping, parsed
        from llama.handlers.sky.reading import read_map

        alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
        combined = read_map(inputs[Alert].attachment("external_skymap"))
        return external_of(_trigger(inputs), mapping(alert.get("external_coinc")), combined)


@dataclass(frozen=True, slots=True)
class TrackOverlap:
    """The overlap integral of one track, and what the file says of it."""

    overlap: float
    figures: Json


def neutrinos_of(
    trigger: "Trigger", said: Mapping[str, object], tracks: "tuple[Track, ...]"
) -> list[TrackOverlap]:
    """Return the overlap of each track with the map, in the order of their times."""
    if not tracks:
        return []
    from llama.handlers.coincidence.ensemble import Ensemble
    from llama.handlers.coincidence.overlap import searched_probabilities, track_overlaps
    from llama.handlers.coincidence.reading import detector_from
    from llama.handlers.coincidence.settings import SearchSettings

    detector = detector_from(said)
    ensemble = Ensemble.of(tracks, trigger.time, detector)
    overlaps = track_overlaps(trigger.sky, ensemble).tolist()
    searched = searched_probabilities(trigger.sky, ensemble.vectors)
    window = SearchSettings().window_s
    return [
        TrackOverlap(
            overlap,
            {
                "id": ensemble.ids[place],
                "dt_s": float(ensemble.dt_s[place]),
                "searched_probability": searched[place],
                **_rates(trigger, detector.rate_hz, window, overlap),
            },
        )
        for place, overlap in enumerate(overlaps)
    ]


def external_of(
    trigger: "Trigger", external: Mapping[str, object], combined: "MultiOrderMap"
) -> Json:
    """Return the overlap with an external trigger; rates are null where they are not known."""
    from llama.handlers.coincidence.overlap import (
        RATES_HZ,
        WINDOWS_S,
        overlap_from_product,
    )
    from llama.handlers.sky.fields import number, text

    search = text(external.get("search")) or "GRB"
    low, high = WINDOWS_S.get((trigger.group or "").lower(), WINDOWS_S["cbc"])
    overlap = overlap_from_product(trigger.sky, combined)
    return {
        "observatory": text(external.get("observatory")),
        "search": search,
        "dt_s": number(external.get("time_difference")),
        "window_s": [low, high],
        **_rates(trigger, RATES_HZ.get(search), high - low, overlap),
        "notice_temporal_far_hz": number(external.get("time_coincidence_far")),
        "notice_space_time_far_hz": number(external.get("time_sky_position_coincidence_far")),
    }


def _trigger(inputs: Inputs) -> "Trigger":
    from llama.handlers.coincidence.reading import trigger_from
    from llama.handlers.sky.fields import parsed
    from llama.handlers.sky.reading import read_map

    alert = parsed(inputs[Alert].content, name=Alert.FILENAME)
    return trigger_from(alert, read_map(inputs[Skymap].content))


def _rates(trigger: "Trigger", rate_hz: float | None, window_s: float, overlap: float) -> Json:
    from llama.handlers.coincidence.overlap import joint_rate

    known = trigger.far_hz is not None and rate_hz is not None
    rate = joint_rate(trigger.far_hz or 0.0, rate_hz or 0.0, window_s, overlap) if known else None
    return {
        "skymap_overlap_integral": overlap,
        "temporal_far_hz": rate and rate.temporal_hz,
        "space_time_far_hz": rate and rate.space_time_hz,
    }
