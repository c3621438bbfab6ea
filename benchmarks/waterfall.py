"""Where the milliseconds of an alert go: `python -m benchmarks.waterfall --picture FILE.svg`.

Triggers come one after the other, as in W1 of the yardstick. Of each file is told, in milliseconds
after the trigger: `ready`, when the runs of all that it is made of had ended; `begun` and `ended`,
of its own run; `told`, when a subscriber was given its FileGenerated. Each figure is the median of
all events. One line of JSON for each milestone and file.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from matplotlib.figure import Figure

from benchmarks.yardstick import dag, meters
from benchmarks.yardstick.engine import Scene
from benchmarks.yardstick.ours import Llama
from benchmarks.yardstick.run_log import WHERE, runs_in
from schemas.envelope import type_name
from schemas.facts import FilePut, PipelineAdopted

WARM_UPS = range(900_000, 900_010)
PAUSE_S = 0.05
MILESTONES = {"put": type_name(FilePut).encode(), "adopted": type_name(PipelineAdopted).encode()}
"""What a subscriber is given before the first file."""
COLOURS = {"waits": "#d9d9d9", "runs": "#1b7837", "is kept and told": "#92c5de"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One file; milliseconds after the trigger."""

    file: str
    ready: float
    begun: float
    ended: float
    told: float


def main() -> int:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.waterfall",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=60)
    parser.add_argument("--picture", type=Path, help="an SVG or PNG file to draw it into")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waterfall-") as folder:
        milestones, bars = measured(Scene(Path(folder), ""), options.events)
    for name, at in milestones.items():
        print(json.dumps({"benchmark": "waterfall", "milestone": name, "ms": at}))
    for bar in bars:
        times = {name: getattr(bar, name) for name in ("ready", "begun", "ended", "told")}
        print(json.dumps({"benchmark": "waterfall", "file": bar.file, **times}))
    if options.picture:
        drawn(milestones, bars).savefig(options.picture)
    return 0


def measured(scene: Scene, events: int) -> tuple[Mapping[str, float], Sequence[Bar]]:
    """Return the milestones and the files, each the median of so many events."""
    meters.adopt_orphans()
    scene.events.mkdir()
    scene.runs.touch()
    os.environ[WHERE] = str(scene.runs)
    engine = Llama(scene)
    try:
        engine.start()
        begun = [_begun(engine, number) for number in (*WARM_UPS, *range(events))]
        return _medians(engine, scene.runs, dict(enumerate(begun[len(WARM_UPS) :])))
    finally:
        engine.stop()


def _begun(engine: Llama, number: int) -> float:
    """Make an event; return when it began."""
    begun = time.monotonic()
    engine.many([number])
    engine.settle()
    time.sleep(PAUSE_S)
    return begun


def _medians(
    engine: Llama, path: Path, begun: Mapping[int, float]
) -> tuple[Mapping[str, float], Sequence[Bar]]:
    runs = {(run.event, run.file): run for run in runs_in(path)}
    milestones: dict[str, list[float]] = {}
    times: dict[str, list[tuple[float, ...]]] = {}
    for number, since in begun.items():
        event, made = dag.event(number), engine.seen.made[dag.event(number)]
        for name, kind in MILESTONES.items():
            at = engine.seen.others[event][kind]
            milestones.setdefault(name, []).append((at - since) * 1000)
        for file, inputs in dag.INPUTS.items():
            ends = [runs[event, one].ended for one in inputs if one in dag.INPUTS]
            run, start = runs[event, file], milestones["put"][-1] / 1000 + since
            moments = (max(ends, default=start), run.begun, run.ended, made[file])
            times.setdefault(file, []).append(tuple((at - since) * 1000 for at in moments))
    bars = [
        Bar(file, *(round(median(column), 1) for column in zip(*rows, strict=True)))
        for file, rows in times.items()
    ]
    return {name: round(median(all_), 1) for name, all_ in milestones.items()}, bars


def drawn(milestones: Mapping[str, float], bars: Sequence[Bar]) -> Figure:
    """Draw a bar for each file, in the order in which they were told."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    for row, bar in enumerate(sorted(bars, key=lambda one: one.told)):
        spans = ((bar.ready, bar.begun), (bar.begun, bar.ended), (bar.ended, bar.told))
        for (start, end), colour in zip(spans, COLOURS.values(), strict=True):
            axes.barh(row, end - start, left=start, color=colour, height=0.7)
    for name, at in milestones.items():
        axes.axvline(at, color="black", linewidth=0.8, linestyle=":")
        axes.text(at, -0.7, f" {name}", fontsize=8, va="center")
    axes.set_yticks(range(len(bars)), [one.file for one in sorted(bars, key=lambda one: one.told)])
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds after the trigger")
    handles = [axes.barh(0, 0, color=colour, label=name) for name, colour in COLOURS.items()]
    axes.legend(handles=handles, loc="upper right")
    return figure


if __name__ == "__main__":
    raise SystemExit(main())
