"""The handlers of one event by class name."""

from collections.abc import Hashable, Iterable
from typing import Self, TypeGuard

from llama.client.names import NamedMapping
from llama.domain.handler import FileHandler


class FileHandlerMap(NamedMapping[FileHandler]):
    """Handlers by class name: `handlers.Skymap.fullpath` is where an event's map is.

    TypeError if two different handlers have one name, or something is no handler. Handlers can
    also be taken away by their class.
    """

    __slots__ = ()

    def __init__(self, *handlers: FileHandler) -> None:
        by_name: dict[str, FileHandler] = {}
        for handler in handlers:
            _refuse_unfit(handler)
            name = type(handler).__name__
            if by_name.setdefault(name, handler) != handler:
                message = f"{by_name[name]!r} and {handler!r} have one name"
                raise TypeError(f"{message}: keep the handlers of each event apart")
        super().__init__(by_name)

    def _made_of(self, values: Iterable[FileHandler]) -> Self:
        return self.__class__(*values)

    def _is_value(self, value: object) -> TypeGuard[FileHandler]:
        return isinstance(value, FileHandler)

    @staticmethod
    def _known_as(name: str, value: FileHandler) -> Iterable[Hashable]:
        return name, value, type(value)


def _refuse_unfit(handler: object) -> None:
    if not isinstance(handler, FileHandler):
        raise TypeError(f"{handler!r} is no handler of an event: give instances of FileHandler")
