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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal, TypeGuard

from llama.domain.digests import WHOLE, Digest, any_change
from llama.domain.errors import PipelineError
from llama.domain.identity import Located
from llama.domain.inputs import Inputs
from llama.domain.spelling import refuse_odd_names
from llama.domain.vetoes import Veto


class PermanentError(Exception):
    """These inputs can never give the file: do not try again until an input changes."""


class NotYet(Exception):
    """What the file is made from is not there yet: look again after the cool-down."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """The aspects of another handler's file that a handler uses."""

    handler: "type[FileHandler]"
    aspects: tuple[str, ...]
    optional: bool
    """An optional file may not exist for this event: then the handler does without it."""

    def __post_init__(self) -> None:
        """Refuse what is no handler, and what cannot be the name of an aspect."""
        aspects = (str(one).isidentifier() and str(one).islower() for one in self.aspects)
        if not is_handler(self.handler) or not all(aspects):
            said = ", ".join(map(repr, (self.handler, *self.aspects)))
            raise PipelineError(f"uses({said}): name a FileHandler class, then aspects' names")


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
    valid_until: datetime | None = None
    """When it has to be made again though nothing changed, for example a list of neutrinos that
    was fetched before its window closed; None: it stays valid as long as its inputs. Of several
    files made together the earliest time counts."""


class _Ancestors:
    """Finds the ancestors of a class whenever it is asked: who makes a file may be told later."""

    def __get__(
        self, instance: "FileHandler | None", owner: "type[FileHandler]"
    ) -> "tuple[type[FileHandler], ...]":
        return ancestors_of(owner)


class FileHandler:
    """One file of every event: its name, what it is made from, and how.

    An instance stands for the file of one event: `Peak("S190814bv", "runs").fullpath`.
    """

    FILENAME: ClassVar[str]
    """Name of the file within the event."""
    CODE_VERSION: ClassVar[str] = "0"
    """Raise it when the code gives other results: young events are then made again."""
    DEPENDENCIES: ClassVar[tuple["Dependency | type[FileHandler]", ...]] = ()
    """What the file is made from: classes, or `uses(...)` to say which aspects."""
    MANIFEST_TYPES: ClassVar[tuple["type[FileHandler]", ...]] = ()
    """The classes whose files are made together, the one that makes them first. Declare those
    that are made along; the class itself is added, and they are told."""
    UR_DEPENDENCIES: ClassVar[_Ancestors] = _Ancestors()
    """All ancestors in an order in which they can be made; found from DEPENDENCIES."""
    FLAGS: ClassVar[tuple[str, ...]] = ()
    """Names of the event's flags that are inputs: another value makes the file obsolete."""
    ASPECTS: ClassVar[tuple[str, ...]] = ()
    """Names of the aspects that its file may have, besides `whole`."""
    VETOES: ClassVar[tuple[Veto, ...]] = ()
    """Conditions under which the file is not made; see `llama.domain.vetoes`."""
    TIMEOUT_S: ClassVar[float] = 300.0
    """Seconds after which a run is killed and counts as failed."""
    MAX_ATTEMPTS: ClassVar[int] = 5
    """Failures with the same inputs after which the file has failed for good."""
    COOL_DOWN_S: ClassVar[float] = 2.0
    """Seconds before the first retry: more than zero."""
    COOL_DOWN_FACTOR: ClassVar[float] = 2.0
    """By how much each further cool-down is longer: 1 or more."""
    LONGEST_COOL_DOWN_S: ClassVar[float] = 86400.0
    """Seconds that no cool-down exceeds: what hinders for so long is worth a look every day."""
    RESOURCE_CLASS: ClassVar[Literal["cheap", "heavy"]] = "cheap"
    ONCE: ClassVar[bool] = False
    """Made once: what changes later does not make it obsolete."""
    PUBLISHES: ClassVar[bool] = False
    """Tells the world: it waits while an operator has paused publication."""
    SPEAKS_WHEN_WITHDRAWN: ClassVar[bool] = False
    """Made also of an event that is retracted, or VETOED as a whole: it may have to tell others.
    What it would be made from is not there then: make its dependencies optional, but `Alert`."""

    def __init_subclass__(cls) -> None:
        """Complete what follows from the declaration."""
        super().__init_subclass__()
        refuse_odd_names(cls, FileHandler.__annotations__, found={"UR_DEPENDENCIES"})
        _join(cls)

    def __init__(self, event: str | Located = "", rundir: str | Path = ".") -> None:
        self.eventid = event if isinstance(event, str) else event.eventid
        self.rundir = Path(rundir if isinstance(event, str) else event.rundir)

    @property
    def filename(self) -> str:
        """Name of the file within the event."""
        return self.FILENAME

    @property
    def eventdir(self) -> Path:
        """The event's folder."""
        return self.rundir / self.eventid

    @property
    def fullpath(self) -> Path:
        """Where the event's file is; while it is being made, where `generate` may write it."""
        return self.eventdir / self.FILENAME

    @abstractmethod
    def generate(self, inputs: Inputs) -> object:
        """Make the file from its inputs: the same inputs must give the same bytes.

        Return its content (a Product, bytes, or a text for UTF-8), or a mapping of these by class
        if several MANIFEST_TYPES are made together, or write to `fullpath` and return None.
        PermanentError if these inputs can never give it, NotYet if a remote source has nothing
        yet; any other error is tried again.
        """
        raise NotImplementedError

    def product(self, content: object) -> Product:
        """Return what `generate` returned for one file as a product; TypeError if it is none."""
        match content:
            case Product():
                return content
            case bytes():
                return Product(content, self.aspects_of(content))
            case str():
                return Product(content.encode(), self.aspects_of(content.encode()))
            case _:
                name, kind = type(self).__name__, type(content).__name__
                raise TypeError(f"{name} returned a {kind}: return bytes, a text or a Product")

    @classmethod
    def aspects_of(cls, content: bytes) -> Mapping[str, Digest]:
        """Return the aspects' digests of a file that was written, by `generate` or by hand.

        Where nothing better is known, any change of the bytes is a change of every aspect.
        """
        return any_change(cls.ASPECTS, content)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _identity(other) == _identity(self)

    def __hash__(self) -> int:
        return hash((type(self), *_identity(self)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.eventid!r}, {str(self.rundir)!r})"


