"""Values that describe files and the handlers that make them."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, StringConstraints

from schemas.base import FileName, Part, Sha256

HandlerName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
AspectName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,63}$")]
InputName = Annotated[str, StringConstraints(max_length=200)]
"""A file and one of its aspects, joined by '#': `alert.json#skymap`."""
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


class HandlerSpec(Part):
    """A handler as the deployed pipeline declares it."""

    name: HandlerName
    kind: Literal["made", "triggered"] = "made"
    files: tuple[FileName, ...] = Field(min_length=1, description="Made together, in one run.")
    dependencies: tuple[DependencySpec, ...] = ()
    code: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    timeout_s: PositiveFloat = 300.0
    max_attempts: PositiveInt = 5
    cool_down_s: PositiveFloat = 2.0
    resource_class: Literal["cheap", "heavy"] = "cheap"


class Manifest(Part):
    """The handlers of a pipeline in an order that can be made: ancestors first."""

    digest: Sha256
    handlers: tuple[HandlerSpec, ...]
