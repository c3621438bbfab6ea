"""What a decision costs, in small and in large events: `python -m benchmarks.decisions`.

Handlers stand in layers, as many as a layer is wide; each uses up to four files of the layer
before. Times are wall times of one thread: leave the machine alone meanwhile. One line of JSON for
each measurement on stdout, progress on stderr.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isqrt
from statistics import median

from llama.domain.assessment import Need
from llama.domain.digests import digest_json
from llama.domain.event_state import evolve
from llama.domain.outlook import Outlook
from llama.domain.resolve import Decision, decide, decide_from
from llama.domain.states import EventState
from schemas.facts import (
    AlertType,
    Fact,
    FileGenerated,
    FileRequested,
    PipelineAdopted,
    Source,
    TriggerReceived,
)
from schemas.files import DependencySpec, FileContent, HandlerSpec, Manifest
from tests.support.manifests import declared

EVENT = "S230914ak"
NOW = datetime(2023, 9, 14, 11, 20, tzinfo=UTC)
SIZES = (10, 100, 1_000, 10_000)
MOST_USED = 4
PLAIN_SAMPLES = 5
ALERT = HandlerSpec(name="alert", kind="triggered", files=("alert.json",), code="1")


def main() -> int:
    """Measure one large event, then single changes in events of several sizes."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.decisions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--handlers", type=int, default=10_000, help="of the large event")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of the others")
    parser.add_argument("--samples", type=int, default=500, help="changes in each of these")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    report(first_decision(options.handlers, options.seed))
    report(whole_settle(options.handlers, options.seed))
    smallest: dict[str, float] = {}
    list(changes(options.sizes[0], options.samples, options.seed))  # the first is always slower
    for size in options.sizes:
        for name, figures in changes(size, options.samples, options.seed):
            base = smallest.setdefault(name, figures["median_us"])
            ratio = round(figures["median_us"] / base, 2)
            report({"measurement": name, **figures, "ratio_to_smallest": ratio})
    return 0


def report(figures: dict[str, float | str]) -> None:
    """Print one measurement."""
    print(json.dumps({"benchmark": "decisions", **figures}), flush=True)


def first_decision(handlers: int, seed: int) -> dict[str, float | str]:
    """Measure from an empty event, over adoption and notice, to the first decision."""
    adopted, noticed = beginning(pipeline(handlers, seed))
    begun = time.perf_counter()
    outlook = Outlook.of(EventState(EVENT)).after(adopted).after(noticed)
    decision = decide_from(outlook, NOW)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    plain = decide(evolve(evolve(EventState(EVENT), adopted), noticed), NOW)
    plain_s = time.perf_counter() - begun
    if plain != decision:
        raise AssertionError("the two ways to decide differ")
    return {
        "measurement": "first_decision",
        "handlers": handlers,
        "runs": len(decision.runs),
        "seconds": round(seconds, 4),
        "from_scratch_s": round(plain_s, 4),
    }


def whole_settle(handlers: int, seed: int) -> dict[str, float | str]:
    """Measure the folding of a result for every handler, with a decision after each."""
    watch = Watch()
    outlook = settled(handlers, seed, watch)
    decision = decide(outlook.state, NOW)
    if decision.runs or not decision.is_settled:
        raise AssertionError("something is left to be made")
    return {
        "measurement": "whole_settle",
        "handlers": handlers,
        "facts": len(watch.seconds),
        "seconds": round(sum(watch.seconds), 3),
        "us_per_fact": round(sum(watch.seconds) / len(watch.seconds) * 1e6, 1),
        "median_us": watch.median_us,
    }


