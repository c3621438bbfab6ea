"""Building a set: chunk by chunk, in several processes, again and again from where it stopped."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llama.handlers.background.arrays import from_npz, to_npz
from llama.handlers.background.processes import results
from llama.handlers.background.sets import BackgroundSet
from llama.handlers.background.trials import Chunk, Recipe, simulated

CHUNK = 1000
"""Trials of a chunk: each chunk has random numbers of its own."""
_ARRAYS = frozenset({"odds", "counts", "track_odds"})
Told = Callable[[int], None]
"""Called with the number of trials whenever some more are there."""


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk to be made, and the file in which it is kept until the set is complete."""

    recipe: Recipe
    chunk: int
    count: int
    folder: Path

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return self.folder / f"{self.chunk:06}-{self.count}.npz"

    def made(self) -> Chunk | None:
        """Read it; None if it is not there, or not whole."""
        try:
            said, arrays = from_npz(self.path.read_bytes(), _ARRAYS)
        except (FileNotFoundError, ValueError):
            return None
        counts = arrays["counts"].astype(np.int64)
        whole = said == self.recipe.digest() and len(counts) == self.count
        return Chunk(arrays["odds"], counts, arrays["track_odds"]) if whole else None

    def make(self) -> int:
        """Simulate and keep it; return how many trials it has."""
        found = simulated(self.recipe, self.chunk, self.count)
        arrays = {
            "odds": found.odds,
            "counts": found.counts.astype(np.float64),
            "track_odds": found.track_odds,
        }
        written(self.path, to_npz(self.recipe.digest(), arrays))
        return self.count


def built(
    recipe: Recipe, trials: int, folder: Path, *, jobs: int = 1, told: Told | None = None
) -> BackgroundSet:
    """Return the set of so many trials; parts of it are kept in a folder until it is complete.

    The set is the same however many processes are at work and however often it was interrupted. The
    parts stay: who keeps the set removes them. Misconfigured if there is no population.
    """
    parts = list(parts_of(recipe, trials, folder))
    missing = [part for part in parts if part.made() is None]
    done = trials - sum(part.count for part in missing)
    tell = told or (lambda _: None)
    tell(done)
    for _, count in results([part.make for part in missing], jobs):
        done += count
        tell(done)
    chunks = [found for part in parts if (found := part.made()) is not None]
    odds = np.concatenate([one.odds for one in chunks])
    track_odds = np.concatenate([one.track_odds for one in chunks])
    return BackgroundSet.of(recipe.key, recipe.made, odds, track_odds)


def parts_of(recipe: Recipe, trials: int, folder: Path) -> Iterator[Part]:
    """Cut trials into chunks."""
    place = folder / recipe.digest()
    for chunk, first in enumerate(range(0, trials, CHUNK)):
        yield Part(recipe, chunk, min(CHUNK, trials - first), place)


def kept(recipe: Recipe, trials: int, folder: Path) -> int:
    """Return how many trials were simulated already."""
    return sum(part.count for part in parts_of(recipe, trials, folder) if part.made())


def written(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
