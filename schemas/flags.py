"""The flags of an event, as they travel."""

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator


class FlagName(StrEnum):
    """The flags of an event."""

    ROLE = "ROLE"
    ONLINE = "ONLINE"
    VETOED = "VETOED"
    UPLOAD = "UPLOAD"
    ICECUBE_UPLOAD = "ICECUBE_UPLOAD"
    BLINDED_NEUTRINOS = "BLINDED_NEUTRINOS"
    MANUAL = "MANUAL"


Role = Literal["observation", "test"]
FlagValue: TypeAlias = bool | Role
"""ROLE is a word, the other flags are booleans."""


def _fitting(changes: dict[FlagName, FlagValue]) -> dict[FlagName, FlagValue]:
    for name, value in changes.items():
        if isinstance(value, bool) is (name is FlagName.ROLE):
            raise ValueError(f"{name} cannot be {value}: ROLE is a word, the others are booleans")
    return changes


FlagChanges = Annotated[dict[FlagName, FlagValue], AfterValidator(_fitting)]
"""New values of some flags; the others stay as they are."""
