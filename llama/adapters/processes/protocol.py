"""What parent and child say to each other: one JSON object a line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

import orjson

MAX_OUTPUT_BYTES = 64 * 1024 * 1024
"""A file larger than this is a mistake: the largest sky maps have a few megabytes."""
MAX_LINE_BYTES = 1024 * 1024
MAX_TEXT = 2000
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

    def line(self) -> bytes:
        """Write it as a line."""
        return orjson.dumps(asdict(self)) + b"\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the child answers; also its first word, when it is ready."""

    kind: Literal["ready", "warm", "made", "failed", "refused"]
    error: str = ""
    message: str = ""
    aspects: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Digests by file and aspect."""
    valid_until: str | None = None
    """ISO 8601 with its zone."""
    resident_bytes: int = 0

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
    )


def reply_from(line: bytes) -> Reply:
    """Read a reply; ValueError or TypeError if it is none."""
    return Reply(**orjson.loads(line))
