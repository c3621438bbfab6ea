"""Plays seeds, and reports on those that break an invariant."""

import logging
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from tests.simulation.invariants import Broken, broken
from tests.simulation.storm import Restless, calm, storm
from tests.simulation.world import World

STORMS = 10_000
"""So many seeds are played: about twice what the best hidden of the mutants needs to be seen."""
LINES = 20
"""Of a story: what happened last is mostly what matters."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A seed that broke an invariant."""

    seed: int
    broken: tuple[Broken, ...]
    story: str

    def __str__(self) -> str:
        told = "\n".join(f"invariant {invariant}: {how}" for invariant, how in self.broken)
        again = f"python -m tests.simulation {self.seed}"
        return f"seed {self.seed}\n{told}\n{self.story}\nthe whole story: {again}"


def failures(seeds: Iterable[int]) -> Iterator[Failed]:
    """Play seeds; give those that break an invariant."""
    with in_silence():
        for seed in seeds:
            world = World(seed)
            if found := tuple(play(world)):
                yield Failed(seed, found, world.told(LINES))


def play(world: World) -> Iterator[Broken]:
    """Play a world to its end; give what is broken then."""
    try:
        storm(world)
        calm(world)
    except Restless as error:
        yield "3 everything settles", str(error)
    except Exception:  # noqa: BLE001 - whatever a step raises is a finding about the product
        yield "0 nothing crashes", traceback.format_exc()
    else:
        yield from broken(world)


@contextmanager
def in_silence() -> Generator[None]:
    """Let the services log nothing within the block."""
    before = structlog.get_config()
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    try:
        yield
    finally:
        structlog.configure(**before)
