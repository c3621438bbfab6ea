"""Flags as people write them: UPLOAD=true, ROLE=test, the name of a preset."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from llama.cli.output import fail
from llama.domain.flags import PRESETS, preset_changes
from schemas.flags import FlagName, FlagValue, Role

ROLES: Mapping[str, Role] = {"observation": "observation", "test": "test"}
TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0"})


def changes_in(words: Sequence[str], preset: str) -> dict[FlagName, FlagValue]:
    """Return what a preset and single changes ask for, the latter counting more.

    Ends the command with exit code 2 at the first that says nothing sensible.
    """
    changes = _preset(preset) if preset else {}
    return changes | dict(_change(word) for word in words)


def flags_in(words: Sequence[str]) -> list[FlagName]:
    """Return the flags that are named without a value: all of them, if no word is given.

    Ends the command with exit code 2 at the first that is no flag.
    """
    return [_flag(word) for word in words] or list(FlagName)


def _flag(name: str) -> FlagName:
    if name.upper() not in FlagName.__members__:
        near = get_close_matches(name.upper(), FlagName.__members__, n=1)
        meant = f" (did you mean {near[0]}?)" if near else ""
        fail(f"{name} names no flag{meant}: write NAME=VALUE of {', '.join(FlagName)}", code=2)
    return FlagName[name.upper()]


def _preset(name: str) -> dict[FlagName, FlagValue]:
    flags = PRESETS.get(name.upper())
    if flags is None:
        fail(f"{name} is not a preset: use one of {', '.join(PRESETS)}", code=2)
    return preset_changes(flags)


def _change(word: str) -> tuple[FlagName, FlagValue]:
    name, sign, value = word.partition("=")
    flag = _flag(name)
    if not sign:
        example = f"{flag}={'test' if flag is FlagName.ROLE else 'true'}"
        fail(f"{flag} has no value: write {example} to change it, or only names to see", code=2)
    return flag, _role(value) if flag is FlagName.ROLE else _switch(flag, value)


def _role(value: str) -> Role:
    if value.lower() not in ROLES:
        fail(f"ROLE cannot be {value!r}: it is {' or '.join(ROLES)}", code=2)
    return ROLES[value.lower()]


def _switch(flag: FlagName, value: str) -> bool:
    if value.lower() not in TRUE | FALSE:
        fail(f"{flag} cannot be {value!r}: it is true or false", code=2)
    return value.lower() in TRUE
