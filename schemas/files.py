"""Values that describe files and the handlers that make them."""

from typing import Annotated, Literal

from pydantic import (
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    StringConstraints,
    model_validator,
)

from schemas.base import FileName, Part, Sha256, ShortText
from schemas.flags import FlagName

HandlerName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
AspectName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,63}$")]
InputName = Annotated[str, StringConstraints(max_length=200)]
"""A file and one of its aspects, joined by '#': `alert.json#skymap`."""
FLAGS = "flags"
"""Stands for a file where a flag is an input: `flags#ROLE`. No handler's file is called so."""
InputDigests = dict[InputName, Sha256 | None]
"""What a run used: the digest of every input; null where an optional one did not exist."""


class FileContent(Part):
    """The content of a file, by digest."""

    file: FileName
    digest: Sha256 = Field(description="SHA-256 of all bytes; the artifact's name.")
    size: NonNegativeInt = Field(description="Bytes.")
    aspects: dict[AspectName, Sha256] = Field(
        default_factory=dict[AspectName, Sha256],
        description="Digest of each named part of the content; 'whole' is all of it.",
    )
    attached: tuple[AspectName, ...] = Field(
        default=(), description="Aspects whose digest is itself the name of an artifact."
    )


class DependencySpec(Part):
    """What a handler uses of another handler's file."""

    file: FileName
    aspects: tuple[AspectName, ...] = Field(min_length=1)
    optional: bool = False
    fixed: Sha256 | None = Field(
        default=None,
        description="Of a resource of the deployment: the digest of its bytes, the same for every "
        "event. Nobody makes it, and no event has it among its files.",
    )

    @model_validator(mode="after")
    def _has_one_digest(self) -> "DependencySpec":
        """Refuse aspects of a resource: only the digest of all its bytes is known."""
        if self.fixed is not None and self.aspects != ("whole",):
            raise ValueError(f"{self.file} is a resource: it has no aspect but 'whole'")
        return self


MONTH_S = 31 * 86400.0
"""Seconds; nothing cools down for longer."""


class VetoSpec(Part):
    """A condition under which a handler's files are not made.

    It compares a flag, a property of the newest notice, or the digest of an input's aspect with a
    value, so it can be judged without reading any file.
    """

    subject: Literal["flag", "notice", "input"]
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="ROLE; alert_type, significant or is_test; alert.json#event."
    )
    equals: bool | Annotated[str, StringConstraints(max_length=200)] | None = Field(
        description="The value that vetoes; of an input, its digest. Null: unknown or absent."
    )
    negated: bool = Field(default=False, description="Every other value vetoes instead.")
    reason: ShortText = ""


class HandlerSpec(Part):
    """A handler as the deployed pipeline declares it."""

    name: HandlerName
    kind: Literal["made", "triggered"] = "made"
    files: tuple[FileName, ...] = Field(min_length=1, description="Made together, in one run.")
    dependencies: tuple[DependencySpec, ...] = ()
    code: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    timeout_s: PositiveFloat = 300.0
    max_attempts: PositiveInt = 5
    cool_down_s: Annotated[float, Field(gt=0, le=MONTH_S)] = 2.0
    cool_down_factor: Annotated[float, Field(ge=1, le=1000)] = 2.0
    longest_cool_down_s: Annotated[float, Field(gt=0, le=MONTH_S)] = 86400.0
    resource_class: Literal["cheap", "heavy"] = "cheap"
    flags: tuple[FlagName, ...] = Field(default=(), description="Flags that are its inputs.")
    vetoes: tuple[VetoSpec, ...] = ()
    once: bool = Field(
        default=False, description="Made once: later inputs and code do not make it obsolete."
    )
    speaks_when_withdrawn: bool = Field(
        default=False,
        description="Made also of an event that is retracted, or vetoed as a whole: it may have "
        "to tell others. What it uses counts as absent then, but for what notices bring.",
    )


class Manifest(Part):
    """The handlers of a pipeline in an order that can be made: ancestors first."""

    digest: Sha256
    handlers: tuple[HandlerSpec, ...]

    @model_validator(mode="after")
    def _can_be_made(self) -> "Manifest":
        """Refuse handlers in no order that can be made, and two of one name or file."""
        files = [file for spec in self.handlers for file in spec.files]
        if len(set(files)) < len(files) or len({spec.name for spec in self.handlers}) < len(
            self.handlers
        ):
            raise ValueError("two handlers have the same name or file")
        _refuse_odd_resources(self.handlers, files)
        to_come = set(files)
        for spec in self.handlers:
            late = next((one.file for one in spec.dependencies if one.file in to_come), None)
            if late is not None:
                raise ValueError(f"{spec.name} stands before the maker of {late}, which it uses")
            to_come -= set(spec.files)
        return self


def _refuse_odd_resources(handlers: tuple[HandlerSpec, ...], made: list[str]) -> None:
    """Refuse a resource of two contents, and one that has the name of an event's file."""
    known: dict[str, str | None] = dict.fromkeys(made)
    for dependency in (one for spec in handlers for one in spec.dependencies if one.fixed):
        if known.setdefault(dependency.file, dependency.fixed) != dependency.fixed:
            raise ValueError(f"{dependency.file} is a resource, and something else besides")
