"""The words that criteria accept for flags, labels, statuses, rates and classes of sources."""

from collections.abc import Mapping
from typing import Annotated, TypeVar, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter

from llama.domain.assessment import Status
from llama.domain.flags import Flags
from llama.domain.labels import Label
from schemas.classes import ClassName, Probability
from schemas.flags import FlagName, Role

Word = TypeVar("Word", bound=str)


def flag_words(flags: Flags) -> frozenset[str]:
    """Return the flags as words: `ROLE:test`, `UPLOAD:false`."""
    return frozenset(_flag_word(name, value) for name, value in flags.as_mapping().items())


def threshold_of(word: str) -> tuple[str, float]:
    """Return the class and the probability of a threshold such as `BNS:0.5`."""
    name, _, number = word.partition(":")
    return name, float(number)


def listed(value: object) -> object:
    """Take a single value for a list of one."""
    return [value] if isinstance(value, str | type) else value


def _flag_word(name: str, value: bool | str) -> str:  # noqa: FBT001 - what a flag is set to
    return f"{name}:{str(value).lower() if isinstance(value, bool) else value}"


def _flags_listed(value: object) -> object:
    """Take `{"ROLE": "test"}` for `["ROLE:test"]`."""
    if isinstance(value, Mapping):
        return [_flag_word(str(name), set_to) for name, set_to in value.items()]
    return listed(value)


def _known_flag(word: str) -> str:
    """Return `UPLOAD:true` for `UPLOAD` too; ValueError for what no flag can be."""
    name, _, value = word.strip().partition(":")
    known = [flag.value for flag in FlagName]
    if name not in known:
        raise ValueError(f"there is no flag {name!r}: the flags are {', '.join(known)}")
    values = get_args(Role) if name == FlagName.ROLE else ("true", "false")
    said = value.strip().lower() or values[0]
    if said not in values or (name == FlagName.ROLE and not value):
        raise ValueError(f"{name} is {' or '.join(values)}: write {name}:{values[-1]}")
    return f"{name}:{said}"


def _thresholds_listed(value: object) -> object:
    """Take `{"BNS": 0.5}` for `["BNS:0.5"]`."""
    if isinstance(value, Mapping):
        return [f"{name}:{number}" for name, number in value.items()]
    return listed(value)


def _canonical(words: tuple[Word, ...]) -> tuple[Word, ...]:
    return tuple(sorted(set(words)))


def _known_threshold(word: str) -> str:
    name, sign, number = word.partition(":")
    if not sign:
        raise ValueError(f"{word!r} says no probability: write {word}:0.5")
    known, least = _THRESHOLD.validate_python((name.strip(), number.strip()))
    return f"{known}:{repr(least).removesuffix('.0')}"


_THRESHOLD: TypeAdapter[tuple[ClassName, Probability]] = TypeAdapter(
    tuple[ClassName, Probability], config=ConfigDict(defer_build=True)
)
_FlagWord = Annotated[str, AfterValidator(_known_flag)]
_Threshold = Annotated[str, AfterValidator(_known_threshold)]
FlagWords = Annotated[
    tuple[_FlagWord, ...], BeforeValidator(_flags_listed), AfterValidator(_canonical)
]
Statuses = Annotated[tuple[Status, ...], BeforeValidator(listed), AfterValidator(_canonical)]
Labels = Annotated[tuple[Label, ...], BeforeValidator(listed), AfterValidator(_canonical)]
Classes = Annotated[tuple[ClassName, ...], BeforeValidator(listed), AfterValidator(_canonical)]
Thresholds = Annotated[
    tuple[_Threshold, ...], BeforeValidator(_thresholds_listed), AfterValidator(_canonical)
]
Hertz = Annotated[float, Field(ge=0, allow_inf_nan=False)]
