"""An HTTP server for tests: what it answers stands by path; it remembers what it was asked."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answers:
    """The bytes of each path; any other is answered with 404."""

    address: str = ""
    """host:port."""
    bodies: dict[str, bytes] = field(default_factory=dict[str, bytes])
    status: dict[str, int] = field(default_factory=dict[str, int])
    asked: list[tuple[str, dict[str, str], bytes]] = field(
        default_factory=list[tuple[str, dict[str, str], bytes]]
    )
    """Path, headers and body of each request."""


@contextmanager
def serving() -> Generator[Answers]:
    """Serve on a free port within the block."""
    said = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            said.asked.append((self.path, dict(self.headers), self.rfile.read(length)))
            body = said.bodies.get(self.path)
            self.send_response(said.status.get(self.path, 404 if body is None else 200))
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body or b"")

        do_POST = do_GET  # noqa: N815 - its name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.address = "127.0.0.1:{1}".format(*server.server_address[:2])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield said
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
