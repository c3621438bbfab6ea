"""What git clients ask for: their requests taken apart, checked, and put together again.

git itself would give any object of the repository to whoever knows its name (protocol version 2
does not ask whether it was advertised), and say of any whether it is there. A repository holds many
events; so only what is known to be the event's may pass, and only words that are known here.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from llama.domain.errors import RepositoryRefused

_LENGTH = re.compile(rb"[0-9a-fA-F]{4}")
_HEADER_BYTES = 4
_COMMANDS = {"command=ls-refs", "command=fetch"}
_SETTINGS = {"agent", "object-format", "session-id"}
_PLAIN = {
    *("peel", "symrefs", "unborn", "ref-prefix"),
    *("thin-pack", "no-progress", "include-tag", "ofs-delta", "done", "wait-for-done"),
    *("deepen", "deepen-relative", "deepen-since", "sideband-all"),
}
"""What may stand in a request and names no object; `filter`, `want-ref` and the like do not."""
_NAMING = {"want", "have", "shallow"}
_NOTHING = b"0032have " + b"0" * 40 + b"\n"
"""A client without any `have` is taken for one that clones: so this one has what nobody has."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A part of a request: a line, or (without one) a mark between lines."""

    header: bytes
    payload: bytes

    @property
    def words(self) -> list[str]:
        """The words of the line."""
        return self.payload.decode(errors="replace").split()

    @property
    def object(self) -> str | None:
        """The object that the line is about, if it is about one."""
        words = self.words
        return words[1] if len(words) > 1 and words[0] in _NAMING else None


def packets_of(request: bytes) -> list[Packet]:
    """Take a request apart; RepositoryRefused if it is none."""
    packets: list[Packet] = []
    place = 0
    while place < len(request):
        header = request[place : place + _HEADER_BYTES]
        if not _LENGTH.fullmatch(header):
            raise RepositoryRefused("this is no request of git's: use a git client")
        size = int(header, 16)
        end = place + max(size, _HEADER_BYTES)
        if end > len(request) or size == _HEADER_BYTES - 1:
            raise RepositoryRefused("the request breaks off: send all of it")
        packets.append(Packet(header, request[place + _HEADER_BYTES : end]))
        place = end
    return packets


def objects_in(packets: Collection[Packet]) -> set[str]:
    """Return the names of the objects that a request is about."""
    return {packet.object for packet in packets if packet.object}


def admitted(packets: Collection[Packet], *, known: Collection[str]) -> bytes:
    """Put a request together again, of which only what concerns known objects is left.

    RepositoryRefused if it wants another object, or has a word that is not known here.
    """
    return b"".join(_admitted(packet, known) for packet in packets)


def _admitted(packet: Packet, known: Collection[str]) -> bytes:
    """Return what is left of a line; refuse what must not be asked."""
    word = packet.words[0] if packet.words else ""
    if word not in _NAMING:
        if packet.payload and word not in _PLAIN and not _is_setting(word):
            raise RepositoryRefused(f"{_shown(packet)} is not served: clone or fetch all of it")
        return packet.header + packet.payload
    if packet.object in known:
        return packet.header + packet.payload
    if word == "want":
        raise RepositoryRefused(f"{_shown(packet)} is no revision of this event: fetch its main")
    # Whether another event has such an object is nobody's business here.
    return _NOTHING if word == "have" else b""


def _is_setting(word: str) -> bool:
    return word in _COMMANDS or word.partition("=")[0] in _SETTINGS


def _shown(packet: Packet) -> str:
    return repr(packet.payload[:80].decode(errors="replace").strip())
