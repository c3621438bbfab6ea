"""W1 to W5 for this project, and for other engines beside it: `python -m benchmarks.compare`.

Rounds are interleaved: every engine does a workload before the next one begins, so that what the
machine does meanwhile meets all of them. One line of JSON for each measurement, then the medians,
then the ratios. What the workloads are stands in `benchmarks.yardstick.workloads`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from benchmarks.peers.environments import RECIPES, NotHere, python_of
from benchmarks.peers.servers import ROOT
from benchmarks.yardstick.machine import SERVERS, Busy, machine
from benchmarks.yardstick.medians import Line, medians, ratios

SIZES: Mapping[str, int] = MappingProxyType(
    {"W1": 60, "W2": 1000, "W3a": 100, "W3b": 100, "W3c": 100, "W4": 1000, "W5": 300}
)
QUICK: Mapping[str, int] = MappingProxyType(
    {"W1": 15, "W2": 60, "W3a": 15, "W3b": 15, "W3c": 15, "W4": 60, "W5": 60}
)
NEEDS_DETECTION = {"W3b", "W3c"}
"""What is the same for an engine that runs whatever it is told to."""
WITHIN_S = 1800
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Engine:
    """How one engine is measured."""

    name: str
    command: Sequence[str]
    mode: str = ""
    detects_changes: bool = True

    def measure(self, workload: str, size: int) -> Line:
        """Do a workload once, in a process of its own; what went wrong is told as `error`."""
        before = Busy.now()
        mode = ["--mode", self.mode] if self.mode else []
        process = subprocess.Popen(
            [*self.command, workload, str(size), *mode],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            told, complaints = process.communicate(timeout=WITHIN_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            told, complaints = process.communicate()
        others = Busy.now().others_since(before)
        about = {"peer": self.name, "workload": workload, "N": size}
        if process.returncode:
            last = (complaints.strip().splitlines() or ["it said nothing"])[-1]
            return {**about, "error": last, "others_cpu": others}
        return {**json.loads(told.splitlines()[-1]), "others_cpu": others}


@dataclass(slots=True)
class Record:
    """What was measured: printed at once, and kept if it is to be."""

    kept: Path | None
    lines: list[Line] = field(default_factory=list[Line])

    def tell(self, line: Mapping[str, object]) -> None:
        """Print a line."""
        text = json.dumps(line)
        print(text, flush=True)
        if self.kept is not None:
            with self.kept.open("a") as file:
                file.write(f"{text}\n")


def main() -> int:
    """Measure as the command line says; the exit status is 1 if something could not be."""
    options = _options()
    try:
        engines = [_ours(options.servers), *map(_peer, filter(None, options.peers.split(",")))]
    except NotHere as error:
        print(error, file=sys.stderr)
        return 1
    kept = RESULTS / f"{options.keep}.jsonl" if options.keep else None
    if kept is not None:
        kept.parent.mkdir(exist_ok=True)
        kept.unlink(missing_ok=True)
    record = Record(kept)
    record.tell({"machine": machine(options.servers)})
    sizes = {name: _sizes(options)[name] for name in options.workloads.split(",")}
    for number in range(options.rounds):
        _round(number, engines, sizes, record)
    for line in (*medians(record.lines), *ratios(record.lines, engines[0].name)):
        record.tell(line)
    return int(any("error" in line or line.get("bad") for line in record.lines))


def _round(number: int, engines: Sequence[Engine], sizes: Mapping[str, int], to: Record) -> None:
    """Have every engine do every workload; who begins changes from round to round."""
    first = number % len(engines)
    for workload, size in sizes.items():
        for engine in (*engines[first:], *engines[:first]):
            if workload in NEEDS_DETECTION and not engine.detects_changes:
                continue
            line = {**engine.measure(workload, size), "round": number}
            to.lines.append(line)
            to.tell(line)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--peers", default="", help=f"some of {','.join(RECIPES)}")
    parser.add_argument("--workloads", default=",".join(SIZES), help="W1,W2,... (all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="few events")
    parser.add_argument("--events", type=int, help="so many events in every workload")
    parser.add_argument("--servers", choices=SERVERS, default=SERVERS[0])
    parser.add_argument("--keep", metavar="NAME", help="also write benchmarks/results/NAME.jsonl")
    options = parser.parse_args()
    for name in filter(None, options.peers.split(",")):
        if name not in RECIPES:
            parser.error(f"there is no peer {name}: choose among {', '.join(RECIPES)}")
    for name in options.workloads.split(","):
        if name not in SIZES:
            parser.error(f"there is no workload {name}: choose among {', '.join(SIZES)}")
    return options


def _sizes(options: argparse.Namespace) -> Mapping[str, int]:
    events: int | None = options.events
    if events is not None:
        return dict.fromkeys(SIZES, events)
    return QUICK if options.quick else SIZES


def _ours(servers: str) -> Engine:
    mode = "" if servers == SERVERS[0] else servers
    name = f"llama-{mode}" if mode else "llama"
    return Engine(name, [sys.executable, "-m", "benchmarks.yardstick"], mode=mode)


def _peer(name: str) -> Engine:
    command = [str(python_of(name)), "-m", f"benchmarks.peers.{name}"]
    return Engine(name, command, detects_changes=RECIPES[name].detects_changes)


if __name__ == "__main__":
    sys.exit(main())
