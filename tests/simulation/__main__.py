"""Tells the story of one seed, and what it breaks: `python -m tests.simulation SEED`."""

import argparse
import sys

from tests.simulation.seeds import in_silence, play
from tests.simulation.world import World


def main() -> int:
    """Play the seed that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    seed: int = parser.parse_args().seed
    with in_silence():
        world = World(seed)
        found = list(play(world))
    lines = [f"invariant {invariant}: {how}" for invariant, how in found]
    told = [world.told(len(world.story)), *(lines or ["every invariant holds"])]
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
