"""The flags of an event: switches that its first notice presets and operators set."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import ConfigDict, TypeAdapter, ValidationError

from llama.domain.digests import Digest, digest_json
from schemas.flags import FlagChanges, FlagName, FlagValue, Role

_CHANGES: TypeAdapter[FlagChanges] = TypeAdapter(FlagChanges, config=ConfigDict(defer_build=True))


@dataclass(frozen=True, slots=True)
class Flags:
    """Each field is one flag; the defaults are those of an event nobody has touched."""

    ROLE: Role = "observation"
    """Whether the event is real or a test."""
    ONLINE: bool = True
    """Whether it is analysed as it happens, not afterwards."""
    VETOED: bool = False
    """Whether an operator forbade all work on it: no notice and no preset touches this flag."""
    UPLOAD: bool = False
    """Whether results may be published to the world."""
    ICECUBE_UPLOAD: bool = False
    """Whether results may be sent to the IceCube Collaboration."""
    BLINDED_NEUTRINOS: bool = False
    """Whether neutrino directions are scrambled."""
    MANUAL: bool = False
    """Whether a person, not a notice, began it."""

    def changed(self, changes: Mapping[FlagName, FlagValue]) -> "Flags":
        """Return the flags with some of them changed; the others stay."""
        return replace(self, **{name.value: value for name, value in changes.items()})

    def as_mapping(self) -> dict[str, bool | str]:
        """Return the flags by name, in their fixed order."""
        return {name.value: getattr(self, name.value) for name in FlagName}

    def digest(self, name: FlagName) -> Digest:
        """Return the digest of one flag's value: what a run that depends on it records."""
        return digest_json(getattr(self, name.value))


DEFAULT = Flags()
TRIGGERED_INTERNAL = Flags(ICECUBE_UPLOAD=True)
"""A notice for the collaborations' eyes only: nothing is published."""
TRIGGERED_PUBLIC = Flags(UPLOAD=True, ICECUBE_UPLOAD=True)
"""A public notice of a real event."""
TRIGGERED_TEST = Flags(ROLE="test")
"""A mock or test superevent: it never reaches public outputs."""
RERUN = Flags(ONLINE=False)
"""A past event is analysed again."""
MANUAL = Flags(ONLINE=False, MANUAL=True)
"""A person made the event by hand."""

PRESETS: Mapping[str, Flags] = MappingProxyType(
    {
        "DEFAULT": DEFAULT,
        "TRIGGERED_INTERNAL": TRIGGERED_INTERNAL,
        "TRIGGERED_PUBLIC": TRIGGERED_PUBLIC,
        "TRIGGERED_TEST": TRIGGERED_TEST,
        "RERUN": RERUN,
        "MANUAL": MANUAL,
    }
)


def preset_changes(preset: Flags, *, keep: Collection[str] = ()) -> dict[FlagName, FlagValue]:
    """Return what a preset sets: everything but VETOED and the flags that are to be kept."""
    untouched = {FlagName.VETOED.value, *keep}
    return {name: getattr(preset, name.value) for name in FlagName if name.value not in untouched}


def changes_meant(flags: object) -> FlagChanges:
    """Return what is to be set: by a preset's name, by flags, or by a mapping of some of them.

    A preset, like flags, sets everything but VETOED; a mapping sets what it names. ValueError if
    there is no such preset, flag or value, TypeError for what is none of the three.
    """
    match flags:
        case str():
            return preset_changes(_preset(flags))
        case Flags():
            return _checked(preset_changes(flags))
        case Mapping():
            return _checked(flags)
        case _:
            message = f"{flags!r} sets no flags"
            raise TypeError(f"{message}: give Flags, a preset's name or a dict of flags")


def _preset(name: str) -> Flags:
    if name not in PRESETS:
        raise ValueError(f"there is no preset {name}: use one of {', '.join(PRESETS)}")
    return PRESETS[name]


def _checked(flags: Mapping[FlagName, FlagValue] | Mapping[object, object]) -> FlagChanges:
    known = [flag.value for flag in FlagName]
    unknown = ", ".join(str(name) for name in flags if name not in known)
    if unknown:
        raise ValueError(f"there is no flag {unknown}: use one of {', '.join(known)}")
    try:
        return _CHANGES.validate_python(dict(flags))
    except ValidationError as error:
        said = ", ".join(f"{name}={value!r}" for name, value in flags.items())
        message = f"flags cannot be {said}"
        advice = "ROLE is 'observation' or 'test', the others are True or False"
        raise ValueError(f"{message}: {advice}") from error
