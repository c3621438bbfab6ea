"""The workloads: what is done with an engine, and what is measured of it."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.yardstick import dag, meters
from benchmarks.yardstick.dag import REACHED, Change
from benchmarks.yardstick.engine import Engine, Scene
from benchmarks.yardstick.run_log import Run, runs_in

PAUSE_S = 0.05
"""Between two events of W1."""
IDLE_S = 30.0
"""For how long nothing is done, to see what that costs."""
LOOKS, QUERIES = 3, 9
VETOED_EVERY = 10
WARM_UPS = range(900_000, 900_003)
REST_S = 2.0
VERIFIED = 200
"""Events whose bytes are compared, of more a sample."""

Figures = dict[str, float | int | str]


@dataclass(slots=True)
class Bench:
    """An engine that runs, and how far its handlers' log had come."""

    engine: Engine
    scene: Scene

    def runs_before(self) -> int:
        """Return how many runs there were so far."""
        return len(runs_in(self.scene.runs))

    def runs_since(self, before: int) -> Sequence[Run]:
        """Return the runs since then."""
        return runs_in(self.scene.runs, skip=before)

    def made_at(self, numbers: Sequence[int], runs: Sequence[Run]) -> Mapping[int, float]:
        """Return when each event had its last file."""
        told = self.engine.made_at(numbers)
        if told is not None:
            return told
        ended: dict[str, float] = {}
        for run in runs:
            ended[run.event] = max(ended.get(run.event, 0.0), run.ended)
        return {number: ended[dag.event(number)] for number in numbers}


def latency(bench: Bench, size: int) -> Figures:
    """W1: one event after the other, each after the one before is made and a pause."""
    for number in WARM_UPS:
        bench.engine.many([number])
    bench.engine.settle()
    parts, before = meters.cpu_by_part(bench.engine.parts), bench.runs_before()
    begun: list[float] = []
    returned: list[float] = []
    after: list[Mapping[str, float]] = []
    for number in range(size):
        begun.append(time.monotonic())
        bench.engine.many([number])
        returned.append((time.monotonic() - begun[-1]) * 1000)
        rest = time.monotonic() + PAUSE_S
        after.append(bench.engine.settle())
        time.sleep(max(0.0, rest - time.monotonic()))
    by_part = _since(parts, meters.cpu_by_part(bench.engine.parts))
    runs = bench.runs_since(before)
    made = bench.made_at(range(size), runs)
    times = [(made[number] - begun[number]) * 1000 for number in range(size)]
    delays = [_delays(moments, made[number]) for number, moments in enumerate(after)]
    return {
        "p50_ms": round(percentile(times, 50), 2),
        "p99_ms": round(percentile(times, 99), 2),
        "max_ms": round(max(times), 2),
        "return_p50_ms": round(percentile(returned, 50), 2),
        "cpu_ms_per_event": round(sum(by_part.values()) / size * 1000, 2),
        **{f"{part}_cpu_ms_per_event": round(s / size * 1000, 2) for part, s in by_part.items()},
        **_percentiles_of(delays),
        **_runs(runs, len(dag.INPUTS) * size),
        "bad": bad_files(bench.engine, range(size)),
    }


def burst(bench: Bench, size: int) -> Figures:
    """W2: all events at once."""
    bench.engine.many(WARM_UPS)
    bench.engine.settle()
    parts, before = meters.cpu_by_part(bench.engine.parts), bench.runs_before()
    begun = time.monotonic()
    bench.engine.many(range(size))
    returned = time.monotonic()
    after = bench.engine.settle()
    by_part = _since(parts, meters.cpu_by_part(bench.engine.parts))
    used, runs = sum(by_part.values()), bench.runs_since(before)
    made = max(bench.made_at(range(size), runs).values())
    files, wall, handlers = len(dag.INPUTS) * size, made - begun, sum(run.cpu_s for run in runs)
    return {
        "wall_s": round(wall, 3),
        "return_s": round(returned - begun, 3),
        "files_per_s": round(files / wall, 1),
        "cpu_s": round(used, 3),
        "handler_cpu_s": round(handlers, 3),
        "overhead_cpu_ms_per_file": round((used - handlers) / files * 1000, 3),
        **{f"{name}_ms": value for name, value in _delays(after, made).items()},
        **{f"{part}_cpu_ms_per_event": round(s / size * 1000, 2) for part, s in by_part.items()},
        **_runs(runs, files),
        "bad": bad_files(bench.engine, range(size)),
    }


def _since(before: Mapping[str, float], after: Mapping[str, float]) -> Mapping[str, float]:
    return {part: used - before.get(part, 0.0) for part, used in after.items()}


