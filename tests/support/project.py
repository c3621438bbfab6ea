"""One event as a build: sources are put by hand, handlers run when told, the fold judges.

project = Project("sky: alert", "plot thumbnail: sky#pixels catalogue?")
project.put("alert", "first")
assert project.settle() == ["sky", "plot"]

A rule says which files are made together and from what; the handler is called as the first file.
What no rule makes comes from outside. What handlers make depends on their inputs and nothing else,
unless a test says what a file holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter

from llama.domain.assessment import Need
from llama.domain.digests import digest_json
from llama.domain.event_state import evolve
from llama.domain.needs import Assessor
from llama.domain.resolve import decide
from llama.domain.states import EventState
from schemas.facts import (
    Fact,
    FileDeleted,
    FileExpired,
    FileFrozen,
    FileGenerated,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    RunCancelled,
)
from schemas.files import HandlerSpec
from schemas.flags import FlagName, FlagValue
from tests.support.facts import WALL_S, a_content, a_failure
from tests.support.manifests import declared, dependency
from tests.support.reports import result_of

EVENT = "S260101a"
START = datetime(2026, 1, 1, tzinfo=UTC)
CHAIN = ("sky: alert", "plot: sky", "page: plot")
Operation = FileVetoed | FileFrozen | FileDeleted | FileRequested | FilePut | RunCancelled


@dataclass(slots=True)
class Project:
    """An event, and what its handlers would make."""

    specs: tuple[HandlerSpec, ...]
    state: EventState = field(default_factory=lambda: EventState(EVENT))
    now: datetime = START
    holds: dict[str, str] = field(default_factory=dict[str, str])
    """What files hold, whatever they are made from."""

    def __init__(self, *rules: str, **changes: Mapping[str, object]) -> None:
        """Adopt some rules; `changes` tells, by handler, what else is declared of it."""
        self.state, self.now, self.holds = EventState(EVENT), START, {}
        self.adopt(*rules, **changes)

    def adopt(self, *rules: str, **changes: Mapping[str, object]) -> str:
        """Adopt other rules, as a deployment does."""
        self.specs = _specs(rules, changes)
        epoch = self.state.epoch + 1
        return self.tell(
            PipelineAdopted(
                id=f"adopt-{epoch}",
                occurred_at=self.now,
                event=EVENT,
                epoch=epoch,
                manifest=declared(self.specs),
            )
        )

    def tell(self, fact: Fact) -> str:
        """Fold a fact; return what it did."""
        self.state = evolve(self.state, fact)
        return self.state.outcome.value

    def do(self, kind: type[Operation], handler: str, **fields: object) -> str:
        """Do what an operator does to a handler's files; return what came of it."""
        act = {"id": self._id(), "occurred_at": self.now, "event": EVENT, "handler": handler}
        return self.tell(kind.model_validate(act | fields))

    def put(self, file: str, text: str, **aspects: str) -> str:
        """Put a file by hand, with aspects beside the whole of it."""
        maker = next(spec.name for spec in self.specs if file in spec.files)
        return self.do(FilePut, maker, files=(a_content(file, text, **aspects),))

    def flag(self, name: FlagName, value: FlagValue) -> str:
        """Set a flag of the event."""
        return self.tell(
            FlagsChanged(id=self._id(), occurred_at=self.now, event=EVENT, changes={name: value})
        )

    def expire(self, handler: str, *, generation: str = "") -> str:
        """Say that what a handler made (latest, if nothing else is said) is valid no longer."""
        generation = generation or self.state.made[handler].fact
        return self.tell(
            FileExpired(
                id=f"{generation}-due",
                occurred_at=self.now,
                event=EVENT,
                handler=handler,
                generation=generation,
            )
        )

    def needs(self) -> list[Need]:
        """Return the runs that may start now."""
        runs = decide(self.state, self.now).runs
        return [run.need for run in runs if run.not_before is None or run.not_before <= self.now]

    def need(self, handler: str) -> Need:
        """Return the run that a handler needs now."""
        return next(need for need in self.needs() if need.handler.name == handler)

    def finish(self, need: Need) -> str:
        """Report a run that went well; return what came of it."""
        return self.tell(self.result(need))

    def result(self, need: Need) -> FileGenerated:
        """Return what a run that goes well reports."""
        made = digest_json([need.handler.code, need.inputs])
        contents = [a_content(name, self._text(name, made)) for name in need.handler.files]
        return FileGenerated(
            **result_of(need), occurred_at=self.now, wall_s=WALL_S, files=tuple(contents)
        )

    def fail(self, need: Need, *, retry_in_s: float | None) -> str:
        """Report a run that failed; without `retry_in_s` for good."""
        retry_in = None if retry_in_s is None else timedelta(seconds=retry_in_s)
        return self.tell(a_failure(need, at=self.now, retry_in=retry_in))

    def settle(self) -> list[str]:
        """Run what may run until nothing is left; return which handlers ran, in order."""
        ran: list[str] = []
        while needs := self.needs():
            for need in needs:
                ran.append(need.handler.name)
                self.finish(need)
        return ran

    def statuses(self) -> dict[str, str]:
        """Return the status of every handler whose files are made."""
        made = (one for one in Assessor(self.state).all() if one.handler.kind == "made")
        return {one.handler.name: one.status.value for one in made}

    def digest(self, file: str) -> str | None:
        """Return the digest of a file; None if it is not there."""
        stored = self.state.tree_file(file)
        return stored.content.digest if stored else None

    def _text(self, file: str, made: str) -> str:
        return self.holds.get(file, f"{file} made from {made}")

    def _id(self) -> str:
        return f"act-{self.state.sequence}"


def a_settled(*rules: str, **changes: Mapping[str, object]) -> Project:
    """Return a project in which everything has been made."""
    project = Project(*rules, **changes)
    for spec in project.specs:
        if spec.kind == "triggered":
            project.put(spec.name, "first")
    project.settle()
    return project


def _specs(
    rules: Sequence[str], changes: Mapping[str, Mapping[str, object]]
) -> tuple[HandlerSpec, ...]:
    """Read rules; what they use and do not make comes from outside. Ancestors come first."""
    made = [_spec(rule, changes) for rule in rules]
    files = {file for spec in made for file in spec.files}
    used = dict.fromkeys(need.file for spec in made for need in spec.dependencies)
    outside = [_source(file) for file in used if file not in files]
    makers = {file: spec.name for spec in (*outside, *made) for file in spec.files}
    edges = {spec.name: [makers[need.file] for need in spec.dependencies] for spec in made}
    by_name = {spec.name: spec for spec in (*outside, *made)}
    return tuple(by_name[name] for name in TopologicalSorter(edges).static_order())


def _source(file: str) -> HandlerSpec:
    return HandlerSpec(name=file, kind="triggered", files=(file,), code="1")


def _spec(rule: str, changes: Mapping[str, Mapping[str, object]]) -> HandlerSpec:
    files, _, needs = rule.partition(":")
    names, uses = tuple(files.split()), tuple(dependency(word) for word in needs.split())
    said = {"name": names[0], "files": names, "code": "1", "dependencies": uses}
    return HandlerSpec.model_validate({**said, **changes.get(names[0], {})})
