"""How long 100,000 trials of a background take: `python -m benchmarks.background`.

A set is built as `llama background build` builds it, in several processes; one line of JSON for
each search. Fewer trials than asked for are measured (--measured), and the time of all follows
from their rate; --whole builds them all.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from llama.handlers.background.building import built
from llama.handlers.background.key import Search
from llama.handlers.background.trials import Recipe
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import detector_named


def main() -> int:
    """Build a set for each search."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.background", description=__doc__)
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--measured", type=int, default=4000)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    measured = options.trials if options.whole else options.measured
    for search in ("ensemble", "significant"):
        before = cpu_s()
        wall_s = seconds(search, measured, options.processes)
        figures = {
            "benchmark": "background",
            "search": search,
            "trials": measured,
            "processes": options.processes,
            "wall_s": round(wall_s, 1),
            "cpu_ms_per_trial": round((cpu_s() - before) / measured * 1000, 2),
            "trials_per_s": round(measured / wall_s, 1),
            f"minutes_of_{options.trials}": round(wall_s * options.trials / measured / 60, 1),
        }
        print(json.dumps(figures), flush=True)
    return 0


def seconds(search: Search, trials: int, processes: int) -> float:
    """Build a set of so many trials; return the seconds by the clock, starts included."""
    recipe = Recipe(search, "CBC", ("H1", "L1"), detector_named("gfu"), SearchSettings())
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        built(recipe, trials, Path(folder), jobs=processes, told=told)
        return time.perf_counter() - begun


def cpu_s() -> float:
    """Return the CPU time of this process and those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def told(done: int) -> None:
    """Say how far it is."""
    print(f"{done} trials", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
