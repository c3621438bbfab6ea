"""How somebody else's Kafka server lets us in: secrets are read when they are needed."""

import asyncio
import base64
import json
import logging
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiokafka.abc import AbstractTokenProvider

from llama.adapters.secret_files import read_secret
from llama.adapters.sources.fetching import fetched, shown
from llama.domain.errors import Misconfigured, Unavailable
from llama.domain.sources.kinds import Access

LARGEST_TOKEN = 1024 * 1024
USED_FOR = 0.8
"""Of its life a token is used: the server's clock and ours need not agree."""
USUAL_LIFE_S = 300.0
"""Of a token of which the server does not tell it."""


def options_for(access: Access) -> dict[str, Any]:
    """Return what a Kafka client is told; Misconfigured if a file of a secret is not as it must be.

    Whoever gets this must not show it: there are secrets in it.
    """
    options: dict[str, Any] = {"security_protocol": access.security.upper()}
    if access.security.endswith("ssl"):
        options["ssl_context"] = _trusting(access.ca_file)
    if access.mechanism is None:
        return options
    _keep_requests_out_of_logs()
    options["sasl_mechanism"] = access.mechanism
    if access.mechanism == "OAUTHBEARER":
        options["sasl_oauth_token_provider"] = TokenProvider(access)
        return options
    options["sasl_plain_username"] = access.user
    options["sasl_plain_password"] = read_secret(access.password_file, "password_file")
    return options


def _keep_requests_out_of_logs() -> None:
    """Have the client's debugging log leave out what it sends: a password is in it."""
    requests = logging.getLogger("aiokafka.conn")
    requests.setLevel(max(logging.INFO, requests.level))


def _trusting(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:  # no such file, or no certificates in it
        raise Misconfigured(
            f"ca_file: {ca_file} holds no certificates: correct its path"
        ) from error


class TokenProvider(AbstractTokenProvider):
    """Has a token for every connection, and a new one before the old one ends."""

    def __init__(self, access: Access, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._token = ""
        self._ends_at = 0.0
        self._asking = asyncio.Lock()

    async def token(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride] - it has no type
        """Return a token that is good for a while yet."""
        async with self._asking:
            if self._clock() >= self._ends_at:
                asked_at = self._clock()
                self._token, life_s = await asyncio.to_thread(self._ask)
                self._ends_at = asked_at + USED_FOR * life_s
            return self._token

    def _ask(self) -> tuple[str, float]:
        """Return a new token, and for how many seconds it is good."""
        access = self._access
        name = read_secret(access.client_id_file, "client_id_file")
        secret = read_secret(access.client_secret_file, "client_secret_file")
        proof = base64.b64encode(f"{name}:{secret}".encode()).decode()
        asked = {"grant_type": "client_credentials"}
        if access.scope:
            asked["scope"] = access.scope
        answer = fetched(
            access.token_url,
            most_bytes=LARGEST_TOKEN,
            headers={"Authorization": f"Basic {proof}", "Accept": "application/json"},
            data=urlencode(asked).encode(),
        )
        return _token_in(answer, shown(access.token_url))


def _token_in(answer: bytes, said: str) -> tuple[str, float]:
    try:
        told = json.loads(answer)
        token, life_s = told["access_token"], float(told.get("expires_in", USUAL_LIFE_S))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        token, life_s = None, 0.0
    if not isinstance(token, str) or not token or not life_s > 0:
        # Without the cause: it might repeat what was answered.
        raise Unavailable(f"{said} answers with no token: look at that server") from None
    return token, life_s
