"""What can be chosen when the broker starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one broker; sizes in bytes, times in seconds."""

    data: Path
    """The folder of the records and the journal; made when absent."""
    host: str = DEFAULT_HOST
    """The address to listen on."""
    port: int = 0
    """The port to listen on; 0 takes any that is free."""
    port_file: Path | None = None
    """Where to write the port once the broker is ready."""
    fsync: bool = False
    """Whether records must be on the disk before they are acknowledged.

    Without it they are with the operating system: they survive `kill -9`, but not a power cut.
    """
    max_request_bytes: int = 64 * _MIB
    """The largest produce request; a client that sends more is cut off."""
    max_small_request_bytes: int = 4 * _MIB
    """The largest request of any other kind."""
    max_fetch_bytes: int = 4 * _MIB
    """The largest answer to one fetch, unless a single batch is larger."""
    max_connections: int = 1000
    """Connections beyond this number are closed at once."""
    large_frame_bytes: int = 1 * _MIB
    """Requests above this size are read only a few at a time."""
    large_frames_at_once: int = 4
    """How many large requests may be in memory."""
    frame_timeout_s: float = 30.0
    """How long a client may take over one request: enough for 64 MiB on a busy laptop."""
    group_initial_delay_s: float = 0.05
    """How long an empty group waits for more members, so that services rebalance once."""
    housekeeping_interval_s: float = 1.0
    """How often retention and compaction look for work."""
