"""Criteria by which an event's files are picked: what they are, and how they stand now."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias, TypedDict

from llama.domain.assessment import Assessment, Status
from llama.domain.attempts import failure_of
from llama.domain.handler import FileHandler, dependencies_of, maker_of
from llama.domain.needs import Assessor
from llama.domain.states import EventState

Kind: TypeAlias = "type[FileHandler] | Iterable[type[FileHandler]]"
Handler: TypeAlias = "FileHandler | type[FileHandler]"
Handlers: TypeAlias = "Handler | Iterable[Handler]"
Words: TypeAlias = "str | Iterable[str]"


class FileCriteria(TypedDict, total=False):
    """What FileGraph.downselect can be asked; each takes one value or several, any of which do."""

    equals: FileHandler | Iterable[FileHandler]
    """Exactly this handler of this event."""
    instanceof: Kind
    """Of this class or one derived from it."""
    type: Kind
    """Of this very class."""
    typename: Words
    """The class has this name."""
    extension: Words
    """The file's name ends with a dot and this."""
    startswith: Words
    """The file's name begins so."""
    endswith: Words
    """The file's name ends so."""
    inname: Words
    """The file's name has this in it."""
    nameis: Words
    """The file has this name."""
    depends: Handlers
    """Made directly from this."""
    ancestor: Handlers
    """This is made from it, directly or not."""
    descendent: Handlers
    """Made from this, directly or not."""
    subgraph: Handlers
    """This itself, or what it is made from."""
    dependsname: Words
    """Made directly from a handler of this name."""
    dependsfile: Words
    """Made directly from a file of this name."""
    exists: bool
    """The file is there and may be shown."""
    cooldown: bool
    """The last run failed, and the next one has to wait."""
    intent: bool
    """A run is wanted, be it now or after the cool-down."""
    vetoed: bool
    """It, or the whole event, is vetoed."""
    urvetoed: bool
    """Something that it is made from is vetoed."""
    obsolete: bool
    """It, or something that it is made from, is obsolete."""
    selfobsolete: bool
    """It is there, and has to be made again: its own inputs or code have changed since."""
    depsmet: bool
    """All that it is made from is there and current."""
    needregen: bool
    """It can and must be made now."""


class Selection(FileCriteria, total=False):
    """Criteria, and how they are put together."""

    invert: bool
    """Take the others instead."""
    reducer: Callable[[Iterable[object]], bool]
    """`all` or `any` of the criteria have to be met."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A handler of an event, and how it and its ancestors stand."""

    handler: FileHandler
    assessor: Assessor
    now: datetime

    @property
    def own(self) -> Assessment | None:
        """Its assessment; None if the event's pipeline does not have it."""
        return self.of(type(self.handler))

    @property
    def ancestors(self) -> list[Assessment]:
        """The assessments of all that it is made from."""
        known = [self.of(one) for one in self.handler.UR_DEPENDENCIES]
        return [one for one in known if one is not None]

    def of(self, handler: type[FileHandler]) -> Assessment | None:
        """Assess another handler of the event."""
        return self.assessor.named(maker_of(handler).__name__)

    def has(self, *statuses: Status) -> bool:
        """Tell whether its status is one of these."""
        return self.own is not None and self.own.status in statuses


def refuse_unknown(criteria: Iterable[str]) -> None:
    """Raise TypeError if there is no such criterion."""
    for criterion in criteria:
        if criterion not in {*_FIXED, *_LIVE}:
            known = ", ".join(sorted({*_FIXED, *_LIVE}))
            raise TypeError(f"there is no criterion {criterion}: use one of {known}")


def refuse_unknown_names(selection: Selection, files: Mapping[str, str]) -> None:
    """Raise ValueError if a selection names a class or a file that there is not.

    `files`: the files that there are, by class name.
    """
    for criterion, what, known in (
        ("typename", "class", files.keys()),
        ("dependsname", "class", files.keys()),
        ("nameis", "file", files.values()),
        ("dependsfile", "file", files.values()),
    ):
        given = selection.get(criterion)
        # What can be gone through only once is left to the selection itself.
        for name in () if given is None or isinstance(given, Iterator) else _several(given):
            if name not in known:
                message = f"{criterion}={name!r}: the event has no such {what}"
                raise ValueError(f"{message}, but {', '.join(known)}: correct the name")


def are_named(selection: Selection) -> bool:
    """Tell whether a selection says which files are meant, and not only how they stand."""
    if selection.get("invert"):
        return False
    named = any(selection.get(criterion) is not None for criterion in _FIXED)
    return named or bool(selection.get("cooldown"))


def values_of(criteria: Mapping[str, object]) -> dict[str, object]:
    """Return the criteria that say something, each with its values at hand to be looked at often.

    None stands for a criterion that is not given.
    """
    return {
        name: value if name in _LIVE else tuple(_several(value))
        for name, value in criteria.items()
        if value is not None
    }


