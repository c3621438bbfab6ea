"""What a deployment brings along for all events: the contents of its resources."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeGuard

from llama.domain.errors import PipelineError
from llama.domain.handler import FileHandler, dependencies_of
from llama.domain.kinds import ResourceHandler

Resources: TypeAlias = Mapping[type[FileHandler], bytes]
"""The contents of resources by their class."""


def is_resource(handler: type[FileHandler]) -> TypeGuard[type[ResourceHandler]]:
    """Tell whether a class stands for a resource: no event has such a file."""
    return issubclass(handler, ResourceHandler)


def without_resources(
    handlers: Mapping[str, type[FileHandler]],
) -> dict[str, type[FileHandler]]:
    """Return those handlers whose files an event can have."""
    return {name: one for name, one in handlers.items() if not is_resource(one)}


def read_resources(handlers: Iterable[type[FileHandler]]) -> Resources:
    """Read what some handlers use of the deployment, each resource once. Blocks.

    PipelineError if one of them is not bytes; what its class raises comes through.
    """
    needed = (need.handler for handler in handlers for need in dependencies_of(handler))
    return {one: resource_of(one) for one in dict.fromkeys(needed) if is_resource(one)}


def resource_of(handler: type[ResourceHandler]) -> bytes:
    """Read one resource; PipelineError if it is not bytes. Blocks."""
    return _checked(handler, handler.resource())


def _checked(handler: type[ResourceHandler], content: object) -> bytes:
    if not isinstance(content, bytes):
        message = f"{handler.__name__}.resource returned a {type(content).__name__}"
        raise PipelineError(f"{message}: return all bytes of {handler.FILENAME}")
    return content
