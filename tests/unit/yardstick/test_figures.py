import os
import subprocess
import sys

from benchmarks.yardstick import meters
from benchmarks.yardstick.medians import medians, ratios
from benchmarks.yardstick.workloads import percentile

BURN = "import time\nwhile time.process_time() < 0.3: pass"


def line(peer: str, number: int, rate: float) -> dict[str, float | int | str]:
    return {"peer": peer, "workload": "W2", "N": 10, "files_per_s": rate, "round": number}


def test_a_median_is_of_the_rounds_of_one_engine_and_workload() -> None:
    rounds = [line("llama", 0, 1.0), line("llama", 1, 5.0), line("llama", 2, 2.0)]

    [found] = medians([*rounds])

    assert (found["files_per_s"], found["medians_of"]) == (2.0, 3)


def test_a_ratio_is_of_what_was_measured_in_the_same_round() -> None:
    ours = [line("llama", 0, 10.0), line("llama", 1, 100.0)]
    theirs = [line("floor", 1, 200.0), line("floor", 0, 20.0)]

    [found] = ratios([*ours, *theirs], "llama")

    assert (found["ratio"], found["files_per_s"]) == ("llama/floor", 0.5)


def test_a_round_that_failed_counts_in_no_median() -> None:
    failed = {"peer": "llama", "workload": "W2", "N": 10, "error": "no Redis", "round": 1}

    [found] = medians([line("llama", 0, 3.0), failed])

    assert (found["files_per_s"], found["medians_of"]) == (3.0, 1)


def test_a_percentile_is_one_of_the_values() -> None:
    assert [percentile([4.0, 1.0, 3.0], percent) for percent in (0, 50, 100)] == [1.0, 3.0, 4.0]


def test_the_time_of_a_child_that_has_ended_counts() -> None:
    before = meters.cpu_s()

    subprocess.run([sys.executable, "-c", BURN], check=True)

    assert meters.cpu_s() - before > 0.2


def test_the_time_of_ended_children_is_that_of_the_part_that_they_were() -> None:
    parts = [meters.Part("parent", "python", ended="children")]
    before = meters.cpu_by_part(parts).get("children", 0.0)

    subprocess.run([sys.executable, "-c", BURN], check=True)

    assert meters.cpu_by_part(parts)["children"] - before > 0.2


def test_this_process_belongs_to_the_family_and_has_memory() -> None:
    assert os.getpid() in meters.family()
    assert 0 < meters.own_pss_mb() <= meters.pss_mb() + 1
