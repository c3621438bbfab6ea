"""dependency_resolver rests after results alone: what else happens may be urgent."""

import asyncio

import pytest

from llama.ports.message_log import Batch, Haul, Record
from schemas.envelope import body_of, headers_of, key_of
from schemas.facts import Fact
from services.dependency_resolver.resting import resting
from tests.support.facts import Story


def a_haul(*facts: Fact) -> Haul:
    records = [
        Record("llama.facts", 0, number, key_of(one), body_of(one), tuple(headers_of(one)))
        for number, one in enumerate(facts)
    ]
    return [Batch("llama.facts", 0, 0, tuple(records))]


def facts_of_two_kinds() -> tuple[Fact, Fact]:
    story = Story()
    story.notice()
    story.make("skymap", "one")
    return story.steps[0].fact, story.steps[-1].fact


@pytest.mark.parametrize("has_others", [False, True])
async def test_others_have_the_machine_only_after_results_alone(*, has_others: bool) -> None:
    other, result = facts_of_two_kinds()
    handled: list[Haul] = []

    async def handle(haul: Haul) -> None:
        handled.append(haul)

    haul = a_haul(other, result) if has_others else a_haul(result)
    work = asyncio.ensure_future(resting(handle)(haul))
    await asyncio.sleep(0)
    is_done = work.done()
    await work

    assert (handled, is_done) == ([haul], has_others)