def follow_change(bench: Bench, size: int, *, change: Change) -> Figures:
    """W3: all is made; then the side input of every event is written anew."""
    numbers = range(size)
    bench.engine.many(numbers)
    bench.engine.settle()
    bench.engine.change(numbers, change)
    before, cpu, begun = bench.runs_before(), meters.cpu_s(), time.monotonic()
    bench.engine.update(numbers, change)
    wall = time.monotonic() - begun
    # What is run in vain may come late: it counts, too.
    after = bench.engine.settle()
    used, runs = meters.cpu_s() - cpu, bench.runs_since(before)
    return {
        "wall_s": round(wall, 3),
        "ms_per_event": round(wall / size * 1000, 3),
        "cpu_s": round(used, 3),
        "handler_cpu_s": round(sum(run.cpu_s for run in runs), 3),
        **{f"{name}_ms": value for name, value in _delays(after, begun + wall).items()},
        **_runs(runs, len(REACHED[change]) * size),
        "bad": bad_files(bench.engine, numbers),
    }


def up_to_date(bench: Bench, size: int) -> Figures:
    """W4: all is made; how long it takes to know that, and to answer a question."""
    numbers = range(size)
    bench.engine.prepare(numbers, [number for number in numbers if not number % VETOED_EVERY])
    before, cpu = bench.runs_before(), meters.cpu_s()
    looks = [_seconds(lambda: bench.engine.look(numbers)) for _ in range(LOOKS)]
    used, runs = meters.cpu_s() - cpu, bench.runs_since(before)
    answers: list[int | None] = []
    asking = [_seconds(lambda: answers.append(bench.engine.query())) for _ in range(QUERIES)]
    asked: Figures = {
        "query_ms": round(statistics.median(asking) * 1000, 3),
        "query_first_ms": round(asking[0] * 1000, 3),
        "query_n": answers[-1] or 0,
    }
    return {
        "noop_s": round(statistics.median(looks), 4),
        "noop_first_s": round(looks[0], 4),
        "noop_cpu_s": round(used / LOOKS, 3),
        **_runs(runs, 0),
        **({} if answers[-1] is None else asked),
    }


def memory(bench: Bench, size: int) -> Figures:
    """W5: memory and CPU at rest, and the most memory under W2."""
    bench.engine.many(WARM_UPS)
    bench.engine.settle()
    time.sleep(REST_S)
    rest, driver = meters.pss_mb(), meters.own_pss_mb()
    before, begun = meters.cpu_by_part(bench.engine.parts), time.monotonic()
    time.sleep(IDLE_S)
    idle, seconds = _since(before, meters.cpu_by_part(bench.engine.parts)), time.monotonic() - begun
    with meters.watching_memory() as peak:
        bench.engine.many(range(size))
        bench.engine.settle()
    return {
        "pss_rest_mb": round(rest, 1),
        "pss_driver_mb": round(driver, 1),
        "pss_peak_mb": round(peak.mb, 1),
        "idle_cpu_percent": round(sum(idle.values()) / seconds * 100, 2),
        **{f"idle_{part}_percent": round(s / seconds * 100, 2) for part, s in idle.items()},
        "bad": bad_files(bench.engine, range(size)),
    }


def _seconds(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent are not above, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]


def bad_files(engine: Engine, numbers: Sequence[int]) -> int:
    """Return how many files are not what the pipeline demands, of a sample if there are many."""
    chosen = sorted(random.Random(1).sample(list(numbers), min(VERIFIED, len(numbers))))
    return sum(_bad_of(engine.files(number)) for number in chosen)


def _bad_of(files: Mapping[str, bytes]) -> int:
    outside = {name: files.get(name, b"{}") for name in dag.OUTSIDE}
    if outside.keys() - files.keys():
        return len(dag.INPUTS)
    return sum(files.get(name) != content for name, content in dag.all_made(outside).items())


def _runs(runs: Sequence[Run], least: int) -> Figures:
    return {"runs": len(runs), "min_runs": least}


def _delays(moments: Mapping[str, float], made: float) -> dict[str, float]:
    """Return how long after the last file everything else was there, in ms."""
    return {
        f"{name}_after": round(max(0.0, moment - made) * 1000, 2)
        for name, moment in moments.items()
    }


def _percentiles_of(delays: Sequence[Mapping[str, float]]) -> Figures:
    figures: Figures = {}
    for name in delays[0]:
        values = [one[name] for one in delays]
        figures[f"{name}_p50_ms"] = statistics.median(values)
        figures[f"{name}_max_ms"] = max(values)
    return figures
