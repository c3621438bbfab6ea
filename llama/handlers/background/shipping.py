"""Makes the small sets of the package: `python -m llama.handlers.background.shipping`.

They let a new installation give p-values at once. Their odds belong to today's parameters of the
search and figures of the detector: whoever changes these makes them again.
"""

import sys
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import get_args

from llama.handlers.background.building import built
from llama.handlers.background.key import Kind, Search
from llama.handlers.background.store import Store
from llama.handlers.background.trials import Recipe
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.neutrinos.detector import detector_named

TRIALS = 4000
SEED = 20260101
FOLDER = Path(__file__).parent / "shipped"


def recipes() -> Sequence[Recipe]:
    """Return what the package's sets are made by: each search for real and for mock events.

    Every trial has a map of its own: so few trials are to know as much as they can.
    """
    gfu, settings, network = detector_named("gfu"), SearchSettings(), ("H1", "L1")
    return [
        Recipe(search, "CBC", network, gfu, settings, seed=SEED, trials_per_map=1, kind=kind)
        for search, kind in product(get_args(Search), get_args(Kind))
    ]


def main() -> int:
    """Make the sets anew, in two processes, and put them into the package."""
    with tempfile.TemporaryDirectory() as parts:
        sets = [built(recipe, TRIALS, Path(parts), jobs=2) for recipe in recipes()]
    for old in FOLDER.glob("*.npz"):
        old.unlink()
    for background in sets:
        sys.stdout.write(f"{Store(FOLDER).add(background).name}: {background.key.words()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
