"""A child is heard when it was asked, and no more once it has spoken unasked."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest_asyncio

from llama.adapters.processes.link import Link
from llama.adapters.processes.protocol import Reply
from tests.contract.runner.scene import until

READY, WARM = Reply("ready").packed(), Reply("warm").packed()


@pytest_asyncio.fixture
async def ends() -> AsyncIterator[tuple[Link, socket.socket]]:
    """Give both ends, ours first."""
    ours, theirs = socket.socketpair()
    with theirs:
        _, link = await asyncio.get_running_loop().create_connection(Link, sock=ours)
        yield link, theirs
        link.hang_up()


async def kind_of(link: Link) -> str | None:
    reply = await link.heard()
    return reply.kind if reply else None


async def test_one_reply_to_each_thing_said(ends: tuple[Link, socket.socket]) -> None:
    link, child = ends
    child.sendall(READY)
    first = await kind_of(link)
    link.say(b"warm up")
    asked = child.recv(100)
    child.sendall(WARM)

    assert (first, asked, await kind_of(link)) == ("ready", b"warm up", "warm")
    assert link.is_quiet


async def test_who_speaks_unasked_is_not_believed(ends: tuple[Link, socket.socket]) -> None:
    link, child = ends
    child.sendall(READY)
    await kind_of(link)
    child.sendall(WARM)
    await until(lambda: not link.is_quiet)

    link.say(b"warm up")

    assert [await kind_of(link), await kind_of(link)] == [None, None]


async def test_a_child_that_is_gone_says_nothing_more(ends: tuple[Link, socket.socket]) -> None:
    link, child = ends
    child.sendall(READY[:-1])
    child.close()

    assert [await kind_of(link), await kind_of(link)] == [None, None]
    assert not link.is_quiet
