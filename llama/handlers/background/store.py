"""Where sets are: those of the package, and those of a folder."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from llama.handlers.background.arrays import MAX_BYTES
from llama.handlers.background.building import written
from llama.handlers.background.key import Key
from llama.handlers.background.sets import BackgroundSet
from llama.handlers.background.trials import Recipe

PARTS = "unfinished"
"""The folder, within that of the sets, of what was simulated for sets that are not complete."""


@dataclass(frozen=True, slots=True)
class Found:
    """The sets of a folder, and the files that are none."""

    sets: dict[str, BackgroundSet]
    """By the file's name."""
    refused: dict[str, str]
    """By the file's name: why."""


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of sets, each in a file of its own that is never written to again."""

    folder: Path

    @property
    def parts(self) -> Path:
        """The folder for sets that are being built."""
        return self.folder / PARTS

    def add(self, background: BackgroundSet) -> Path:
        """Keep a set; return its file."""
        path = self.folder / file_name(background)
        written(path, background.content)
        return path

    def clear(self, recipe: Recipe) -> None:
        """Remove what was kept of the trials of a recipe while its set was being built."""
        shutil.rmtree(self.parts / recipe.digest(), ignore_errors=True)
        if self.parts.is_dir() and not any(self.parts.iterdir()):
            self.parts.rmdir()

    def found(self) -> Found:
        """Read all sets, in the order of their names; a folder that is not there has none."""
        sets: dict[str, BackgroundSet] = {}
        refused: dict[str, str] = {}
        for path in sorted(self.folder.glob("*.npz")):
            try:
                sets[path.name] = _read(path)
            except (OSError, ValueError) as error:
                refused[path.name] = str(error).splitlines()[0]
        return Found(sets, refused)


def package_sets() -> dict[str, BackgroundSet]:
    """Return the small sets that come with the package, by the names of their files."""
    folder = files("llama.handlers.background").joinpath("shipped")
    there = sorted((one for one in folder.iterdir()), key=lambda one: one.name)
    return {
        one.name: BackgroundSet.from_bytes(one.read_bytes())
        for one in there
        if one.name.endswith(".npz")
    }


def best(sets: Iterable[BackgroundSet], key: Key) -> BackgroundSet | None:
    """Return the set of a key that has most trials; of several, that of the lowest digest."""
    fitting = [one for one in sets if one.key == key]
    return min(fitting, key=lambda one: (-one.trials, one.digest), default=None)


def file_name(background: BackgroundSet) -> str:
    """Return how a set's file is called."""
    return f"{background.key.file_stem()}-{background.digest[:12]}.npz"


def _read(path: Path) -> BackgroundSet:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    return BackgroundSet.from_bytes(path.read_bytes())
