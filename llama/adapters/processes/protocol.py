"""What parent and child say to each other: one JSON object a line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

import orjson

MAX_OUTPUT_BYTES = 64 * 1024 * 1024
"""A file larger than this is a mistake: the largest sky maps have a few megabytes."""
MAX_LINE_BYTES = 1024 * 1024
MAX_TEXT = 2000
FOR_HANDLERS = ("LLAMA_NEUTRINOS", "LLAMA_EXTERNAL_TRIGGERS", "LLAMA_HTTP", "LLAMA_HOME")
"""The settings of this project that handlers see: where neutrinos and triggers come from, where the
gateway is that may be asked for them, and no more."""
INPUTS = "inputs"
MADE = "made"


@dataclass(frozen=True, slots=True)
class Request:
    """What the parent asks for."""

    do: Literal["run", "warm"]
    handler: str = ""
    code: str = ""
    inputs: str = ""
    outputs: str = ""
    """The event's folder for this run: its name is the event's."""
    flags: Mapping[str, bool | str] = field(default_factory=dict[str, bool | str])
    modules: tuple[str, ...] = ()
    """To be imported ahead of the first run."""
    now: str = ""
    """The time of the run, ISO 8601 with its zone."""
    notice: str = ""
    """How results name the event's newest notice."""
    outbox: str = ""
    """The folder that is the handler's outlet; empty: it asks its parent to send."""

    def line(self) -> bytes:
        """Write it as a line."""
        return orjson.dumps(asdict(self)) + b"\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the child answers; also its first word, and what it asks in the middle of a run."""

    kind: Literal["ready", "warm", "made", "failed", "refused", "asks"]
    error: str = ""
    message: str = ""
    aspects: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Digests by file and aspect."""
    valid_until: str | None = None
    """ISO 8601 with its zone."""
    resident_bytes: int = 0
    asked: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the handler wants of its outlet."""

    def line(self) -> bytes:
        """Write it as a line."""
        return orjson.dumps(asdict(self)) + b"\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the parent answers a child that asks."""

    said: str = ""
    """JSON."""
    error: Literal["", "in_doubt", "permanent", "unavailable"] = ""
    message: str = ""

    def line(self) -> bytes:
        """Write it as a line."""
        return orjson.dumps(asdict(self)) + b"\n"


def request_from(line: bytes) -> Request:
    """Read a request."""
    said = orjson.loads(line)
    return Request(
        do=said["do"],
        handler=said["handler"],
        code=said["code"],
        inputs=said["inputs"],
        outputs=said["outputs"],
        flags=said["flags"],
        modules=tuple(said["modules"]),
        now=said["now"],
        notice=said["notice"],
        outbox=said["outbox"],
    )


def reply_from(line: bytes) -> Reply:
    """Read a reply; ValueError or TypeError if it is none."""
    return Reply(**orjson.loads(line))


def answer_from(line: bytes) -> Answer:
    """Read an answer; ValueError or TypeError if it is none."""
    return Answer(**orjson.loads(line))
