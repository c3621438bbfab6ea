"""The broker itself: what every request handler works on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from llama.embedded.broker.catalogue import Catalogue
from llama.embedded.broker.coordinator import Coordinator
from llama.embedded.broker.settings import Settings

NODE_ID = 1
CLUSTER_ID = "llama-embedded"


class Call(NamedTuple):
    """One request to be answered.

    `request` has the fields of its schema; `host` and `port` are where it reached us.
    """

    request: Any
    version: int
    client_id: str
    client_host: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Broker:
    """Topics, records and groups of one node."""

    settings: Settings
    catalogue: Catalogue
    coordinator: Coordinator

    def close(self) -> None:
        """Let go of all files and timers; waiting fetches return."""
        self.coordinator.close()
        self.catalogue.close()


def open_broker(settings: Settings) -> Broker:
    """Bring the broker back from its data folder. Raises JournalCorrupt and OSError."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return Broker(
        settings,
        Catalogue(settings.data, now_ms=wall_clock_ms, fsync=settings.fsync),
        Coordinator(initial_delay_s=settings.group_initial_delay_s),
    )


def wall_clock_ms() -> int:
    """Give the present time in ms since 1970, as record timestamps count it."""
    return time.time_ns() // 1_000_000
