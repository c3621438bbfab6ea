"""Ports of this machine: one that nobody uses, or the one that was used before."""

import socket
from pathlib import Path

from llama.runtime.addresses import write_atomically

_HIGHEST = 65535


def free_port() -> int:
    """Return a port of this machine that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def same_port(kept: Path) -> int:
    """Return the port that a file keeps if it is free, a free one otherwise; the file keeps it.

    Whoever knows a server by its address finds it there again after a restart.
    """
    known = _kept_in(kept)
    port = known if known and _is_free(known) else free_port()
    write_atomically(kept, f"{port}\n")
    return port


def _kept_in(path: Path) -> int | None:
    """Return the port in a file; None if there is none, or what is there is no port."""
    try:
        text = path.read_text(errors="replace").strip()
    except FileNotFoundError:
        return None
    is_port = text.isascii() and text.isdecimal() and len(text) <= len(str(_HIGHEST))
    return int(text) if is_port and 0 < int(text) <= _HIGHEST else None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # What is left of connections that were closed does not hinder a server: see tcp(7).
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
