"""A question about all events, over HTTP, as a page or a script asks it."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlencode

import orjson

from benchmarks.yardstick.handlers import Coincidence
from schemas.base import zulu


@dataclass(frozen=True, slots=True)
class Asking:
    """A connection to the gateway that stays open."""

    gateway: HTTPConnection

    def newest(self, *, since: datetime) -> int:
        """Ask for the 10 newest events with a coincidence, not vetoed, changed since a moment.

        Return how many were told; RuntimeError if the gateway refuses.
        """
        question = {
            "fhnameexists": Coincidence.__name__,
            "vetoed": "false",
            "modafter": zulu(since),
            "sortkey": "modtime",
            "reverse": "true",
            "limit": "10",
        }
        self.gateway.request("GET", f"/events?{urlencode(question)}")
        answer = self.gateway.getresponse()
        told = answer.read()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"the gateway answered {answer.status}: {told.decode()}")
        return len(orjson.loads(told)["events"])
