"""Refuses declarations of handlers that are no good, by the words in which they were written."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from llama.domain.digests import WHOLE
from llama.domain.errors import PipelineError
from llama.domain.handler import Dependency, FileHandler, is_handler, maker_of
from llama.domain.kinds import ResourceHandler
from llama.domain.vetoes import Veto
from schemas.files import FLAGS, MONTH_S, AspectName, HandlerName, HandlerSpec
from schemas.flags import FlagName

_ASPECTS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[AspectName, ...])
_NAME: TypeAdapter[str] = TypeAdapter(HandlerName)
_SAMPLE: Mapping[str, object] = MappingProxyType({"name": "Any", "files": ("any",), "code": "0"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """What an attribute may be."""

    fits: Callable[[object], bool]
    right: str
    """Says what would be right."""


def refuse_odd_declaration(handler: object) -> None:
    """Raise PipelineError if a class is no handler, or says what no handler can say.

    The error names the class, the attribute, its value and what would be right.
    """
    if not is_handler(handler):
        raise PipelineError(f"{handler!r} is no FileHandler class: a pipeline is made of classes")
    name = handler.__name__
    if not _is_valid(_NAME, name):
        message = f"the class {name} is no name for a handler"
        raise PipelineError(f"{message}: use up to 128 letters (a to z), digits and underscores")
    if not hasattr(handler, "FILENAME"):
        raise PipelineError(f"{name} has no FILENAME: give its file a name")
    for attribute, rule in _RULES.items():
        value = getattr(handler, attribute)
        if not rule.fits(value):
            raise PipelineError(f"{name}.{attribute} is {value!r}: {rule.right}")
    _refuse_abstract(handler)
    if issubclass(handler, ResourceHandler):
        _refuse_made(handler)


def _refuse_made(handler: type[FileHandler]) -> None:
    """Refuse a resource that is declared as if each event had one of its own."""
    for attribute in ("DEPENDENCIES", "FLAGS", "ASPECTS", "VETOES"):
        if value := getattr(handler, attribute):
            message = f"{handler.__name__}.{attribute} is {value!r}"
            raise PipelineError(f"{message}: leave it empty, a resource is not made for an event")
    if (handler,) != handler.MANIFEST_TYPES:
        message = f"{handler.__name__} is made together with others"
        raise PipelineError(f"{message}: leave it by itself, a resource is not made")


def _refuse_abstract(handler: type[FileHandler]) -> None:
    left = [
        method
        for method in dir(handler)
        if getattr(getattr(handler, method, None), "__isabstractmethod__", False)
    ]
    if left and maker_of(handler) is handler:
        name = handler.__name__
        raise PipelineError(f"{name} is abstract: it does not say how to {', '.join(left)}")


def _as(field: str, *kinds: type) -> Callable[[object], bool]:
    """Return whether a value is of some kinds and can stand in a field of a manifest."""

    def fits(value: object) -> bool:
        if isinstance(value, bool) and bool not in kinds:
            return False
        if not isinstance(value, kinds) or (isinstance(value, float) and not math.isfinite(value)):
            return False
        try:
            HandlerSpec.model_validate({**_SAMPLE, field: value})
        except ValidationError:
            return False
        return True

    return fits


def _is_valid(adapter: TypeAdapter[str] | TypeAdapter[tuple[str, ...]], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _is_file_name(value: object) -> bool:
    return isinstance(value, str) and value != FLAGS and _as("files", tuple)((value,))


def _are_aspects(value: object) -> bool:
    is_listed = isinstance(value, tuple | list)
    return is_listed and _is_valid(_ASPECTS, value) and WHOLE not in value


def _all_are(kind: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, tuple | list) and all(map(kind, value))


def _is_dependency(value: object) -> bool:
    needed = value.handler if isinstance(value, Dependency) else value
    return is_handler(needed) and hasattr(needed, "FILENAME")


_FILE_NAME = (
    "make it a file's name without folders, of up to 128 ASCII letters, digits, '.', '_' and '-' "
    f"that begins with none of the last two ({FLAGS!r}: that stands for the event's flags)"
)
_COOL_DOWN = f"make it seconds above 0, at most {MONTH_S:.0f}, such as 60.0"
_RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        "FILENAME": _Rule(_is_file_name, _FILE_NAME),
        "CODE_VERSION": _Rule(
            _as("code", str), 'make it a text of 1 to 100 characters, such as "1"'
        ),
        "DEPENDENCIES": _Rule(
            _all_are(_is_dependency),
            "make it a tuple of FileHandler classes and uses(...), each with a FILENAME",
        ),
        "FLAGS": _Rule(
            _as("flags", tuple, list),
            f"make it a tuple of flags' names, of {', '.join(FlagName)}",
        ),
        "ASPECTS": _Rule(
            _are_aspects,
            "make it a tuple of names in lower case, such as ('pixels',); "
            f"{WHOLE!r}, which every file has, is left out",
        ),
        "VETOES": _Rule(
            _all_are(lambda value: isinstance(value, Veto)),
            "make it a tuple of vetoes: veto_flag(...), veto_notice(...), veto_input(...)",
        ),
        "TIMEOUT_S": _Rule(_as("timeout_s", int, float), "make it seconds above 0, such as 300.0"),
        "MAX_ATTEMPTS": _Rule(
            _as("max_attempts", int), "make it a whole number from 1 on, such as 5"
        ),
        "COOL_DOWN_S": _Rule(_as("cool_down_s", int, float), _COOL_DOWN),
        "COOL_DOWN_FACTOR": _Rule(
            _as("cool_down_factor", int, float), "make it a number from 1 to 1000, such as 2.0"
        ),
        "LONGEST_COOL_DOWN_S": _Rule(_as("longest_cool_down_s", int, float), _COOL_DOWN),
        "RESOURCE_CLASS": _Rule(_as("resource_class", str), 'make it "cheap" or "heavy"'),
        "ONCE": _Rule(_as("once", bool), "make it True or False"),
        "PUBLISHES": _Rule(lambda value: isinstance(value, bool), "make it True or False"),
        "SPEAKS_WHEN_WITHDRAWN": _Rule(_as("speaks_when_withdrawn", bool), "make it True or False"),
    }
)
