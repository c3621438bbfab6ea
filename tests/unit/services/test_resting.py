"""dependency_resolver rests after hauls of which nobody had any use."""

import asyncio

import pytest

from llama.ports.message_log import Haul
from services.dependency_resolver.resting import Rest


@pytest.mark.parametrize(("was_of_use", "goes_on"), [(False, False), (True, True), (None, True)])
async def test_others_have_the_machine_after_what_was_of_no_use(
    *, was_of_use: bool | None, goes_on: bool
) -> None:
    rest, handled = Rest(), list[Haul]()

    async def handle(haul: Haul) -> None:
        handled.append(haul)
        rest.was_of_use = was_of_use

    work = asyncio.ensure_future(rest.after(handle)([]))
    await asyncio.sleep(0)
    is_done = work.done()
    await work

    assert (handled, is_done) == ([[]], goes_on)
