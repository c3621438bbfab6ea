"""Wrong rules, each a change of one place in one module: how the product comes to play with it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[2]


class Unfit(ValueError):
    """A mutant whose snippet is not in its module, or not only once."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one place in one module."""

    name: str
    module: str
    old: str
    new: str
    first: int = 0
    """The seed to begin with: one that has shown it, if few do."""

    @property
    def path(self) -> Path:
        """Where the module is."""
        return ROOT.joinpath(*self.module.split(".")).with_suffix(".py")

    def source(self) -> str:
        """Return the module's text with the change in it; Unfit if it cannot be made."""
        text = self.path.read_text()
        if (times := text.count(self.old)) != 1:
            raise Unfit(
                f"mutant {self.name!r} changes a snippet that stands {times} times in "
                f"{self.module}: write it anew in tests/simulation\n{self.old}"
            )
        return text.replace(self.old, self.new)

    def put_in_place(self) -> None:
        """Have whatever imports the module from here on get the mutant; Unfit if there is none."""
        sys.meta_path.insert(0, _Finder(self))


class _Loader(SourceFileLoader):
    """Loads a mutant, and never the compiled module that lies beside it."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(mutant.path))
        self._source = mutant.source()

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant, self._loader = mutant, _Loader(mutant)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        return spec_from_file_location(fullname, self._mutant.path, loader=self._loader)
