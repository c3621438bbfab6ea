"""A chain of files that is made, and what a person is told about one of them."""

from llama.domain.status import status_of
from llama.domain.why import explanation_of
from schemas.status import FileStatus, Why
from tests.support.world import World

CHAIN = ("skymap <- alert#skymap", "info <- alert#event skymap?", "plot <- skymap")


def a_settled_world() -> World:
    world = World(*CHAIN)
    world.notice("INITIAL", minute=1, skymap="a")
    world.settle()
    return world


def file_of(world: World, name: str) -> FileStatus:
    status = status_of(world.state, leased=[], now=world.now)
    return next(file for file in status.files if file.name == name)


def why_of(world: World, name: str) -> Why:
    why = explanation_of(world.state, name, now=world.now)
    assert why is not None
    return why
