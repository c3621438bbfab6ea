"""A process's listener for probes under test, and a client that speaks HTTP by hand."""

import http.client
import json
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from llama.adapters.probes import Probes, answering
from llama.adapters.prometheus.metrics import CONTENT_TYPE, PrometheusMetrics
from llama.runtime.vitals import Vitals

PATIENCE_S = 30.0
"""Far beyond what a listener takes that cuts off who is slow after five seconds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer."""

    status: int
    type: str
    body: bytes

    @property
    def json(self) -> Any:
        """Its body, read."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Listener:
    """The services of a process, and where their health is asked for."""

    vitals: Vitals
    metrics: PrometheusMetrics
    address: str

    def get(self, path: str, *, method: str = "GET") -> Asked:
        """Ask."""
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return Asked(answer.status, answer.headers["Content-Type"], answer.read())
        finally:
            connection.close()

    def connected(self) -> socket.socket:
        """Connect, and say nothing yet."""
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=PATIENCE_S)

    def told(self, raw: bytes) -> bytes:
        """Send some bytes, and return all that comes until the connection ends."""
        with self.connected() as connection:
            connection.sendall(raw)
            return rest_of(connection)


def rest_of(connection: socket.socket) -> bytes:
    """Return what comes until the connection ends, in whatever way."""
    pieces: list[bytes] = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionError:
        pass
    return b"".join(pieces)


def a_well_process() -> Probes:
    """Answer for a process whose only service does its work."""
    vitals = Vitals(["gateway"], clock=lambda: 0.0)
    vitals.begun("gateway")
    return probes_of(vitals)[0]


def probes_of(vitals: Vitals) -> tuple[Probes, PrometheusMetrics]:
    """Answer for some services; give their metrics, too."""
    metrics = PrometheusMetrics(vitals, version="1.2.3", time_s=lambda: 0.0)
    return Probes(vitals, metrics.text, metrics_type=CONTENT_TYPE), metrics


@contextmanager
def listening(vitals: Vitals) -> Generator[Listener]:
    """Answer for some services on a port of this machine."""
    probes, metrics = probes_of(vitals)
    with answering(probes, "127.0.0.1", 0) as address:
        yield Listener(vitals, metrics, address)
