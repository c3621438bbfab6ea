"""What an operator orders, put into facts: who, why, and under which name.

A request's name makes the ids of its facts, so that one that is sent again is recognised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias, TypedDict

from llama.domain.digests import digest_json
from schemas.facts import (
    FileDeleted,
    FileFrozen,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineRequested,
    RunCancelled,
)
from schemas.files import FileContent
from schemas.flags import FlagName, FlagValue

Switch: TypeAlias = Literal[
    "veto", "unveto", "freeze", "unfreeze", "retry", "cancel", "delete", "make"
]
"""An act on a handler's files that needs no more than their name."""
HandlerAct: TypeAlias = (
    FileVetoed | FileFrozen | FileDeleted | FileRequested | FilePut | RunCancelled
)
OrderedFact: TypeAlias = FlagsChanged | PipelineRequested | HandlerAct
"""What an order may lead to."""
NAMED_BY_US = 16
"""Characters of a request's name that nobody chose: as many as tell all acts apart."""


class _Fields(TypedDict):
    id: str
    event: str
    occurred_at: datetime
    by: str
    reason: str


class _ActFields(_Fields):
    handler: str


@dataclass(frozen=True, slots=True)
class Order:
    """One request about one event; `request` names it, and `at` is when it was made."""

    event: str
    request: str
    at: datetime
    by: str = ""
    reason: str = ""

    def switch(self, act: Switch, handler: str) -> HandlerAct:
        """Return the fact of an act on one handler's files."""
        fields = self._act_fields(handler)
        match act:
            case "veto" | "unveto":
                return FileVetoed(vetoed=act == "veto", **fields)
            case "freeze" | "unfreeze":
                return FileFrozen(frozen=act == "freeze", **fields)
            case "retry" | "make":
                return FileRequested(**fields)
            case "cancel":
                return RunCancelled(**fields)
            case "delete":
                return FileDeleted(**fields)

    def put(self, handler: str, content: FileContent) -> FilePut:
        """Return the fact that puts a file in place; its bytes must be in the store already."""
        return FilePut(files=(content,), **self._act_fields(handler))

    def flags(self, changes: Mapping[FlagName, FlagValue]) -> FlagsChanged:
        """Return the fact that gives some flags these values."""
        return FlagsChanged(changes=dict(changes), **self._fields())

    def newest_code(self) -> PipelineRequested:
        """Return the fact that asks for the deployed pipeline."""
        return PipelineRequested(**self._fields())

    def has_said(self, fact_id: str) -> bool:
        """Tell whether a fact, by its id, is one of this request."""
        own = f"request-{self.request}"
        return fact_id == own or fact_id.startswith(f"{own}.")

    def _fields(self, *parts: str) -> _Fields:
        return {
            "id": ".".join((f"request-{self.request}", *parts)),
            "event": self.event,
            "occurred_at": self.at,
            "by": self.by,
            "reason": self.reason,
        }

    def _act_fields(self, handler: str) -> _ActFields:
        return {**self._fields(handler), "handler": handler}


def named(order: Order, act: str, handlers: Iterable[str] = ()) -> Order:
    """Return an order that has a name: its own, or one that follows from what it says."""
    if order.request:
        return order
    said = [act, order.event, sorted(handlers), order.by, order.reason, order.at]
    return replace(order, request=digest_json(said)[:NAMED_BY_US])
