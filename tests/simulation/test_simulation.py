"""All services at once, in storms that a seed makes up: what must hold holds in every one."""

import os
from collections import Counter

import pytest

from schemas.facts import FACTS
from schemas.topics import FACTS_TOPIC
from tests.simulation.seeds import STORMS, failures, in_silence, play
from tests.simulation.world import World

SEEDS = int(os.environ.get("SIMULATION_SEEDS", str(STORMS)))
CHUNK = 500
RUNS_IN_VAIN = {("FileGenerated", "superseded"), ("FileGenerated", "redundant")}
FAILED_RUNS = {("FileFailed", "applied"), ("FileFailed", "superseded")}
OVERTAKEN = {("TriggerReceived", "ignored"), ("PipelineAdopted", "ignored")}
REPEATED = {(kind, "redundant") for kind in ("TriggerReceived", "FileDeleted", "FlagsChanged")}


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_storm_breaks_an_invariant(first: int) -> None:
    seeds = range(first, min(first + CHUNK, SEEDS))

    failed = next(failures(seeds), None)

    assert failed is None, str(failed)


def test_the_same_seed_tells_the_same_story() -> None:
    with in_silence():
        worlds = [World(7), World(7)]
        ends = [list(play(world)) for world in worlds]

    assert ends[0] == ends[1]
    assert worlds[0].told(1000) == worlds[1].told(1000)
    assert worlds[0].log.partitions == worlds[1].log.partitions


def test_storms_bring_everything_that_they_are_meant_to_bring() -> None:
    happened: Counter[tuple[str, str]] = Counter()
    stories: list[str] = []

    with in_silence():
        for seed in range(200):
            world = World(seed)
            list(play(world))
            stories.append(world.told(1000))
            happened.update((row.kind, row.outcome) for _, row in world.store.facts.values())

    assert happened.keys() >= RUNS_IN_VAIN | FAILED_RUNS | OVERTAKEN | REPEATED
    told = "\n".join(stories)
    for what in ("fenced", "lingers", "killed", "gives up", "does not say so", "is deployed"):
        assert what in told


def test_a_fact_on_the_log_is_what_was_appended() -> None:
    with in_silence():
        world = World(11)
        list(play(world))

    for record in world.log.records(FACTS_TOPIC):
        assert FACTS.validate_json(record.value or b"").model_dump_json().encode() == record.value
