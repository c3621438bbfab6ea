"""LLAMA: watches alert streams, makes each event's data products and keeps them current.

    from llama import Event, FileHandler, Pipeline, Run, uses

Each name is imported when it is first used, so that `import llama` takes no time.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama.client.changes import subscribe
    from llama.client.event import Event
    from llama.client.filegraph import FileGraph
    from llama.client.pipeline import DEFAULT_PIPELINE, Pipeline
    from llama.client.reading_back import wait
    from llama.client.run import Run
    from llama.client.subscribing import Change
    from llama.client.trial import GivenFile, try_handler
    from llama.domain.flags import PRESETS, Flags
    from llama.domain.handler import (
        FileHandler,
        Inputs,
        NotYet,
        PermanentError,
        Product,
        uses,
    )
    from llama.domain.identity import EventTuple
    from llama.domain.kinds import (
        GenerateOnceHandler,
        JSONHandler,
        PollingHandler,
        ResourceHandler,
        TriggeredHandler,
        UploadReceiptHandler,
    )
    from llama.domain.vetoes import unless, veto_flag, veto_input, veto_notice

__all__ = [
    "DEFAULT_PIPELINE",
    "PRESETS",
    "Change",
    "Event",
    "EventTuple",
    "FileGraph",
    "FileHandler",
    "Flags",
    "GenerateOnceHandler",
    "GivenFile",
    "Inputs",
    "JSONHandler",
    "NotYet",
    "PermanentError",
    "Pipeline",
    "PollingHandler",
    "Product",
    "ResourceHandler",
    "Run",
    "TriggeredHandler",
    "UploadReceiptHandler",
    "subscribe",
    "try_handler",
    "unless",
    "uses",
    "veto_flag",
    "veto_input",
    "veto_notice",
    "wait",
]

_HANDLER, _KINDS, _VETOES = "llama.domain.handler", "llama.domain.kinds", "llama.domain.vetoes"
_PIPELINE, _TRIAL = "llama.client.pipeline", "llama.client.trial"
HOMES: Mapping[str, str] = MappingProxyType(
    {
        "Change": "llama.client.subscribing",
        "DEFAULT_PIPELINE": _PIPELINE,
        "PRESETS": "llama.domain.flags",
        "Event": "llama.client.event",
        "FileGraph": "llama.client.filegraph",
        "EventTuple": "llama.domain.identity",
        "FileHandler": _HANDLER,
        "Flags": "llama.domain.flags",
        "GenerateOnceHandler": _KINDS,
        "GivenFile": _TRIAL,
        "Inputs": _HANDLER,
        "JSONHandler": _KINDS,
        "NotYet": _HANDLER,
        "PermanentError": _HANDLER,
        "Pipeline": _PIPELINE,
        "PollingHandler": _KINDS,
        "Product": _HANDLER,
        "ResourceHandler": _KINDS,
        "Run": "llama.client.run",
        "TriggeredHandler": _KINDS,
        "UploadReceiptHandler": _KINDS,
        "subscribe": "llama.client.changes",
        "try_handler": _TRIAL,
        "unless": _VETOES,
        "uses": _HANDLER,
        "veto_flag": _VETOES,
        "veto_input": _VETOES,
        "veto_notice": _VETOES,
        "wait": "llama.client.reading_back",
    }
)
"""The module of each name."""


def __getattr__(name: str) -> object:
    """Import one of the names above."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    """List the names that can be imported from here."""
    return sorted({*globals(), *__all__})