def is_handler(value: object) -> TypeGuard[type[FileHandler]]:
    """Tell whether a value is a class of handlers."""
    return isinstance(value, type) and issubclass(value, FileHandler)


def dependencies_of(handler: type[FileHandler]) -> tuple[Dependency, ...]:
    """Return what a handler's file is made from; of a file made along, what the maker uses.

    What is declared of one handler in several places adds up; if one needs it, it is needed.
    """
    found: dict[type[FileHandler], Dependency] = {}
    for declared in maker_of(handler).DEPENDENCIES:
        need = declared if isinstance(declared, Dependency) else uses(declared)
        known = found.setdefault(need.handler, need)
        aspects = dict.fromkeys((*known.aspects, *need.aspects))
        optional = known.optional and need.optional
        found[need.handler] = Dependency(need.handler, tuple(aspects), optional)
    return tuple(found.values())


def maker_of(handler: type[FileHandler]) -> type[FileHandler]:
    """Return the class whose `generate` makes a handler's file: mostly the class itself."""
    return handler.MANIFEST_TYPES[0] if handler.MANIFEST_TYPES else handler


def ancestors_of(handler: type[FileHandler]) -> tuple[type[FileHandler], ...]:
    """Return all that a handler's file is made from, ancestors first.

    With a stack of its own: a chain of handlers may be longer than Python's. It ends in a circle
    too, which is refused where handlers are put in order.
    """
    found: dict[type[FileHandler], None] = {}
    entered, stack = {handler}, [handler]
    while stack:
        needed = _before(stack[-1])
        fresh = next((one for one in needed if one not in entered), None)
        if fresh is None:
            found[stack.pop()] = None
        else:
            entered.add(fresh)
            stack.append(fresh)
    del found[handler]
    return tuple(found)


def _before(handler: type[FileHandler]) -> Iterator[type[FileHandler]]:
    """Go through what a handler's file is made from, each after whoever makes it along."""
    for need in dependencies_of(handler):
        if maker_of(need.handler) is not need.handler:
            yield maker_of(need.handler)
        yield need.handler


def _join(handler: type[FileHandler]) -> None:
    """Tell the classes that are made along who makes them."""
    declared = vars(handler).get("MANIFEST_TYPES", ())
    if not isinstance(declared, tuple | list) or not all(map(is_handler, declared)):
        message = f"{handler.__name__}.MANIFEST_TYPES is {declared!r}"
        raise PipelineError(f"{message}: make it a tuple of FileHandler classes, made by this one")
    along = tuple(one for one in declared if one is not handler)
    for other in along:
        if maker_of(other) is not other and not _is_written_again(maker_of(other), handler):
            message = f"{other.__name__} is made by {maker_of(other).__name__} already"
            raise PipelineError(f"{message}: {handler.__name__} cannot make it too")
    together = (handler, *along)
    for one in together:
        one.MANIFEST_TYPES = together


def _is_written_again(old: type[FileHandler], new: type[FileHandler]) -> bool:
    """Whether a class takes the place of an earlier version of itself, as in a notebook."""
    return (old.__module__, old.__qualname__) == (new.__module__, new.__qualname__)


def _identity(handler: FileHandler) -> tuple[str, Path]:
    return handler.eventid, handler.rundir.absolute()
