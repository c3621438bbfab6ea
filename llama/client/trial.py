"""Try one handler on given inputs, without events, services or a log.

made = try_handler(Peak, {Skymap: b"..."})
assert made[Peak].content == b"..."
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import orjson

from llama.client.workshop import open_outlet
from llama.domain.digests import canonical_json
from llama.domain.flags import DEFAULT
from llama.domain.handler import (
    Dependency,
    FileHandler,
    Inputs,
    Product,
    dependencies_of,
    is_handler,
    maker_of,
)
from llama.domain.identity import EventTuple
from llama.domain.inputs import InputFile
from llama.domain.outlet import Outlet
from llama.domain.pipeline import in_order
from llama.domain.products import products_of
from llama.domain.resources import is_resource, resource_of


@dataclass(frozen=True, slots=True)
class GivenFile:
    """The content of one input, and its attachments by aspect."""

    content: bytes
    attachments: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def json(self) -> object:
        """Return the content as a JSON value; ValueError if it is none."""
        return orjson.loads(self.content)

    def attachment(self, aspect: str) -> bytes:
        """Return an attachment; KeyError if none of this name was given."""
        if aspect not in self.attachments:
            advice = f"write GivenFile(content, {{{aspect!r}: ...}})"
            raise KeyError(f"no attachment {aspect} was given: {advice}")
        return self.attachments[aspect]


@dataclass(frozen=True, slots=True)
class GivenInputs:
    """Inputs by handler class, the event's flags, the time of the run, and the way to the world."""

    files: Mapping[type[FileHandler], InputFile]
    flags: Mapping[str, bool | str] = field(default_factory=dict[str, bool | str])
    at: datetime | None = None
    notice: str = ""
    to: Outlet | None = None

    @property
    def outlet(self) -> Outlet:
        """The outlet that was given; KeyError if none was."""
        if self.to is None:
            raise KeyError("no outlet was given: say outlet=FOLDER, where it may send to")
        return self.to

    @property
    def now(self) -> datetime:
        """The time that was given; KeyError if none was."""
        if self.at is None:
            raise KeyError("no time of the run was given: say now=datetime(..., tzinfo=UTC)")
        return self.at

    def __getitem__(self, handler: type[FileHandler], /) -> InputFile:
        """Return an input; KeyError if it was not given."""
        if handler not in self.files:
            name = handler.__name__
            raise KeyError(f"no {handler.FILENAME} was given: ask `{name} in` first, or give it")
        return self.files[handler]

    def __contains__(self, handler: type[FileHandler], /) -> bool:
        """Tell whether an input was given."""
        return handler in self.files


Given = TypeVar("Given", bound="type[FileHandler] | str")


def try_handler(
    handler: type[FileHandler],
    inputs: Mapping[Given, object] | None = None,
    *,
    flags: Mapping[str, bool | str] | None = None,
    eventid: str = "S000000a",
    now: datetime | None = None,
    outlet: Outlet | Path | str | None = None,
) -> Mapping[type[FileHandler], Product]:
    """Make a handler's files from given inputs; return the products by class.

    Inputs are given by class, by the class's name or by the file's. Each is a GivenFile (which can
    have attachments), bytes, a text, the Path of a file, or a JSON value. Flags in FLAGS that are
    not given are as in an event that nobody has touched. `now`, an aware time, is that of the run,
    and `outlet`, an outlet or a folder, what it sends to, for handlers that ask for these. Of files
    that are made together, any class stands for all.
    KeyError if an input or a flag is given that the handler does not declare, or an input that it
    needs is not given; TypeError if it is abstract, or makes something else than its files, or an
    input is given twice or by what is none of these, or the time has no zone. Resources of the
    deployment that are not given are read. What `generate` raises comes through.
    """
    maker = maker_of(handler)
    in_order([maker])
    given = _by_class(maker, inputs or {})
    _refuse_unfit(maker, given)
    files = {one: _file(content) for one, content in (_resources(maker, given) | given).items()}
    to = _outlet(maker, outlet, eventid)
    given_inputs = GivenInputs(files, _flags(maker, flags or {}), _in_utc(now), eventid, to)
    return generate(maker, given_inputs, eventid=eventid)


