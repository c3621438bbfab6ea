"""The flags of an event: switches that notices preset and operators set."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from schemas.facts import FlagName

Role = Literal["observation", "test"]


@dataclass(frozen=True, slots=True)
class Flags:
    """Each field is one flag; the defaults are those of an event nobody has touched."""

    ROLE: Role = "observation"
    ONLINE: bool = True
    VETOED: bool = False
    UPLOAD: bool = False
    ICECUBE_UPLOAD: bool = False
    BLINDED_NEUTRINOS: bool = False
    MANUAL: bool = False

    def changed(self, changes: Mapping[FlagName, bool | Role]) -> "Flags":
        """Return the flags with some of them changed; the others stay."""
        return replace(self, **{name.value: value for name, value in changes.items()})

    def as_mapping(self) -> dict[str, bool | str]:
        """Return the flags by name, in their fixed order."""
        return {name.value: getattr(self, name.value) for name in FlagName}
