"""What parent and child say to each other: one JSON object a line, then the bytes of files.

Small files travel with what is said, as they are; large ones lie in a folder and are named.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import BinaryIO, Literal

import orjson
from pydantic import NonNegativeInt, TypeAdapter

from llama.ports.runner import RunError

MAX_OUTPUT_BYTES = 64 * 1024 * 1024
"""A file larger than this is a mistake: the largest sky maps have a few megabytes."""
MAX_LINE_BYTES = 1024 * 1024
MAX_TEXT = 2000
SMALL_BYTES = 64 * 1024
"""A file up to this size travels with what is said: to make a file on a disk costs more."""
ALL_SMALL_BYTES = 1024 * 1024
"""The files that travel with one thing said have no more bytes than this together."""
FOR_HANDLERS = ("LLAMA_NEUTRINOS", "LLAMA_EXTERNAL_TRIGGERS", "LLAMA_HTTP", "LLAMA_HOME")
"""The settings of this project that handlers see: where neutrinos and triggers come from, where the
gateway is that may be asked for them, and no more."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the parent asks for."""

    do: Literal["run", "warm"]
    handler: str = ""
    code: str = ""
    inputs: str = ""
    """The folder of the large inputs, and of the small ones that a handler wants to have as files.
    It may not be there yet."""
    placed: tuple[str, ...] = ()
    """Names of the large inputs."""
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
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """The small inputs, by name."""

    def packed(self) -> bytes:
        """Write it as a line, and the files."""
        return _packed(self, self.files)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the child answers; also its first word, and what it asks in the middle of a run."""

    kind: Literal["ready", "warm", "made", "failed", "refused", "asks"]
    error: RunError | Literal[""] = ""
    message: str = ""
    aspects: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """Digests by file and aspect."""
    valid_until: str | None = None
    """ISO 8601 with its zone."""
    resident_bytes: int = 0
    """What its process occupies after the run; 0: it has not looked."""
    descriptors: int = 0
    """The number that the next file it opens would get; 0: it has not looked."""
    asked: dict[str, str] = field(default_factory=dict[str, str])
    """What the handler wants of its outlet."""
    left: tuple[str, ...] = ()
    """What lies in the event's folder: files too large to travel, and what should not be there."""
    sizes: dict[str, NonNegativeInt] = field(default_factory=dict[str, int])
    """Bytes of each file that follows, in this order; told when it is read."""
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """The small files that were made, by name."""

    def packed(self) -> bytes:
        """Write it as a line, and the files."""
        return _packed(self, self.files)


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


class Incoming:
    """Puts together what a child says from the pieces in which it comes."""

    def __init__(self) -> None:
        self._said = bytearray()
        self._head: Reply | None = None

    def add(self, piece: bytes) -> Reply | None:
        """Take a piece; return the reply that it completes.

        ValueError if it cannot be one. A child waits after each: more than one is none.
        """
        self._said += piece
        if self._head is None:
            self._head = self._read_head()
        size = sum(self._head.sizes.values()) if self._head else len(self._said)
        if len(self._said) > size:
            raise ValueError(f"{len(self._said) - size} bytes follow a reply")
        if self._head is None or len(self._said) < size:
            return None
        reply, self._head = replace(self._head, files=self._read_files(self._head)), None
        return reply

    def _read_head(self) -> Reply | None:
        end = self._said.find(b"\n")
        if (len(self._said) if end < 0 else end) > MAX_LINE_BYTES:
            raise ValueError(f"a line of more than {MAX_LINE_BYTES} bytes")
        if end < 0:
            return None
        head = _REPLY.validate_json(self._said[:end])
        if sum(head.sizes.values()) > ALL_SMALL_BYTES:
            raise ValueError(f"files of more than {ALL_SMALL_BYTES} bytes")
        del self._said[: end + 1]
        return head

    def _read_files(self, head: Reply) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        begin = 0
        for name, size in head.sizes.items():
            files[name] = bytes(self._said[begin : begin + size])
            begin += size
        self._said.clear()
        return files


def request_from(source: BinaryIO) -> Request | None:
    """Read a request; None if the parent has hung up. Blocks."""
    line = source.readline()
    if not line:
        return None
    said = orjson.loads(line)
    sizes = said.pop("sizes")
    files = {name: source.read(size) for name, size in sizes.items()}
    if any(len(files[name]) < size for name, size in sizes.items()):
        return None
    lists = {name: tuple(said[name]) for name in ("placed", "modules")}
    return Request(**said | lists, files=files)


def answer_from(line: bytes) -> Answer:
    """Read an answer; ValueError or TypeError if it is none."""
    return Answer(**orjson.loads(line))


def fits(size: int, room: int) -> bool:
    """Tell whether a file is to travel with what is said, where there is so much room left."""
    return size <= min(SMALL_BYTES, room)


def _packed(said: Request | Reply, files: Mapping[str, bytes]) -> bytes:
    head = {one.name: getattr(said, one.name) for one in fields(said) if one.name != "files"}
    head["sizes"] = {name: len(content) for name, content in files.items()}
    return b"".join((orjson.dumps(head), b"\n", *files.values()))


_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
