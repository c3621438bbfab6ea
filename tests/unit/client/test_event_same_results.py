"""An event in a folder and the services come to the same results from the same notices."""

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from llama import FileHandler, Inputs, Pipeline, uses
from llama.adapters.processes import ProcessRunner
from llama.adapters.processes.forked import ForkingRunner
from llama.client.event import Event
from llama.domain.digests import canonical_json
from llama.domain.event_state import replay
from llama.domain.manifests import manifest_of
from llama.domain.needs import Assessor
from llama.domain.resources import read_resources
from llama.handlers import Alert
from llama.handlers.sky.writing import to_fits
from llama.ports.runner import Runner
from schemas.facts import Fact, FileGenerated
from services.dependency_resolver.adopting import deployable
from tests.support.memory_system import MemorySystem, SetClock
from tests.support.notices import a_notice, a_retraction
from tests.support.notices import an_event as about
from tests.unit.handlers.builders import a_blob, with_distance


def results(facts: Iterable[Fact]) -> dict[str, object]:
    """Return what was made, from what, for which need: all that two ways have to agree about."""
    return {
        fact.id: (fact.handler, fact.need, fact.inputs, [one.aspects for one in fact.files])
        for fact in facts
        if isinstance(fact, FileGenerated)
    }


def statuses(eventid: str, facts: Iterable[Fact]) -> Mapping[str, str]:
    return {one.handler.name: one.status for one in Assessor(replay(eventid, facts)).all()}


class Doomed(FileHandler):
    FILENAME = "doomed.txt"
    DEPENDENCIES = (uses(Alert, "event"),)
    MAX_ATTEMPTS = 1

    def generate(self, inputs: Inputs) -> str:
        raise OSError("never")


class Words(FileHandler):
    FILENAME = "words.txt"
    DEPENDENCIES = (uses(Alert, "event"),)
    FLAGS = ("ROLE",)

    def generate(self, inputs: Inputs) -> bytes:
        return canonical_json([inputs[Alert].json(), inputs.flags["ROLE"]])


class Length(FileHandler):
    FILENAME = "length.txt"
    DEPENDENCIES = (Words, uses(Doomed, optional=True))

    def generate(self, inputs: Inputs) -> str:
        return str(len(inputs[Words].content))


ORDERS = list(
    itertools.permutations(
        (
            a_notice(),
            a_notice(alert_type="UPDATE", time_created="2023-09-14T13:20:00Z"),
            a_retraction(),
        )
    )
)


@pytest.mark.parametrize("notices", ORDERS)
async def test_the_same_needs_results_and_statuses_as_in_a_running_system(
    tmp_path: Path, notices: tuple[bytes, ...]
) -> None:
    pipeline = Pipeline(Alert, Words, Length, Doomed)
    event = Event("S230914ak", tmp_path, pipeline).init()
    system = MemorySystem.of(manifest_of(pipeline), clock=SetClock(event.bench.clock.now()))
    system.runner = ForkingRunner(pipeline, artifacts=system.recent, work=tmp_path / "work")

    async with system.living():
        for raw in notices:
            await system.settled(raw)
            event.ingest(raw).update()

    facts = event.bench.folder.facts(0)[0]
    assert results(facts) == results(system.facts())
    assert len(results(facts)) > 1
    assert statuses("S230914ak", facts) == statuses("S230914ak", system.facts())


async def folded_by_the_services(runner: Runner, system: MemorySystem, raw: bytes) -> list[Fact]:
    system.runner = runner
    async with system.living():
        await system.settled(raw)
    return system.facts()


async def test_a_review_gives_the_same_bytes_as_in_a_running_system(tmp_path: Path) -> None:
    raw = a_notice(event=about(skymap=to_fits(with_distance(a_blob(4)))))
    review = Pipeline.from_module("review")
    event = Event("S230914ak", tmp_path, review).ingest(raw)
    event.update()
    clock = SetClock(event.bench.clock.now())
    resources = read_resources(review.values())
    system = MemorySystem.of(manifest_of(review, resources), clock=clock)
    await deployable(review, resources, system.artifacts)
    work = tmp_path / "work"

    async with ProcessRunner("review", artifacts=system.recent, work=work) as runner:
        facts = await folded_by_the_services(runner, system, raw)

    local = event.bench.folder.facts(0)[0]
    found = event.files.status()
    assert [name for name in found if found[name] != "current"] == ["ExternalOverlap"]
    assert results(local) == results(facts)
    assert statuses("S230914ak", local) == statuses("S230914ak", facts)
