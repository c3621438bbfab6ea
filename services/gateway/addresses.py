"""The addresses of the gateway: what each takes, so that nothing else is taken for nothing."""

from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from starlette.datastructures import QueryParams
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from services.gateway.refusals import Refusal

AS_OF = "as_of"
"""The parameter that asks for an earlier moment."""
SWITCHES = ("verbose",)
"""Parameters that need no value: to be there is enough."""
_HINT = "GET / lists all addresses with their parameters"
_LONGEST = 60


class Address(Route):
    """An address that refuses parameters which it does not know, and those without a value."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        says: str,
        parameters: Sequence[str] = (),
        takes_criteria: bool = False,
        methods: Collection[str] | None = None,
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.says = says
        """What it answers with, in a few words."""
        self.parameters = tuple(parameters)
        self.takes_criteria = takes_criteria
        """Whether it takes the criteria of downselections too; these are judged where read."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 400 what is asked in vain."""
        if scope["method"] in (self.methods or ()):
            self._judge(QueryParams(scope.get("query_string", b"")))
        await super().handle(scope, receive, send)

    def _judge(self, asked: QueryParams) -> None:
        for name in asked:
            if name in self.parameters:
                _refuse_odd(name, asked.getlist(name))
            elif not self.takes_criteria:
                raise Refusal(400, "unknown_parameter", detail=self._advice(name), hint=_HINT)

    def _advice(self, name: str) -> str:
        said = f"there is no parameter {name[:_LONGEST]!r} here"
        near = get_close_matches(name, self.parameters, n=1)
        if near:
            return f"{said}: did you mean {near[0]!r}?"
        return f"{said}: there is {', '.join(self.parameters) or 'none at all'}"


class NarrowAddress(Address):
    """Takes requests that have one of its parameters; others are for who has the same path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether it is such a request."""
        asked = QueryParams(scope.get("query_string", b""))
        if any(name in asked for name in self.parameters):
            return super().matches(scope)
        return Match.NONE, {}


def addresses_among(routes: Iterable[BaseRoute]) -> list[Address]:
    """Return the addresses among the routes of an application, by their paths."""
    found = [route for route in routes if isinstance(route, Address)]
    return sorted(found, key=lambda address: address.path)


def _refuse_odd(name: str, values: Sequence[str]) -> None:
    if len(values) > 1:
        detail, hint = f"{name} is given twice: it can have one value", "leave all but one out"
        raise Refusal(400, "repeated_parameter", detail=detail, hint=hint)
    if not values[0].strip() and name not in SWITCHES:
        hint = "give it a value, or leave it out"
        raise Refusal(400, "empty_parameter", detail=f"{name} is empty", hint=hint)