def generate(
    handler: type[FileHandler], inputs: Inputs, *, eventid: str
) -> Mapping[type[FileHandler], Product]:
    """Run `generate` in an empty folder; return the products by class."""
    with tempfile.TemporaryDirectory(prefix="llama-") as rundir:
        instance = handler(EventTuple(eventid, rundir))
        instance.eventdir.mkdir()
        returned = instance.generate(inputs)
        _refuse_litter(instance)
        together = handler.MANIFEST_TYPES
        if returned is None and all(one(instance).fullpath.is_file() for one in together):
            return {one: _written(one(instance)) for one in together}
    products = products_of(instance, returned)
    return {one: products[one.FILENAME] for one in together}


def _written(handler: FileHandler) -> Product:
    content = handler.fullpath.read_bytes()
    return Product(content, handler.aspects_of(content))


def _by_class(
    handler: type[FileHandler], given: Mapping[Given, object]
) -> dict[type[FileHandler], object]:
    declared = [dependency.handler for dependency in dependencies_of(handler)]
    names = {one.__name__: one for one in declared} | {one.FILENAME: one for one in declared}
    found: dict[type[FileHandler], object] = {}
    for key, content in given.items():
        one = names.get(key) if isinstance(key, str) else key
        if one is None:
            known = ", ".join(f"{one.__name__} ({one.FILENAME})" for one in declared) or "nothing"
            raise KeyError(f"{handler.__name__} does not declare {key}: it is made from {known}")
        if not is_handler(one):
            message = f"{one!r} names no input"
            raise TypeError(f"{message}: give a class of handlers, its name or its file's")
        if one in found:
            raise TypeError(f"{one.__name__} is given twice: give it by its class or a name")
        found[one] = content
    return found


def _refuse_unfit(handler: type[FileHandler], given: Mapping[type[FileHandler], object]) -> None:
    declared = {dependency.handler: dependency for dependency in dependencies_of(handler)}
    name = handler.__name__
    for one in given:
        if one not in declared:
            message = f"{name} does not declare {one.__name__}"
            raise KeyError(f"{message}: add it to its DEPENDENCIES, or do not give it")
    for one in filter(_is_required, declared.values()):
        if one.handler not in given:
            raise KeyError(f"{name} needs {one.handler.__name__}: give its content")


def _resources(
    handler: type[FileHandler], given: Mapping[type[FileHandler], object]
) -> dict[type[FileHandler], object]:
    """Read the resources that a handler uses and nobody gives."""
    used = (dependency.handler for dependency in dependencies_of(handler))
    return {one: resource_of(one) for one in used if is_resource(one) and one not in given}


def _flags(handler: type[FileHandler], given: Mapping[str, bool | str]) -> Mapping[str, bool | str]:
    for name in given.keys() - set(handler.FLAGS):
        message = f"{handler.__name__} does not declare the flag {name}"
        raise KeyError(f"{message}: add it to its FLAGS, or do not give it")
    usual = DEFAULT.as_mapping()
    return {name: given.get(name, usual[name]) for name in handler.FLAGS}


def _refuse_litter(instance: FileHandler) -> None:
    """Refuse what a service would refuse: a file that the handler does not declare."""
    declared = {one.FILENAME for one in type(instance).MANIFEST_TYPES}
    for path in instance.eventdir.iterdir():
        if path.name not in declared:
            message = f"{type(instance).__name__} wrote {path.name}, which is none of its files"
            raise TypeError(f"{message}: write {', '.join(sorted(declared))} and nothing else")


def _in_utc(now: datetime | None) -> datetime | None:
    if now is not None and now.tzinfo is None:
        raise TypeError(f"now is {now}, without a zone: add tzinfo=UTC")
    return now and now.astimezone(UTC)


def _outlet(
    handler: type[FileHandler], given: Outlet | Path | str | None, eventid: str
) -> Outlet | None:
    if isinstance(given, Path | str):
        return open_outlet(Path(given), eventid, handler.__name__)
    return given


def _is_required(dependency: Dependency) -> bool:
    return not dependency.optional and not is_resource(dependency.handler)


def _file(content: object) -> InputFile:
    match content:
        case GivenFile():
            return content
        case bytes():
            return GivenFile(content)
        case str():
            return GivenFile(content.encode())
        case Path():
            return GivenFile(content.read_bytes())
        case _:
            return GivenFile(canonical_json(content))
