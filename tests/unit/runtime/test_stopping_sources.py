"""What has begun comes to its end when it is stopped, if it can."""

import asyncio

import pytest

from llama.runtime import stopping
from llama.runtime.stopping import to_its_end


async def test_what_is_under_way_ends_before_the_stop() -> None:
    began, may_end, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def act() -> None:
        began.set()
        await may_end.wait()
        done.set()

    acting = asyncio.ensure_future(to_its_end(act()))
    await began.wait()
    acting.cancel()
    await asyncio.sleep(0)
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await acting
    assert done.is_set()


async def test_what_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "FINISH_WITHIN_S", 0.01)
    began, cut = asyncio.Event(), asyncio.Event()

    async def act() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    acting = asyncio.ensure_future(to_its_end(act()))
    await began.wait()
    acting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await acting
    assert cut.is_set()


async def test_a_failure_comes_out_as_it_is() -> None:
    async def act() -> None:
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="it broke"):
        await to_its_end(act())
