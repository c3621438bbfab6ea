"""The files that a handler was given, by name: the form in which all of `results` reads them."""

from collections.abc import Iterable

from llama.domain.handler import FileHandler, Inputs


def contents_of(inputs: Inputs, handlers: Iterable[type[FileHandler]]) -> dict[str, bytes]:
    """Return the content of those files that are there, in the order of their handlers."""
    return {one.FILENAME: inputs[one].content for one in handlers if one in inputs}
