"""Runs one workload on one engine, and prints what was measured as a line of JSON."""

import argparse
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from benchmarks.yardstick import meters
from benchmarks.yardstick.engine import Engine, Scene
from benchmarks.yardstick.run_log import WHERE
from benchmarks.yardstick.workloads import (
    Bench,
    Figures,
    burst,
    follow_change,
    latency,
    memory,
    up_to_date,
)

WORKLOADS: Mapping[str, Callable[[Bench, int], Figures]] = MappingProxyType(
    {
        "W1": latency,
        "W2": burst,
        "W3a": partial(follow_change, change="new list"),
        "W3b": partial(follow_change, change="new comment"),
        "W3c": partial(follow_change, change="same bytes"),
        "W4": up_to_date,
        "W5": memory,
    }
)


def main(engine: Callable[[Scene], Engine]) -> int:
    """Measure as the command line says."""
    # Whoever ends this ends the engine, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("size", type=int, help="how many events")
    parser.add_argument("--mode", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yardstick-") as folder:
        scene = Scene(Path(folder), options.mode)
        told = measure(engine(scene), scene, options.workload, options.size)
    print(json.dumps(told), flush=True)
    return 0


def measure(engine: Engine, scene: Scene, workload: str, size: int) -> Figures:
    """Start an engine, have it work, stop it, and return the figures."""
    meters.adopt_orphans()
    scene.events.mkdir()
    scene.runs.touch()
    os.environ[WHERE] = str(scene.runs)
    begun = time.monotonic()
    try:
        engine.start()
        started = time.monotonic() - begun
        figures = WORKLOADS[workload](Bench(engine, scene), size)
    finally:
        engine.stop()
    name = f"{engine.name}-{scene.mode}" if scene.mode else engine.name
    about: Figures = {"peer": name, "workload": workload, "N": size}
    return {**about, "start_s": round(started, 3), **figures}