def changes(handlers: int, samples: int, seed: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Measure fact and decision, each from the same settled event of a size.

    A leaf's new result concerns nobody else; that of a file that only leaves use concerns these.
    """
    outlook = settled(handlers, seed, Watch())
    chance = random.Random(seed)
    consumers = outlook.wiring.consumers
    made = [spec for spec in outlook.wiring.handlers if spec.kind == "made"]
    leaves = [spec for spec in made if spec.name not in consumers]
    ends = {leaf.name for leaf in leaves}
    above = [spec for spec in made if ends.issuperset(consumers.get(spec.name, ["alert"]))]
    for kind, specs in (("leaf", leaves), ("used_file", above)):
        asked, told, seen = Watch(), Watch(), 0
        for number in range(samples):
            spec = chance.choice(specs)
            wanting = asked.time(outlook, requested(spec, number))
            after = told.time(wanting, result(need_of(wanting, spec), salt=f"new {number}"))
            seen += len(after.reassessed)
        scale = {"handlers": handlers, "samples": samples}
        yield f"{kind}_requested", {**scale, "median_us": asked.median_us}
        changed = round(seen / samples, 2)
        yield f"{kind}_changed", {**scale, "median_us": told.median_us, "changed_mean": changed}
    yield "from_scratch", {"handlers": handlers, "median_us": plainly(outlook, leaves[0])}


def plainly(outlook: Outlook, leaf: HandlerSpec) -> float:
    """Measure the same for a leaf that was asked for, without an outlook: microseconds."""
    seconds: list[float] = []
    for number in range(PLAIN_SAMPLES):
        begun = time.perf_counter()
        decide(evolve(outlook.state, requested(leaf, number)), NOW)
        seconds.append(time.perf_counter() - begun)
    return round(median(seconds) * 1e6, 1)


@dataclass(slots=True)
class Watch:
    """Times facts: folded and decided upon."""

    seconds: list[float] = field(default_factory=list[float])
    decision: Decision = field(default_factory=lambda: Decision((), (), is_settled=True))
    """The last one."""

    def time(self, outlook: Outlook, fact: Fact) -> Outlook:
        """Fold a fact and decide, as the resolver does; remember how long both took."""
        begun = time.perf_counter()
        after = outlook.after(fact)
        self.decision = decide_from(after, NOW)
        self.seconds.append(time.perf_counter() - begun)
        return after

    @property
    def median_us(self) -> float:
        """The median fact, in microseconds."""
        return round(median(self.seconds) * 1e6, 1)


def settled(handlers: int, seed: int, watch: Watch) -> Outlook:
    """Return an event in which everything was made, run by run, as the decisions asked for."""
    outlook = Outlook.of(EventState(EVENT))
    for fact in beginning(pipeline(handlers, seed)):
        outlook = outlook.after(fact)
    watch.decision = decide_from(outlook, NOW)
    while watch.decision.runs:
        outlook = watch.time(outlook, result(watch.decision.runs[-1].need))
        if outlook.state.sequence % 1000 == 0:
            print(f"{handlers} handlers: {outlook.state.sequence} facts", file=sys.stderr)
    return outlook


def need_of(outlook: Outlook, handler: HandlerSpec) -> Need:
    """Return the run that a handler needs."""
    assessed = outlook.named(handler.name)
    if assessed is None or assessed.need is None:
        raise AssertionError(f"{handler.name} needs no run")
    return assessed.need


def pipeline(handlers: int, seed: int) -> Manifest:
    """Build a pipeline of so many handlers, the one that brings the notice among them."""
    chance, width = random.Random(seed), max(2, isqrt(handlers))
    specs, above = [ALERT], [ALERT]
    while len(specs) < handlers:
        count = min(width, handlers - len(specs))
        layer = [made_from(above, len(specs) + place, chance) for place in range(count)]
        specs += layer
        above = layer
    return declared(specs)


def made_from(above: list[HandlerSpec], number: int, chance: random.Random) -> HandlerSpec:
    """Build a handler that uses some files of the layer above."""
    used = chance.sample(above, min(len(above), chance.randint(1, MOST_USED)))
    return HandlerSpec(
        name=f"h{number}",
        files=(f"h{number}.json",),
        dependencies=tuple(DependencySpec(file=one.files[0], aspects=("whole",)) for one in used),
        code="1",
    )


def beginning(manifest: Manifest) -> tuple[PipelineAdopted, TriggerReceived]:
    """Return the first two facts of an event."""
    identity = digest_json("the notice")
    adopted = PipelineAdopted(
        id="adoption", occurred_at=NOW, event=EVENT, epoch=1, manifest=manifest
    )
    noticed = TriggerReceived(
        id="notice",
        occurred_at=NOW,
        event=EVENT,
        notice=identity,
        alert_type=AlertType.INITIAL,
        time_created=NOW,
        raw=identity,
        raw_size=1,
        source=Source(topic="notices", partition=0, offset=0),
        files=(content("alert.json", "the notice"),),
    )
    return adopted, noticed


def requested(handler: HandlerSpec, number: int) -> FileRequested:
    """Return an operator's wish to have a file made again."""
    return FileRequested(id=f"request-{number}", occurred_at=NOW, event=EVENT, handler=handler.name)


def result(need: Need, *, salt: str = "") -> FileGenerated:
    """Return the report of a run."""
    return FileGenerated(
        id=f"{need.id}.{need.attempt}",
        occurred_at=NOW,
        event=EVENT,
        handler=need.handler.name,
        need=need.id,
        attempt=need.attempt,
        code=need.handler.code,
        inputs=need.inputs,
        files=tuple(content(file, f"{need.id} {salt}") for file in need.handler.files),
    )


def content(file: str, text: str) -> FileContent:
    """Return a file's content."""
    digest = digest_json([file, text])
    return FileContent(file=file, digest=digest, size=len(text), aspects={"whole": digest})


if __name__ == "__main__":
    sys.exit(main())
