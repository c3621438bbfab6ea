"""Vetoes as data: conditions under which a file is not made, judged without reading any file."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from llama.domain.digests import digest_json
from llama.domain.states import EventState, NoticeRecord
from schemas.facts import AlertType
from schemas.files import VetoSpec
from schemas.flags import FlagChanges, FlagName, FlagValue

if TYPE_CHECKING:
    from llama.domain.handler import FileHandler

NoticeProperty = Literal["alert_type", "significant", "is_test"]
_FLAGS: TypeAdapter[FlagChanges] = TypeAdapter(FlagChanges, config=ConfigDict(defer_build=True))


@dataclass(frozen=True, slots=True)
class Veto:
    """A condition under which a handler's files are not made, and why."""

    spec: VetoSpec
    handler: "type[FileHandler] | None" = None
    """Whose file is looked at, if it is one."""


def veto_flag(name: FlagName | str, *, is_: FlagValue, reason: str = "") -> Veto:
    """Veto while a flag of the event has a value; ValueError if it never has that value."""
    try:
        ((flag, value),) = _FLAGS.validate_python({name: is_}).items()
    except ValidationError as error:
        choices = f"a flag is one of {', '.join(FlagName)}"
        known = f"{choices}; ROLE is 'observation' or 'test', the others are True or False"
        raise ValueError(f"veto_flag({name!r}, is_={is_!r}) is never met: {known}") from error
    return Veto(VetoSpec(subject="flag", name=flag.value, equals=value, reason=reason))


def veto_notice(name: NoticeProperty, *, is_: bool | str | None, reason: str = "") -> Veto:
    """Veto while a property of the newest notice has a value (None: it does not tell).

    ValueError if a notice has no such property, or that never has this value.
    """
    _refuse_impossible(name, is_=is_)
    return Veto(VetoSpec(subject="notice", name=name, equals=is_, reason=reason))


def veto_input(handler: "type[FileHandler]", aspect: str, *, is_: object, reason: str = "") -> Veto:
    """Veto while an aspect of a dependency has this JSON value (None: it is absent).

    The value is compared by the digest of its canonical JSON. TypeError if it is none, or what is
    looked at is no class with a FILENAME.
    """
    if not hasattr(handler, "FILENAME"):
        raise TypeError(f"veto_input({handler!r}, ...) looks at no file: name a FileHandler class")
    equals = None if is_ is None else digest_json(is_)
    name = f"{handler.FILENAME}#{aspect}"
    return Veto(VetoSpec(subject="input", name=name, equals=equals, reason=reason), handler)


def unless(veto: Veto) -> Veto:
    """Turn a veto round: every other value vetoes."""
    return Veto(veto.spec.model_copy(update={"negated": not veto.spec.negated}), veto.handler)


def is_met(veto: VetoSpec, state: EventState, there: Collection[str] | None = None) -> bool:
    """Tell whether a condition holds for an event.

    `there` names the files that the handler would be given: any other counts as absent, though
    its latest digest is remembered. Without it, what is stored counts.
    """
    is_hidden = veto.subject == "input" and there is not None and _file(veto) not in there
    value = None if is_hidden else _SUBJECTS[veto.subject](veto.name, state)
    return (value == veto.equals) is not veto.negated


def told(veto: VetoSpec) -> str:
    """Say the condition in words."""
    relation = "is not" if veto.negated else "is"
    condition = f"{veto.name} {relation} {_value_told(veto)}"
    return f"{veto.reason} ({condition})" if veto.reason else condition


def _value_told(veto: VetoSpec) -> str:
    """Say the value: of a digest what it is made from, where that can be known."""
    if veto.equals is None:
        return "unknown"
    if veto.subject != "input":
        return str(veto.equals)
    digest = str(veto.equals)
    known = {str(digest_json(value)): str(value).lower() for value in (True, False)}
    return known.get(digest, digest[:8])


def _refuse_impossible(name: str, *, is_: bool | str | None) -> None:
    if name not in _PROPERTIES:
        raise ValueError(f"a notice has no {name}: veto by one of {', '.join(_PROPERTIES)}")
    values = [kind.value for kind in AlertType] if name == "alert_type" else [True, False]
    if is_ is not None and is_ not in values:
        raise ValueError(f"{name} of a notice is never {is_!r}: it is one of {values}, or None")


def _file(veto: VetoSpec) -> str:
    return veto.name.partition("#")[0]


def _flag(name: str, state: EventState) -> bool | str | None:
    return state.flags.as_mapping().get(name)


def _notice(name: str, state: EventState) -> bool | str | None:
    look = _PROPERTIES.get(name)
    return look(state.notice) if look is not None and state.notice is not None else None


def _input(name: str, state: EventState) -> str | None:
    file, _, aspect = name.partition("#")
    stored = state.tree_file(file)
    return stored.content.aspects.get(aspect) if stored else None


_SUBJECTS: dict[str, Callable[[str, EventState], bool | str | None]] = {
    "flag": _flag,
    "notice": _notice,
    "input": _input,
}
_PROPERTIES: dict[str, Callable[[NoticeRecord], bool | str | None]] = {
    "alert_type": lambda notice: notice.alert_type.value,
    "significant": lambda notice: notice.significant,
    "is_test": lambda notice: notice.is_test,
}