def meets(standing: Standing, criterion: str, value: object) -> bool:
    """Tell whether a handler meets a criterion, one that there is."""
    if criterion in _LIVE:
        return _LIVE[criterion](standing) is bool(value)
    return any(_FIXED[criterion](standing.handler, one) for one in _several(value))


def _several(value: object) -> Iterable[object]:
    if isinstance(value, Iterable) and not isinstance(value, str | type | FileHandler):
        return value
    return (value,)


def _class(value: object) -> type[FileHandler]:
    if isinstance(value, FileHandler):
        return type(value)
    if isinstance(value, type) and issubclass(value, FileHandler):
        return value
    raise TypeError(f"{value!r} is no FileHandler: give a handler or its class")


def _direct(handler: FileHandler) -> set[type[FileHandler]]:
    return {dependency.handler for dependency in dependencies_of(type(handler))}


def _exists(standing: Standing) -> bool:
    own = standing.own
    is_there = standing.assessor.state.tree_file(standing.handler.FILENAME) is not None
    return is_there and not (own is not None and own.is_hidden)


def _is_obsolete(standing: Standing) -> bool:
    family = [standing.own, *standing.ancestors]
    return any(_is_itself_obsolete(one, standing.assessor.state) for one in family if one)


def _is_itself_obsolete(one: Assessment, state: EventState) -> bool:
    """Whether there are files that are to be made again, be it that this has failed so far."""
    if one.status is Status.FROZEN:
        return False
    in_vain = one.status in {Status.COOLING, Status.FAILED} and all(
        state.tree_file(file) for file in one.handler.files
    )
    return one.status is Status.OBSOLETE or bool(one.changes) or in_vain


def _is_cooling(standing: Standing) -> bool:
    own = standing.own
    need = own.need if own else None
    failure = failure_of(standing.assessor.state, need.handler.name, need.id) if need else None
    return standing.has(Status.COOLING) and bool(
        failure and failure.retry_at and failure.retry_at > standing.now
    )


def _are_dependencies_met(standing: Standing) -> bool:
    needed = dependencies_of(type(standing.handler))
    known = [(standing.of(one.handler), one.optional) for one in needed]
    met = {Status.CURRENT, Status.FROZEN}
    settled = {Status.MASKED, Status.VETOED, Status.FAILED, Status.BLOCKED}
    return all(
        one is not None and (one.status in met or (optional and one.status in settled))
        for one, optional in known
    )


def _needs_making(standing: Standing) -> bool:
    own = standing.own
    return own is not None and own.is_wanted and not _is_cooling(standing)


_FIXED: Mapping[str, Callable[[FileHandler, object], bool]] = MappingProxyType(
    {
        "equals": lambda handler, other: handler == other,
        "instanceof": lambda handler, kind: isinstance(handler, _class(kind)),
        "type": lambda handler, kind: _class(kind) is type(handler),
        "typename": lambda handler, name: type(handler).__name__ == name,
        "extension": lambda handler, text: handler.FILENAME.endswith(
            f".{str(text).removeprefix('.')}"
        ),
        "startswith": lambda handler, text: handler.FILENAME.startswith(str(text)),
        "endswith": lambda handler, text: handler.FILENAME.endswith(str(text)),
        "inname": lambda handler, text: str(text) in handler.FILENAME,
        "nameis": lambda handler, text: text == handler.FILENAME,
        "depends": lambda handler, other: _class(other) in _direct(handler),
        "ancestor": lambda handler, other: type(handler) in _class(other).UR_DEPENDENCIES,
        "descendent": lambda handler, other: _class(other) in handler.UR_DEPENDENCIES,
        "subgraph": lambda handler, other: (
            type(handler) in (_class(other), *_class(other).UR_DEPENDENCIES)
        ),
        "dependsname": lambda handler, name: name in {one.__name__ for one in _direct(handler)},
        "dependsfile": lambda handler, name: name in {one.FILENAME for one in _direct(handler)},
    }
)
_LIVE: Mapping[str, Callable[[Standing], bool]] = MappingProxyType(
    {
        "exists": _exists,
        "cooldown": _is_cooling,
        "intent": lambda standing: standing.own is not None and standing.own.is_wanted,
        "vetoed": lambda standing: standing.has(Status.VETOED),
        "urvetoed": lambda standing: any(one.status is Status.VETOED for one in standing.ancestors),
        "obsolete": _is_obsolete,
        "selfobsolete": lambda standing: (
            standing.own is not None and _is_itself_obsolete(standing.own, standing.assessor.state)
        ),
        "depsmet": _are_dependencies_met,
        "needregen": _needs_making,
    }
)
