"""What `make` has to ask for so that files become current, and what would run then."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from llama.client.acting.effects import FAILURES
from llama.client.acting.naming import handlers_named
from llama.client.acting.orders import Order, OrderedFact, named
from llama.client.acting.remedies import remedy
from llama.domain.assessment import Assessment, Status
from llama.domain.needs import Assessor
from llama.domain.states import EventState
from schemas.files import HandlerSpec, Manifest

HELD = frozenset({Status.VETOED, Status.FROZEN, Status.MASKED, Status.BLOCKED})
"""What is not made even on request, until something else is done first."""
DONE = frozenset({Status.CURRENT, Status.FROZEN, Status.MASKED, Status.VETOED})
"""What is no failure where nobody has asked for this very file."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What there is to do about one handler's files; `runs` is 'now', 'later' or 'no'."""

    files: tuple[str, ...]
    handler: str
    runs: str
    why: str
    then: str = ""
    """What an operator can do about it."""


def with_ancestors(state: EventState, wanted: Sequence[HandlerSpec]) -> tuple[HandlerSpec, ...]:
    """Return some handlers and all that they are made from, ancestors first."""
    specs = state.manifest.handlers if state.manifest else ()
    makers = {file: spec for spec in specs for file in spec.files}
    found = {spec.name for spec in wanted}
    for spec in reversed(specs):  # Descendants first: one pass reaches every ancestor.
        if spec.name in found:
            used = (makers.get(dependency.file) for dependency in spec.dependencies)
            found |= {maker.name for maker in used if maker is not None}
    return tuple(spec for spec in specs if spec.name in found)


def to_retry(
    state: EventState, among: Collection[HandlerSpec] | None = None
) -> tuple[HandlerSpec, ...]:
    """Return those handlers whose last run failed, of some or of all: only a request helps now."""
    assessor = Assessor(state)
    chosen = assessor.handlers if among is None else among
    return tuple(spec for spec in chosen if assessor.of(spec).status in FAILURES)


def to_force(state: EventState, among: Collection[HandlerSpec]) -> tuple[HandlerSpec, ...]:
    """Return those handlers that can be made again though they are current."""
    assessor = Assessor(state)
    return tuple(
        spec for spec in among if spec.kind == "made" and assessor.of(spec).status not in HELD
    )


def adopting(state: EventState, deployed: Manifest) -> EventState:
    """Return the state as it would be with the deployed pipeline."""
    if state.manifest is not None and state.manifest.digest == deployed.digest:
        return state
    return replace(state, manifest=deployed, epoch=state.epoch + 1)


def planned(state: EventState, among: Collection[HandlerSpec]) -> tuple[Planned, ...]:
    """Return what there is to do about those files that are not current, ancestors first."""
    assessor = Assessor(state)
    assessed = [assessor.named(spec.name) for spec in among]
    return tuple(
        _planned(state, one)
        for one in assessed
        if one is not None and one.status is not Status.CURRENT
    )


def _planned(state: EventState, one: Assessment) -> Planned:
    why = f"{one.status}: {one.reason}"
    return Planned(one.handler.files, one.handler.name, _runs(one), why, remedy(state, one))


def _runs(assessment: Assessment) -> str:
    if assessment.status in {Status.WAITING, Status.COOLING}:
        return "later"
    if assessment.need is None:
        return "later" if assessment.status is Status.OBSOLETE else "no"
    return "no" if assessment.status is Status.FAILED else "now"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which files are to be made (all, if none is named), and how far to go for it."""

    files: Sequence[str] = ()
    force: bool = False
    """Make even what is current, of the files that are named."""
    stale: bool = False
    """Ask for the newest code first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be said so that a wish comes true, and about which handlers it is."""

    order: Order
    facts: Sequence[OrderedFact]
    targets: tuple[HandlerSpec, ...]
    """The wanted handlers and all that they are made from."""
    named: frozenset[str]
    """Handlers that somebody named, or forbade with the whole event: their files have to be
    current in the end."""
    held: frozenset[str]
    """Those of them that were to be forced, and cannot be made now."""

    @property
    def awaited(self) -> frozenset[str] | None:
        """Handlers whose runs are waited for; None: whatever runs, if no file was named."""
        return frozenset(spec.name for spec in self.targets) if self.named else None


def plan_of(state: EventState, wish: Wish, order: Order) -> Plan:
    """Return what to say; ActRefused if the event has no such file, or no pipeline yet."""
    chosen = handlers_named(state, wish.files or names_of_files(state))
    targets = with_ancestors(state, chosen)
    asked = to_force(state, chosen) if wish.force else to_retry(state, targets)
    order = named(order, "make", [str(wish.stale), *(spec.name for spec in asked)])
    newest = [order.newest_code()] if wish.stale else []
    requests = [order.switch("make", spec.name) for spec in asked]
    wanted = frozenset(spec.name for spec in (chosen if wish.files else _forbidden(state, chosen)))
    held = wanted - {spec.name for spec in asked} if wish.force else frozenset[str]()
    return Plan(order, [*newest, *requests], targets, wanted, held)


def _forbidden(state: EventState, among: Collection[HandlerSpec]) -> tuple[HandlerSpec, ...]:
    """Return those handlers, of some, that are vetoed because the whole event is."""
    if not state.flags.VETOED:
        return ()
    assessor = Assessor(state)
    return tuple(spec for spec in among if assessor.of(spec).status is Status.VETOED)


def left_over(state: EventState, plan: Plan) -> tuple[Planned, ...]:
    """Return what is not as it was wished although nothing is under way any more."""
    assessor = Assessor(state)
    assessed = [assessor.named(spec.name) for spec in plan.targets]
    return tuple(_planned(state, one) for one in assessed if one and _is_left(one, plan))


def _is_left(one: Assessment, plan: Plan) -> bool:
    if one.handler.name in plan.named:
        return one.status is not Status.CURRENT or one.handler.name in plan.held
    return one.status not in DONE


def names_of_files(state: EventState) -> list[str]:
    """Return the names of all files of an event's pipeline, ancestors first."""
    specs = state.manifest.handlers if state.manifest else ()
    return [file for spec in specs for file in spec.files]
