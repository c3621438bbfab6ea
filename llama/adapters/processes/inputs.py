"""The inputs of a run, read from its folder: what the handler declares and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from llama.domain.digests import WHOLE
from llama.domain.handler import Dependency, FileHandler, dependencies_of
from llama.domain.outlet import Outlet


def attachment_name(file: str, aspect: str) -> str:
    """Return the name under which an attached aspect lies beside its file."""
    return f"{file}#{aspect}"


@dataclass(frozen=True, slots=True)
class FolderInput:
    """One input: a file, and its attachments beside it."""

    folder: Path
    dependency: Dependency
    user: str
    """The handler that reads it."""

    @property
    def content(self) -> bytes:
        """All bytes of the file; KeyError if only attachments of it are declared."""
        aspects = self.dependency.aspects
        if WHOLE not in aspects and all(self._attached(aspect).exists() for aspect in aspects):
            name = self.dependency.handler.__name__
            message = f"{self.user} declares only {', '.join(aspects)} of {name}, not its content"
            raise KeyError(f"{message}: add uses({name}) to its DEPENDENCIES")
        return self.path.read_bytes()

    def json(self) -> object:
        """Return the file's content as a JSON value; ValueError if it is none."""
        return orjson.loads(self.content)

    def attachment(self, aspect: str) -> bytes:
        """Return the bytes of an attached aspect; KeyError if undeclared or not attached."""
        name = self.dependency.handler.__name__
        if aspect not in self.dependency.aspects:
            message = f"{self.user} does not declare {aspect} of {name}"
            raise KeyError(f'{message}: add uses({name}, "{aspect}") to its DEPENDENCIES')
        if not self._attached(aspect).exists():
            raise KeyError(f"{aspect} is not attached to this event's {self.path.name}")
        return self._attached(aspect).read_bytes()

    @property
    def path(self) -> Path:
        """Where the file would be."""
        return self.folder / self.dependency.handler.FILENAME

    def _attached(self, aspect: str) -> Path:
        return self.folder / attachment_name(self.dependency.handler.FILENAME, aspect)


class FolderInputs:
    """The declared dependencies of a handler, in a folder."""

    def __init__(
        self,
        user: type[FileHandler],
        folder: Path,
        *,
        flags: Mapping[str, bool | str],
        now: datetime,
        notice: str = "",
        outlet: Outlet | None = None,
    ) -> None:
        self._user = user.__name__
        self._flags = flags
        self._now = now
        self._notice = notice
        self._outlet = outlet
        self._inputs = {
            dependency.handler: FolderInput(folder, dependency, user.__name__)
            for dependency in dependencies_of(user)
        }

    @property
    def flags(self) -> Mapping[str, bool | str]:
        """The event's flags that the handler declares in FLAGS."""
        return self._flags

    @property
    def now(self) -> datetime:
        """The time of this run, in UTC."""
        return self._now

    @property
    def notice(self) -> str:
        """How results name the event's newest notice."""
        return self._notice

    @property
    def outlet(self) -> Outlet:
        """The way to the world; KeyError if this run has none."""
        if self._outlet is None:
            raise KeyError(f"{self._user} can send nothing here: give the runner an outlet")
        return self._outlet

    def __getitem__(self, handler: type[FileHandler], /) -> FolderInput:
        """Return an input; KeyError if it is not declared, or does not exist for this event."""
        if handler not in self:
            raise KeyError(
                f"this event has no {handler.FILENAME}: ask `{handler.__name__} in` first"
            )
        return self._inputs[handler]

    def __contains__(self, handler: type[FileHandler], /) -> bool:
        """Tell whether an input exists for this event; KeyError if it is not declared."""
        if handler not in self._inputs:
            message = f"{self._user} does not declare {handler.__name__}"
            raise KeyError(f"{message}: add uses({handler.__name__}) to its DEPENDENCIES")
        return self._inputs[handler].path.exists()
