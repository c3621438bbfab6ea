"""Answers of the gateway do not wait for the acknowledgement of what was sent before."""

import socket

from services.gateway.listening import listening


def test_connections_send_at_once() -> None:
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        is_at_once = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert is_at_once
