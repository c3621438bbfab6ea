"""All benchmarks, or those that are named: `python -m benchmarks decisions`."""

import argparse
import subprocess
import sys

BENCHMARKS = (
    "alerts",
    "as_of",
    "background",
    "changes",
    "decisions",
    "history",
    "projector",
    "questions",
    "rebuild",
    "runs",
    "significance",
    "simulation",
    "subscribers",
)


def main() -> int:
    """Run benchmarks, each in a process of its own; each prints lines of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(BENCHMARKS)}; all if none")
    names = parser.parse_args().names or BENCHMARKS
    for unknown in set(names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {unknown}: choose among {', '.join(BENCHMARKS)}")
    runs = [subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]) for name in names]  # noqa: PLW1510
    return max(run.returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main())
