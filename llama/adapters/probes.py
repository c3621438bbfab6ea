"""A small HTTP server in a thread of its own: GET /livez, /readyz and /metrics, and nothing else.

It answers also while the process's asyncio loop hangs. It reads no bodies, keeps no connection
open, has a few threads at the most, and cuts off whoever is slow.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import structlog

from llama.domain.errors import Misconfigured
from llama.domain.health import Report
from llama.ports.telemetry import Health

AT_ONCE = 8
"""Requests that are answered at the same time: a kubelet and some Prometheus servers need fewer."""
WITHIN_S = 5.0
"""For asking and for taking the answer, together: both are a few kilobytes."""
LOOK_EVERY_S = 0.5
CLOSE_WITHIN_S = 2.0
"""The thread looks every half second whether it is to end."""
_JSON = "application/json"
_PLAIN = "text/plain; charset=utf-8"
_LONGEST_TARGET = 2000

_log = structlog.get_logger()
Answer = tuple[HTTPStatus, str, bytes]
"""Status, content type and body."""


class Probes:
    """What is asked of a process from outside, and its answers."""

    def __init__(self, health: Health, metrics: Callable[[], bytes], *, metrics_type: str) -> None:
        self._health = health
        self._metrics = metrics
        self._metrics_type = metrics_type

    def answer(self, target: str) -> Answer:
        """Answer a GET of a path, with `?verbose` or without."""
        if len(target) > _LONGEST_TARGET:
            return _refusal(HTTPStatus.REQUEST_URI_TOO_LONG)
        path, verbose = _asked(target)
        if path == "/livez":
            return _report(self._health.live(), verbose=verbose)
        if path == "/readyz":
            return _report(self._health.ready(), verbose=verbose)
        if path == "/metrics":
            return HTTPStatus.OK, self._metrics_type, self._metrics()
        return _refusal(HTTPStatus.NOT_FOUND)


@contextmanager
def answering(probes: Probes, host: str, port: int) -> Generator[str]:
    """Answer within the block, from a thread; give the address as host:port.

    Misconfigured if the address cannot be had.
    """
    with _listening(probes, host, port) as server:
        thread = threading.Thread(
            target=server.serve_forever, args=(LOOK_EVERY_S,), name="probes", daemon=True
        )
        thread.start()
        try:
            yield "{}:{}".format(*server.server_address[:2])
        finally:
            server.shutdown()
            thread.join(CLOSE_WITHIN_S)


def _listening(probes: Probes, host: str, port: int) -> "_Server":
    try:
        return _Server(probes, host, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misconfigured(
            f"LLAMA_HEALTH={host}:{port} cannot be listened on: {reason}; name a free port, or off"
        ) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(self, probes: Probes, host: str, port: int) -> None:
        self._open: dict[socket.socket, float] = {}
        """When each connection that is being served was taken."""
        self._changing = threading.Lock()
        super().__init__((host, port), partial(_Handler, probes))

    def server_bind(self) -> None:
        """Bind, and ask no name server what this machine is called."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread, unless there are enough: it is hung up then."""
        with self._changing:
            has_room = len(self._open) < AT_ONCE
            if has_room:
                self._open[request] = time.monotonic()
        if has_room:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        with self._changing:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Cut off who is slow; called every half second."""
        latest = time.monotonic() - WITHIN_S
        with self._changing:
            slow = [request for request, since in self._open.items() if since < latest]
        for request in slow:
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as called
        """Tell of a fault of ours; who hangs up in the middle, or is cut off, is none."""
        if not isinstance(sys.exception(), OSError):
            _log.exception("probe_not_answered")


class _Handler(BaseHTTPRequestHandler):
    timeout = WITHIN_S
    server_version = "llama"
    sys_version = ""

    def __init__(self, probes: Probes, request: Any, client_address: Any, server: _Server) -> None:
        self._probes = probes
        super().__init__(request, client_address, server)  # this answers

    def do_GET(self) -> None:
        """Answer with a body."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer without."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        status, content_type, body = self._probes.answer(self.path)
        self._send(status, content_type, body, with_body=with_body)

    def _send(self, status: HTTPStatus, content_type: str, body: bytes, *, with_body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def send_error(
        self,
        code: int,
        message: str | None = None,  # noqa: ARG002 - it may quote the request
        explain: str | None = None,  # noqa: ARG002 - the same
    ) -> None:
        """Refuse what is no request that is answered here, without repeating any of it."""
        self.close_connection = True
        # Without a version that can be read there would be no line with the status.
        self.request_version = self.protocol_version
        status = HTTPStatus(code)
        if status is HTTPStatus.NOT_IMPLEMENTED:  # what http.server says of other methods
            status = HTTPStatus.METHOD_NOT_ALLOWED
        self._send(*_refusal(status), with_body=self.command != "HEAD")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
        """Write nothing: probes come every few seconds."""


def _asked(target: str) -> tuple[str, bool]:
    try:
        parts = urlsplit(target)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=10))
    except ValueError:
        return "", False
    return parts.path, "verbose" in asked


def _report(report: Report, *, verbose: bool) -> Answer:
    status = HTTPStatus.OK if report.is_good else HTTPStatus.SERVICE_UNAVAILABLE
    return status, _JSON, json.dumps(report.told(verbose=verbose)).encode() + b"\n"


def _refusal(status: HTTPStatus) -> Answer:
    return status, _PLAIN, f"{status.phrase}: GET /livez, /readyz or /metrics\n".encode()
