"""How many seeds of the simulation a second plays: `python -m benchmarks.simulation`."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.seeds import failures

CHUNK = 250


def main() -> int:
    """Play seeds; one line of JSON on stdout, progress and failures on stderr."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    begun = time.perf_counter()
    failed = list(played(options.first, options.seeds, options.processes))
    wall_s = time.perf_counter() - begun
    for report in failed:
        print(report, file=sys.stderr)
    result = {
        "benchmark": "simulation",
        "seeds": options.seeds,
        "processes": options.processes,
        "wall_s": round(wall_s, 3),
        "seeds_per_s": round(options.seeds / wall_s, 1),
        "failed": len(failed),
    }
    print(json.dumps(result))
    return 1 if failed else 0


def played(first: int, seeds: int, processes: int) -> Iterator[str]:
    """Play seeds in several processes; give the reports on those that failed."""
    end = first + seeds
    chunks = [range(start, min(start + CHUNK, end)) for start in range(first, end, CHUNK)]
    with ProcessPoolExecutor(processes) as pool:
        for number, reports in enumerate(pool.map(reports_on, chunks), 1):
            print(f"{number} of {len(chunks)} chunks, {len(reports)} failed", file=sys.stderr)
            yield from reports


def reports_on(chunk: range) -> list[str]:
    """Return the reports on the seeds that failed."""
    return [str(failed) for failed in failures(chunk)]


if __name__ == "__main__":
    sys.exit(main())
