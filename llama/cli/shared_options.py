"""Options that several commands have: written once, as a dataclass."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Options = TypeVar("Options")


def with_options(
    kind: Callable[..., Options],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of a dataclass: it is handed them as its first argument."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        shared = inspect.signature(kind).parameters
        own = list(inspect.signature(command).parameters.values())[1:]

        @wraps(command)
        def run(**given: Any) -> None:
            said = kind(**{name: given.pop(name) for name in shared})
            command(said, **given)

        keywords = [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*own, *shared.values())
        ]
        vars(run)["__signature__"] = inspect.Signature(keywords)
        return run

    return give
