"""What must be so when a world has come to rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from llama.domain.outlooks import Outlooks
from llama.domain.resolve import decide_from
from llama.domain.revisions import Head, changed_files, revise
from llama.domain.shown import shown
from llama.domain.states import EventState, Outcome
from llama.domain.work import Step, fold
from schemas.facts import FACTS, Fact
from schemas.topics import FACTS_TOPIC, REVISIONS_TOPIC
from tests.simulation.errands import drive
from tests.simulation.known import OUTSIDE, Known
from tests.simulation.tale import Tale
from tests.simulation.world import FOLLOWED, HISTORY, PROJECTION, World

Broken = tuple[str, str]
"""The invariant, and how it is broken."""
SETTLES, REPLAYS, APPLIES = "3 everything settles", "4 replay equals live", "2 nothing twice"
MAY_HIDE = OUTSIDE | {"masked", "failed", "blocked", "vetoed"}
MUST_HIDE = frozenset({"masked", "waiting for outside"})
"""What an older notice gave would show otherwise, and what nobody will ever replace."""
LOOKS: Mapping[str, set[str]] = {
    told: {"waiting", "obsolete"} for told in ("waiting", "waiting for outside")
}
"""How a status may be shown, where it is not by its own name."""
Placed = tuple[int, int, Fact]


def broken(world: World) -> Iterator[Broken]:
    """Go through what is not as it must be."""
    facts = [
        (record.partition, record.offset, FACTS.validate_json(record.value or b""))
        for record in world.log.records(FACTS_TOPIC)
    ]
    yield from _unsettled(world)
    for event in world.events:
        own = [placed for placed in facts if placed[2].event == event]
        steps = fold(own, {}, Outlooks())
        yield from _not_replayed(world, event, steps)
        yield from _not_as_told(world, event, steps)
        yield from _other_history(world, event, steps)
        yield from _not_without_repeats(event, own, steps)


def _unsettled(world: World) -> Iterator[Broken]:
    for consumer, topics in FOLLOWED.items():
        for topic in topics:
            for (name, number), records in world.log.partitions.items():
                stand = world.store.offsets.get((consumer, name, number), 0)
                if name == topic.name and stand != len(records):
                    yield SETTLES, f"{consumer} stands at {stand} of {name}[{number}]"
    for key, row in world.store.tasks.items():
        how = "done" if row.is_done else "open"
        yield SETTLES, f"a task is {how} that nobody wants or can do: {key}"


def _not_replayed(world: World, event: str, steps: Sequence[Step]) -> Iterator[Broken]:
    last = steps[-1].after if steps else EventState(event)
    for consumer in FOLLOWED:
        if world.store.states.get((consumer, event)) != last:
            yield REPLAYS, f"{consumer} has another state of {event}"
    row, files = shown(last)
    if (world.store.events.get(event), world.store.files.get(event)) != (row, files):
        yield REPLAYS, f"the rows of {event} are others"
    for step in steps:
        live = world.steps.get((step.partition, step.offset))
        if live is None or (live.before, live.after) != (step.before, step.after):
            yield REPLAYS, f"{step.fact.id} was folded otherwise by the {PROJECTION}"


def _not_without_repeats(
    event: str, facts: Sequence[Placed], steps: Sequence[Step]
) -> Iterator[Broken]:
    first = {fact.model_dump_json(): (0, n, fact) for n, (*_, fact) in enumerate(reversed(facts))}
    once = sorted(first.values(), key=lambda placed: -placed[1])
    if len(once) < len(facts) and _bare(fold(once, {}, Outlooks())) != _bare(steps):
        yield REPLAYS, f"repeated facts change the state of {event}"


def _bare(steps: Sequence[Step]) -> EventState:
    """Leave out what repeats may change: they count as runs in vain of needs long gone."""
    return replace(steps[-1].after, sequence=0, outcome=Outcome.IGNORED, attempts={})


def _not_as_told(world: World, event: str, steps: Sequence[Step]) -> Iterator[Broken]:
    tale = Tale(Known(event))
    for step in steps:
        row = world.store.facts.get((step.partition, step.offset))
        if row is None:
            yield REPLAYS, f"the {PROJECTION} does not show {step.fact.id}"
            return
        tale.read(step.fact, row[1].outcome)
        yield from _tried_otherwise(tale.known, step)
    yield from tale.complaints
    yield from _outlived(tale.known)
    told = tale.known.statuses()
    for row in world.store.files.get(event, ()):
        if row.handler not in told:
            yield REPLAYS, f"{row.name} of {event} is shown, and its deployment is not in force"
            continue
        if row.status not in LOOKS.get(told[row.handler], {told[row.handler]}):
            invariant = "1 no stale inputs" if row.status == "current" else SETTLES
            message = f"{row.name} of {event} is {row.status} ({row.reason})"
            yield invariant, f"{message}, and must be {told[row.handler]}"
        status = told[row.handler] if told[row.handler] in OUTSIDE else row.status
        yield from _shown_otherwise(tale.known, row.name, (status, row.digest, row.version))


def _tried_otherwise(known: Known, step: Step) -> Iterator[Broken]:
    """Go through the runs that are wanted as if they had been tried otherwise than they were."""
    for run in decide_from(step.outlook, step.after.as_of).runs:
        name = run.need.handler.name
        failures = known.failures(name, run.need.handler.code, run.need.inputs)
        tried = len(failures), failures[-1].retry_at if failures else None
        if (run.need.failures, run.not_before) != tried:
            told = f"{run.need.failures} failures and waits until {run.not_before}"
            yield "5 held back", f"{name} has {told} after {step.fact.id}, and must {tried}"


def _outlived(known: Known) -> Iterator[Broken]:
    """Go through contents whose time must be over by now, and of which nobody said so."""
    for name in known.handlers:
        made = known.made.get(name)
        if made is not None and made.is_short_lived and name not in known.expired:
            yield SETTLES, f"what {name} of {known.event} made has outlived its time"


def _shown_otherwise(
    known: Known, name: str, row: tuple[str, str | None, int | None]
) -> Iterator[Broken]:
    status, digest, version = row
    content = None if name in known.deleted else known.contents.get(name)
    there = (content.digest, known.versions[name]) if content else (None, None)
    is_hidden = digest is None and version is None
    may_show, may_hide = status not in MUST_HIDE, status in MAY_HIDE
    if not (may_show and (digest, version) == there) and not (may_hide and is_hidden):
        yield "5 held back", f"{name} is {status} and shows {(digest, version)}, there is {there}"


def _other_history(world: World, event: str, steps: Sequence[Step]) -> Iterator[Broken]:
    head: Head | None = None
    for step in steps:
        changed = {
            file: world.artifacts.contents[digest] if digest else None
            for file, digest in changed_files(step.before, step.after).items()
        }
        if changed:
            _, head = revise(head, event, changed, fact=step.fact)
    if world.store.heads.get((HISTORY, event)) != head:
        yield REPLAYS, f"{HISTORY} has another head of {event}"
    if drive(world.history.head(event)) != (head.commit if head else None):
        yield REPLAYS, f"the history of {event} ends elsewhere"
    rows = [one for (about, _), one in sorted(world.store.revisions.items()) if about == event]
    numbers = [one.number for one in rows]
    if numbers != list(range(head.number + 1 if head else 0)):
        yield REPLAYS, f"the {PROJECTION} shows the revisions {numbers} of {event}"
    if rows and head and rows[-1].commit != head.commit:
        yield REPLAYS, f"the last record on {REVISIONS_TOPIC.name} is not the head of {event}"
