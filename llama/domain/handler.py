"""A FileHandler says which file must exist, what it is made from, and how to make it.

A scientist adds a data product by subclassing `FileHandler`:

    class Peak(FileHandler):
        FILENAME = "peak.json"
        CODE_VERSION = "1"
        DEPENDENCIES = (uses(Skymap, "pixels"),)

        def generate(self, inputs: Inputs) -> Product:
            return Product(json.dumps(peak_of(inputs[Skymap].content)).encode())
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from llama.domain.digests import WHOLE, Digest


class PermanentError(Exception):
    """These inputs can never give the file: do not try again until an input changes."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """The aspects of another handler's file that a handler uses."""

    handler: "type[FileHandler]"
    aspects: tuple[str, ...]
    optional: bool
    """An optional file may not exist for this event: then the handler does without it."""


def uses(handler: "type[FileHandler]", *aspects: str, optional: bool = False) -> Dependency:
    """Depend on some aspects of a file (all of its bytes, if none is named).

    The handler runs again only when the digest of one of these aspects changes.
    """
    return Dependency(handler, aspects or (WHOLE,), optional)


@dataclass(frozen=True, slots=True)
class Product:
    """The bytes of one made file and the digests of its named aspects.

    An aspect is a part of the content that consumers can depend on by itself. Its digest is
    made from canonical content: equal meaning gives an equal digest.
    """

    content: bytes
    aspects: Mapping[str, Digest] = field(default_factory=dict[str, Digest])


class InputFile(Protocol):
    """One input of a run, as the handler reads it."""

    @property
    def content(self) -> bytes:
        """All bytes of the file."""
        ...

    def attachment(self, aspect: str) -> bytes:
        """Return the bytes of an aspect that the file carries as an attachment."""
        ...


class Inputs(Protocol):
    """The declared dependencies of a run, by handler class."""

    def __getitem__(self, handler: "type[FileHandler]", /) -> InputFile:
        """Return the input; KeyError if an optional one does not exist for this event."""
        ...

    def __contains__(self, handler: "type[FileHandler]", /) -> bool:
        """Tell whether an (optional) input exists for this event."""
        ...


class FileHandler:
    """One file of every event: its name, what it is made from, and how."""

    FILENAME: ClassVar[str]
    """Name of the file within the event."""
    CODE_VERSION: ClassVar[str] = "0"
    """Raise it when the code gives other results: young events are then made again."""
    DEPENDENCIES: ClassVar[tuple[Dependency, ...]] = ()
    ASPECTS: ClassVar[tuple[str, ...]] = ()
    """Names of the aspects that its file may have, besides `whole`."""
    TIMEOUT_S: ClassVar[float] = 300.0
    """Seconds after which a run is killed and counts as failed."""
    MAX_ATTEMPTS: ClassVar[int] = 5
    """Failures with the same inputs after which the file has failed for good."""
    COOL_DOWN_S: ClassVar[float] = 2.0
    """Seconds before the first retry; doubles with every further one."""
    RESOURCE_CLASS: ClassVar[Literal["cheap", "heavy"]] = "cheap"

    @abstractmethod
    def generate(self, inputs: Inputs) -> Product:
        """Make the file from its inputs: the same inputs must give the same bytes."""
        raise NotImplementedError


class TriggeredHandler(FileHandler):
    """A file that comes from outside, with a notice: nobody can make it."""

    def generate(self, inputs: Inputs) -> Product:
        """Refuse: such a file arrives, it is never made."""
        raise PermanentError(f"{self.FILENAME} comes with a notice and cannot be made")
