"""The socket that clients of the gateway connect to."""

import socket

WAITING = 128
"""Connections that the system keeps for us while we are busy."""


def listening(host: str, port: int) -> socket.socket:
    """Listen; what is answered goes out at once.

    asyncio sees to that only for sockets that name their protocol, which this one does not: half
    of an answer would wait 40 ms for the client's acknowledgement of the other half.
    """
    listener = socket.create_server((host, port), backlog=WAITING)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
