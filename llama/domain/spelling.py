"""Refuses attributes that would go unnoticed: nearly rightly called, or found by the class."""

from collections.abc import Collection
from difflib import get_close_matches

from llama.domain.errors import PipelineError

NEARLY = 0.72
"""How alike two names are of which one is meant for the other: VERSION, but not TIMES."""


def refuse_odd_names(cls: type, attributes: Collection[str], found: Collection[str]) -> None:
    """Raise PipelineError if a class says what it finds itself, or nearly calls an attribute.

    Names that begin with an underscore, or contain the attribute's in full (HTTP_TIMEOUT_S), are
    constants of its own.
    """
    for name in found:
        if name in vars(cls):
            message = f"{cls.__name__}.{name} is {vars(cls)[name]!r}"
            raise PipelineError(f"{message}: leave it out, it is found from the others")
    for name in {name for one in cls.__mro__ for name in vars(one)}:
        meant = _meant(name, attributes)
        if meant is not None:
            message = f"{cls.__name__} has {name}, which nobody looks at: did you mean {meant}?"
            raise PipelineError(f"{message} (if not, call it something else, or _{name})")


def _meant(name: str, attributes: Collection[str]) -> str | None:
    if name in attributes or name.startswith("_"):
        return None
    if name.upper() in attributes:
        return None if name.islower() else name.upper()
    if not name.isupper():
        return None
    near = get_close_matches(name, attributes, n=1, cutoff=NEARLY)
    return near[0] if near and near[0] not in name else None
