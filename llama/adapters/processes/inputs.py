"""The inputs of a run, as its handler reads them: what it declares and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from llama.adapters.processes.protocol import Request
from llama.domain.digests import WHOLE
from llama.domain.handler import Dependency, FileHandler, dependencies_of
from llama.domain.outlet import Outlet


def attachment_name(file: str, aspect: str) -> str:
    """Return the name under which an attached aspect lies beside its file."""
    return f"{file}#{aspect}"


@dataclass(frozen=True, slots=True)
class Given:
    """What a run was given, by name: small files in memory, large ones in a folder."""

    files: Mapping[str, bytes]
    placed: tuple[str, ...]
    folder: str
    """For the large ones, and for small ones that are wanted as files: then it is made."""

    def __contains__(self, name: str) -> bool:
        return name in self.files or name in self.placed

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; FileNotFoundError if it was not given."""
        content = self.files.get(name)
        return Path(self.folder, name).read_bytes() if content is None else content

    def path(self, name: str) -> Path:
        """Return where a file is, or would be; one in memory is written there first."""
        path = Path(self.folder, name)
        content = self.files.get(name)
        if content is not None and not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o444)
        return path


@dataclass(frozen=True, slots=True)
class RunInput:
    """One input: a file, and its attachments."""

    given: Given
    dependency: Dependency
    user: str
    """The handler that reads it."""

    @property
    def content(self) -> bytes:
        """All bytes of the file; KeyError if only attachments of it are declared."""
        aspects = self.dependency.aspects
        if WHOLE not in aspects and all(self._attached(one) in self.given for one in aspects):
            name = self.dependency.handler.__name__
            message = f"{self.user} declares only {', '.join(aspects)} of {name}, not its content"
            raise KeyError(f"{message}: add uses({name}) to its DEPENDENCIES")
        return self.given.read(self._name)

    def json(self) -> object:
        """Return the file's content as a JSON value; ValueError if it is none."""
        return orjson.loads(self.content)

    def attachment(self, aspect: str) -> bytes:
        """Return the bytes of an attached aspect; KeyError if undeclared or not attached."""
        name = self.dependency.handler.__name__
        if aspect not in self.dependency.aspects:
            message = f"{self.user} does not declare {aspect} of {name}"
            raise KeyError(f'{message}: add uses({name}, "{aspect}") to its DEPENDENCIES')
        if self._attached(aspect) not in self.given:
            raise KeyError(f"{aspect} is not attached to this event's {self._name}")
        return self.given.read(self._attached(aspect))

    @property
    def path(self) -> Path:
        """Where the file would be; it is there if it exists for this event."""
        return self.given.path(self._name)

    @property
    def _name(self) -> str:
        return self.dependency.handler.FILENAME

    def _attached(self, aspect: str) -> str:
        return attachment_name(self._name, aspect)


class RunInputs:
    """The declared dependencies of a handler, as a request brings them."""

    def __init__(
        self, user: type[FileHandler], request: Request, outlet: Outlet | None = None
    ) -> None:
        self._user = user.__name__
        self._request = request
        self._outlet = outlet
        self._given = Given(request.files, request.placed, request.inputs)
        self._needs = {need.handler: need for need in dependencies_of(user)}

    @property
    def flags(self) -> Mapping[str, bool | str]:
        """The event's flags that the handler declares in FLAGS."""
        return self._request.flags

    @property
    def now(self) -> datetime:
        """The time of this run, in UTC."""
        return datetime.fromisoformat(self._request.now)

    @property
    def notice(self) -> str:
        """How results name the event's newest notice."""
        return self._request.notice

    @property
    def outlet(self) -> Outlet:
        """The way to the world; KeyError if this run has none."""
        if self._outlet is None:
            raise KeyError(f"{self._user} can send nothing here: give the runner an outlet")
        return self._outlet

    def __getitem__(self, handler: type[FileHandler], /) -> RunInput:
        """Return an input; KeyError if it is not declared, or does not exist for this event."""
        if handler not in self:
            raise KeyError(
                f"this event has no {handler.FILENAME}: ask `{handler.__name__} in` first"
            )
        return RunInput(self._given, self._needs[handler], self._user)

    def __contains__(self, handler: type[FileHandler], /) -> bool:
        """Tell whether an input exists for this event; KeyError if it is not declared."""
        if handler not in self._needs:
            message = f"{self._user} does not declare {handler.__name__}"
            raise KeyError(f"{message}: add uses({handler.__name__}) to its DEPENDENCIES")
        return handler.FILENAME in self._given
