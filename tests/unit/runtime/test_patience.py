"""Patience: waiting for a server is not failing, and everything else is."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from llama.domain.errors import Fenced, LlamaError, Misconfigured, Unavailable
from llama.runtime.patience import FIRST_PAUSE_S, persist


def failing(*errors: Exception) -> tuple[Callable[[], Awaitable[str]], list[float]]:
    """Return an action that fails in turn and then works, and when it was tried."""
    tried: list[float] = []
    left = list(errors)

    async def act() -> str:
        tried.append(asyncio.get_running_loop().time())
        if left:
            raise left.pop(0)
        return "done"

    return act, tried


async def test_what_works_is_done_once() -> None:
    act, tried = failing()

    assert await persist("acting", act) == "done"
    assert len(tried) == 1


async def test_a_server_that_is_away_is_waited_for_with_growing_pauses() -> None:
    act, tried = failing(Unavailable("away"), Unavailable("still away"))

    assert await persist("acting", act) == "done"
    first, second = tried[1] - tried[0], tried[2] - tried[1]
    assert first >= FIRST_PAUSE_S
    assert second >= 2 * FIRST_PAUSE_S


@pytest.mark.parametrize("kind", [Fenced, Misconfigured, LlamaError, OSError, ValueError])
async def test_no_other_error_is_waited_out(kind: type[Exception]) -> None:
    act, tried = failing(kind("no"))

    with pytest.raises(kind, match="no"):
        await persist("acting", act)
    assert len(tried) == 1


async def test_waiting_ends_when_it_is_cancelled() -> None:
    act, _ = failing(*(Unavailable("away") for _ in range(1000)))
    waiting = asyncio.ensure_future(persist("acting", act))
    await asyncio.wait([waiting], timeout=FIRST_PAUSE_S / 2)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
