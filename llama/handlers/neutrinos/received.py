"""The neutrinos that this deployment has received: its gateway is asked for them."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from llama.domain.errors import Misconfigured
from llama.handlers.neutrinos.asking import shown, tracks_over_http
from llama.handlers.neutrinos.track import Track

USUAL_DELAY_S = 120.0
"""Alerts are sent half a minute after the neutrino, and are here a moment later."""
_EVERYWHERE = ("0.0.0.0", "[::]", "*")  # noqa: S104 - what a server listens on, not what is asked


def tracks_received(
    place: str, start: datetime, stop: datetime, *, tests: bool
) -> tuple[Track, ...]:
    """Return what the gateway tells of a time span; those of tests too, if so wanted.

    Retracted ones are never told. Unavailable if the gateway does not answer.
    """
    url = f"{gateway_here(place)}/neutrinos"
    asked = f"{url}?test=true" if tests else url
    return tracks_over_http(asked, start, stop, direct=True)


def name_of(place: str) -> str:
    """Return what results call the source: this deployment's has no address, which may change."""
    return f"received:{shown(place) if '//' in place else place}" if place else "received"


def gateway_here(place: str) -> str:
    """Return the URL of a gateway as `gateway_at` finds it from this process."""
    return gateway_at(place, os.environ)


def gateway_at(place: str, environment: Mapping[str, str]) -> str:
    """Return the URL of a gateway: the one that is named, or the one of this deployment.

    That is where LLAMA_HTTP says, or where a running `llama up` under LLAMA_HOME has left it.
    """
    if place.startswith(("http://", "https://")):
        return place.rstrip("/")
    address = place or _set_address(environment) or _left_address(environment)
    if not address:
        raise Misconfigured(
            "received: does not find the gateway: start it with `llama up`, set LLAMA_HTTP, or "
            "write received:HOST:PORT"
        )
    host, _, port = address.rpartition(":")
    return f"http://{'127.0.0.1' if host in _EVERYWHERE else host}:{port}"


def _set_address(environment: Mapping[str, str]) -> str:
    """Return what LLAMA_HTTP says; nothing if the gateway is to choose its port."""
    said = environment.get("LLAMA_HTTP", "").strip()
    return "" if said.endswith(":0") else said


def _left_address(environment: Mapping[str, str]) -> str:
    home = environment.get("LLAMA_HOME", "").strip()
    path = Path(home).expanduser() / "run" / "gateway.address"
    return path.read_text().strip() if home and path.is_file() else ""
