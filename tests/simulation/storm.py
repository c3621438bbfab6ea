"""What happens, in an order that the seed decides about; and then the calm."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from schemas.facts import (
    Fact,
    FileDeleted,
    FileFrozen,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineRequested,
    RunCancelled,
)
from schemas.files import FileContent, HandlerSpec
from tests.simulation.edges import ASPECTS
from tests.simulation.errands import drive
from tests.simulation.scenery import OFTEN, SOMETIMES, ActName
from tests.simulation.world import FOLLOWED, HISTORY, PROJECTION, RESOLVER, Machine, World

Switch = FileVetoed | FileFrozen | FileDeleted | FileRequested | RunCancelled
SHORTEST, LONGEST = 50, 170
MOST_ROUNDS = 300
"""Of the calm: several times what any seed has needed."""
MOST_AHEAD = 2000
"""Places that a worker passes with what it has in hand, and with what that leads to."""
PAUSES = (1, 1, 2, 3, 1000, 1000, 1000, 1000)


class Restless(AssertionError):
    """The world does not come to rest."""


def storm(world: World) -> None:
    """Let things happen, good and bad."""
    weights = list(_WEIGHTS)
    for _ in range(2):
        # Every storm has its own character: some things come often in it, or hardly ever.
        weights[world.chance.randrange(len(weights))] *= world.chance.choice((0.1, 3.0))
    for _ in range(world.chance.randint(SHORTEST, LONGEST)):
        step = world.chance.choices(_STEPS, weights)[0]
        step(world)
    while world.coming:
        world.receive_notice()
    if world.chance.random() < SOMETIMES:
        _late_deployment(world)


def calm(world: World) -> None:
    """Let everything come to rest: nothing fails any more, and time goes on to each timer."""
    world.weather.is_stormy = False
    world.say("--- calm")
    while world.lingering:
        world.wake_lingering()
    for machine in world.machines:
        _work_off(world, machine)
        world.stop_worker(machine, kindly=True)
    for _ in range(MOST_ROUNDS):
        if not _one_round(world) and not _go_on_to_next_timer(world):
            return
    raise Restless(f"there is still something to do after {MOST_ROUNDS} rounds of calm")


def _work_off(world: World, machine: Machine) -> None:
    for _ in range(MOST_AHEAD):
        if not world.go_on_working(machine):
            return
    raise Restless(f"{machine.name} goes on and on by itself")


def _late_deployment(world: World) -> None:
    """Deploy the next release when nearly everything is done that can be."""
    for _ in range(4):
        _one_round(world)
    world.pass_time(world.chance.choice((1, 3, 10)))
    world.deploy()


def _one_round(world: World) -> bool:
    busy = world.ring()
    for name in FOLLOWED:
        while world.turn(name, most=1000):
            busy = True
    for machine in world.machines:
        while world.claim(machine):
            _work_off(world, machine)
            busy = True
    return busy


def _go_on_to_next_timer(world: World) -> bool:
    now = world.clock.moment
    tasks = world.store.tasks.values()
    due = [row.due_at for row in tasks if not row.is_done and row.due_at > now]
    due += [row.rings_at for row in world.store.timers.values() if row.rings_at > now]
    if not due:
        return False
    world.clock.moment = min(due)
    world.say(f"time goes on to {world.clock.moment:%Y-%m-%d %H:%M:%S}")
    return True


def _notice(world: World) -> None:
    if world.coming:
        world.receive_notice()


def _resolve(world: World) -> None:
    world.turn(RESOLVER, pauses=world.chance.choice(PAUSES))


def _project(world: World) -> None:
    world.turn(PROJECTION, pauses=world.chance.choice(PAUSES))


def _commit(world: World) -> None:
    world.turn(HISTORY, pauses=world.chance.choice(PAUSES))


def _claim(world: World) -> None:
    world.claim(_any_machine(world))


def _run(world: World) -> None:
    world.go_on_working(_any_machine(world), pauses=world.chance.choice(PAUSES))


def _work(world: World) -> None:
    machine = _any_machine(world)
    if world.claim(machine):
        world.go_on_working(machine)


def _renew(world: World) -> None:
    world.renew(_any_machine(world))


def _kill_service(world: World) -> None:
    world.kill_service(world.chance.choice((RESOLVER, *FOLLOWED)))


def _stop_worker(world: World) -> None:
    world.stop_worker(_any_machine(world), kindly=world.chance.random() < SOMETIMES)


def _set_clock(world: World) -> None:
    world.set_clock(_any_machine(world))


def _pass_time(world: World) -> None:
    world.pass_time(world.chance.choice((1, 1, 3, 10, 20, 60)))
    if world.chance.random() < OFTEN:
        world.ring(pauses=world.chance.choice(PAUSES))


def _operate(world: World) -> None:
    world.acts += 1
    event = world.chance.choice(world.events)
    manifest = world.manifests[world.release]
    handler = world.chance.choice(manifest.handlers)
    name = world.chance.choices(list(world.habits), list(world.habits.values()))[0]
    world.tell(_act(world, name, event, handler))


def _act(world: World, name: ActName, event: str, handler: HandlerSpec) -> Fact:
    skew = timedelta(seconds=world.chance.choice((0, 0, -60, 60)))
    fields: dict[str, object] = {
        "id": f"act-{world.acts}",
        "occurred_at": world.clock.now() + skew,
        "event": event,
    }
    if name == "newest code":
        return PipelineRequested.model_validate(fields)
    if name in _FLAGS:
        return FlagsChanged.model_validate({**fields, "changes": _FLAGS[name]})
    fields["handler"] = handler.name
    if name == "put":
        return FilePut.model_validate({**fields, "files": _by_hand(world, handler)})
    kind, settings = _KINDS[name]
    return kind.model_validate({**fields, **settings})


def _by_hand(world: World, handler: HandlerSpec) -> tuple[FileContent, ...]:
    """Make up what a person puts in the place of one of a handler's files."""
    file, content = handler.files[-1], f"by hand {world.chance.randrange(3)}".encode()
    digest = drive(world.artifacts.put(content))
    aspects: dict[str, str] = {"whole": digest, ASPECTS[0]: digest, "event": digest}
    return (FileContent(file=file, digest=digest, size=len(content), aspects=aspects),)


def _any_machine(world: World) -> Machine:
    return world.chance.choice(world.machines)


_FLAGS: dict[ActName, dict[str, bool | str]] = {
    "veto event": {"VETOED": True},
    "unveto event": {"VETOED": False},
    "upload": {"UPLOAD": True},
    "do not upload": {"UPLOAD": False},
    "test": {"ROLE": "test"},
}
_KINDS: dict[ActName, tuple[type[Switch], dict[str, bool]]] = {
    "veto": (FileVetoed, {"vetoed": True}),
    "unveto": (FileVetoed, {"vetoed": False}),
    "freeze": (FileFrozen, {"frozen": True}),
    "thaw": (FileFrozen, {"frozen": False}),
    "delete": (FileDeleted, {}),
    "request": (FileRequested, {}),
    "cancel": (RunCancelled, {}),
}
_STEPS: Sequence[Callable[[World], None]] = (
    _resolve,
    _project,
    _commit,
    _claim,
    _run,
    _work,
    _notice,
    _operate,
    _pass_time,
    _renew,
    _kill_service,
    _stop_worker,
    _set_clock,
    World.repeat_fact,
    World.wake_lingering,
    World.deploy,
)
_WEIGHTS = (26, 9, 5, 8, 10, 14, 4, 6, 6, 2, 3, 3, 2, 3, 2, 1.5)
