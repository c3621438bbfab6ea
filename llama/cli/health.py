"""What `llama status` says of services that do not do their work; nothing if all of them do."""

import json
import urllib.error
import urllib.request
from typing import Any

from llama.cli.output import progress
from llama.runtime.addresses import health_addresses
from llama.runtime.settings import Settings

PATIENCE_S = 2.0
"""Processes of this machine answer within milliseconds, also when they hang."""


def tell_of_health(settings: Settings) -> None:
    """Say which services that run under LLAMA_HOME are not ready, and why."""
    for address in health_addresses(settings):
        for line in _complaints(address):
            progress(line)


def _complaints(address: str) -> list[str]:
    told = _asked(f"http://{address}/readyz")
    if told is None:
        return [f"no process answers at {address}: LLAMA_HOME/log has its last words"]
    return [f"{one['service']} is not ready: {one['reason']}" for one in told["reasons"]]


def _asked(url: str) -> Any:
    """Return what is answered, also with 503; None if nothing is."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310 - our own
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        return json.load(refusal)
    except OSError:
        return None
