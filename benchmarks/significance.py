"""What a significance costs: `python -m benchmarks.significance`.

A map of 19,200 tiles, ten tracks of simulated times, places and errors. Times are CPU times of one
thread, medians; imports and the reading of the map are not counted. Beside it stands what
ligo.skymap's crossmatch takes with the same map and places. One line of JSON each on stdout.
"""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

import numpy as np

from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.evaluator import Evaluator, evaluate
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import detector_named
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.map import MultiOrderMap
from llama.handlers.sky.model import drawn_source, modelled_map
from tests.support.joint_search import MERGER, a_wave, some_tracks

ROUNDS = 7
"""Of splitting: 19,200 tiles."""
TRACKS = 10
MEAN_TRACKS = 6.4
TRIALS_AT_ALL = 100_000
CORES = 2


def main() -> int:
    """Measure one ensemble on a new map, many on a known one, and the reference."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.significance")
    parser.add_argument("--samples", type=int, default=40)
    samples = parser.parse_args().samples
    source = drawn_source(datetime(2026, 11, 22, 15, tzinfo=UTC), seed=1, delay_error_s=0.00035)
    sky = modelled_map(source, rounds=ROUNDS, meta={})
    tracks = some_tracks(TRACKS)
    report("one_ensemble_on_a_new_map", sky, new_map(sky, tracks, samples))
    each = trials(sky, samples)
    hours = each * TRIALS_AT_ALL / 1000 / CORES
    report("trial_on_a_known_map", sky, each, seconds_of_100000_on_2_cores=round(hours, 1))
    report("crossmatch_of_ligo_skymap", sky, crossmatch(sky, tracks, samples))
    return 0


def report(name: str, sky: MultiOrderMap, ms: float, **others: float) -> None:
    """Print one measurement."""
    figures = {"benchmark": "significance", "measurement": name, "tiles": len(sky.uniq)}
    print(json.dumps({**figures, "cpu_ms": round(ms, 2), **others}), flush=True)


def new_map(sky: MultiOrderMap, tracks: list[Track], samples: int) -> float:
    """Measure everything from a map and tracks to the terms of the odds."""
    gfu, settings = detector_named("gfu"), SearchSettings()
    return cpu_ms(lambda: evaluate(a_wave(sky), tracks, gfu, settings, significant=False), samples)


def trials(sky: MultiOrderMap, samples: int) -> float:
    """Measure windows as chance fills them, on a map that is prepared."""
    gfu = detector_named("gfu")
    evaluator = Evaluator(sky, gfu, SearchSettings())
    counts = np.random.default_rng(5).poisson(MEAN_TRACKS, 8 * samples)
    drawn = [some_tracks(int(count), seed=seed) for seed, count in enumerate(counts)]
    windows = iter([Ensemble.of(each, MERGER, gfu) for each in drawn])
    return cpu_ms(lambda: evaluator.terms(next(windows), w=0.5), 8 * samples - 1)


def crossmatch(sky: MultiOrderMap, tracks: list[Track], samples: int) -> float:
    """Measure the reference: searched probabilities of the same places, without distance."""
    from astropy.coordinates import SkyCoord
    from astropy.table import Table
    from ligo.skymap.postprocess.crossmatch import crossmatch as reference

    warnings.simplefilter("ignore")
    table = Table({"UNIQ": sky.uniq, "PROBDENSITY": sky.probdensity})
    places = SkyCoord([(track.ra_deg, track.dec_deg) for track in tracks], unit="deg")
    return cpu_ms(lambda: reference(table, places), samples)


def cpu_ms(act: Callable[[], object], samples: int) -> float:
    """Return the median CPU time of an act, after one that does not count."""
    act()
    taken: list[float] = []
    for _ in range(samples):
        begun = time.process_time()
        act()
        taken.append((time.process_time() - begun) * 1000)
    return median(taken)


if __name__ == "__main__":
    sys.exit(main())
