"""Pipelines of any shape, and events to which anything may happen.

Hypothesis draws a seed and a length: a failure shrinks to the facts up to the one that breaks.

`alert` brings alert.json and map.json with notices; `extra` is only put by hand; `ghost.json` is a
file that no handler makes. Contents are few, so that digests often are equal again.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypedDict

from hypothesis import strategies as st

from llama.domain.assessment import Need
from llama.domain.digests import digest_json
from llama.domain.event_state import evolve
from llama.domain.resolve import decide
from llama.domain.states import EventState
from schemas.facts import (
    AlertType,
    Fact,
    FileDeleted,
    FileExpired,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FileObsoleted,
    FilePut,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    PipelineRequested,
    RunCancelled,
    Source,
    TriggerReceived,
)
from schemas.files import DependencySpec, FileContent, HandlerSpec, Manifest, VetoSpec
from schemas.flags import FlagName
from tests.support.manifests import declared
from tests.support.reports import ResultFields, result_of

EVENT = "S230914ak"
START = datetime(2023, 9, 14, 11, 20, tzinfo=UTC)
PARTS = ("event", "pixels")
MOST_MADE = 7
ALERT = HandlerSpec(name="alert", kind="triggered", files=("alert.json", "map.json"), code="1")
EXTRA = HandlerSpec(name="extra", kind="triggered", files=("extra.json",), code="1")
BROUGHT = (*ALERT.files, *EXTRA.files)
VETOES = (
    VetoSpec(subject="flag", name="UPLOAD", equals=True),
    VetoSpec(subject="notice", name="alert_type", equals="UPDATE"),
    VetoSpec(subject="notice", name="significant", equals=False, negated=True),
    VetoSpec(subject="input", name="alert.json#event", equals=digest_json("a")),
    VetoSpec(subject="input", name="extra.json#whole", equals=None),
)


def a_content(chance: Random, file: str) -> FileContent:
    """Make a content of a file up; an aspect may be absent."""
    letters = {part: chance.choice(["a", "b", None]) for part in PARTS}
    digests = {part: digest_json(letter) for part, letter in letters.items() if letter}
    whole = digest_json([file, digests])
    return FileContent(file=file, digest=whole, size=1, aspects={"whole": whole, **digests})


def a_pipeline(chance: Random) -> Manifest:
    """Make a manifest up, ancestors first."""
    handlers = [ALERT, EXTRA]
    for number in range(chance.randint(1, MOST_MADE)):
        files = [file for spec in handlers for file in spec.files]
        handlers.append(_handler(chance, number, [*files, "ghost.json"]))
    return declared(handlers)


def _handler(chance: Random, number: int, files: list[str]) -> HandlerSpec:
    name = f"h{number}"
    # Late files are used more often: chains are where things go wrong.
    used = {chance.choice(files[-4:] + files): None for _ in range(chance.randint(1, 3))}
    return HandlerSpec(
        name=name,
        files=chance.choice([(f"{name}.json",), (f"{name}.json", f"{name}.png")]),
        dependencies=tuple(_dependency(chance, file) for file in used),
        code=chance.choice("12"),
        flags=chance.choice([(), (), (FlagName.ROLE,), (FlagName.UPLOAD,)]),
        vetoes=chance.choice([(), (), (), (chance.choice(VETOES),)]),
        once=chance.choice([False, False, False, True]),
        speaks_when_withdrawn=chance.choice([False, False, False, True]),
    )


def _dependency(chance: Random, file: str) -> DependencySpec:
    aspects = chance.choice([("whole",), ("event",), ("pixels",), ("event", "pixels")])
    return DependencySpec(file=file, aspects=aspects, optional=chance.random() < 0.4)


class About(TypedDict):
    """What every fact says."""

    id: str
    occurred_at: datetime
    event: str


class Report(ResultFields):
    """What every report of a run says, and when."""

    occurred_at: datetime


@dataclass(slots=True)
class Tale:
    """An event to which one thing after the other happens."""

    chance: Random
    pipelines: list[Manifest]
    state: EventState = field(default_factory=lambda: EventState(EVENT))
    facts: list[Fact] = field(default_factory=list[Fact])
    needs: list[Need] = field(default_factory=list[Need])
    """All runs that were ever wanted: each may report late, or twice."""

    def go_on(self) -> None:
        """Let one more thing happen."""
        happenings = [self.result, self.result, self.failure, self.notice, self.act, self.put]
        rare = [self.adoption, self.flags, self.expiry, self.announcement, self.repeat]
        happens = self.chance.choice([*happenings * 2, *rare])
        self.tell(happens())

    def tell(self, fact: Fact) -> None:
        """Fold a fact."""
        self.state = evolve(self.state, fact)
        self.facts.append(fact)
        self.needs += [run.need for run in decide(self.state, START).runs]

    def notice(self) -> TriggerReceived:
        """Bring a notice; one of the same identity may have another content."""
        alert_type = self.chance.choice(list(AlertType))
        minute = self.chance.randint(0, 3)
        brought = self.chance.choice([ALERT.files, ("alert.json",), ("h0.json", "h1.json")])
        identity = digest_json([alert_type, minute])
        return TriggerReceived(
            **self._about("notice"),
            notice=identity,
            alert_type=alert_type,
            time_created=START + timedelta(minutes=minute),
            significant=self.chance.choice([None, True, False]),
            is_test=self.chance.choice([True, False]),
            raw=identity,
            raw_size=1,
            source=Source(topic="notices", partition=0, offset=len(self.facts)),
            files=tuple(a_content(self.chance, file) for file in brought),
        )

    def adoption(self) -> PipelineAdopted:
        """Adopt a pipeline: another one, or the same again, or too late."""
        epoch = self.state.epoch + self.chance.randint(0, 1)
        manifest = self.chance.choice(self.pipelines)
        copied = manifest.model_copy(deep=True)
        return PipelineAdopted(**self._about("adopt"), epoch=max(epoch, 1), manifest=copied)

    def result(self) -> Fact:
        """Report a run that went well: mostly one that is wanted now."""
        need = self._need()
        if need is None:
            return self.notice()
        files = tuple(a_content(self.chance, file) for file in need.handler.files)
        return FileGenerated(**self._run(need), files=files)

    def failure(self) -> Fact:
        """Report a run that failed: for good, or for now."""
        need = self._need()
        if need is None:
            return self.notice()
        retry_at = self.chance.choice([None, START + timedelta(hours=1)])
        return FileFailed(**self._run(need), error="exception", retry_at=retry_at)

    def flags(self) -> FlagsChanged:
        """Set a flag."""
        name = self.chance.choice([FlagName.VETOED, FlagName.UPLOAD, FlagName.ONLINE])
        return FlagsChanged(
            **self._about("flags"), changes={name: self.chance.choice([True, False])}
        )

    def act(self) -> Fact:
        """Do what operators do to a handler's files."""
        about = {**self._about("act"), "handler": self._handler()}
        on = self.chance.choice([True, False])
        kinds = [FileVetoed, FileFrozen, FileDeleted, FileRequested, RunCancelled]
        kind = self.chance.choice(kinds)
        return kind.model_validate({**about, "vetoed": on, "frozen": on})

    def put(self) -> FilePut:
        """Put a file in place by hand: mostly where it belongs."""
        handler = self._handler()
        own = [spec.files for spec in self._specs() if spec.name == handler] or [("h0.json",)]
        file = self.chance.choice([*own[0], "h0.json"])
        content = a_content(self.chance, file)
        return FilePut(**self._about("put"), handler=handler, files=(content,))

    def expiry(self) -> FileExpired:
        """Say that the time of some files is over, or was for those before them."""
        handler = self.chance.choice([*sorted(self.state.made), "nobody"])
        made = self.state.made.get(handler)
        generation = self.chance.choice(["long-ago", made.fact if made else "never"])
        return FileExpired(**self._about("expiry"), handler=handler, generation=generation)

    def announcement(self) -> Fact:
        """Say something that changes nothing."""
        if self.chance.choice([True, False]):
            return PipelineRequested(**self._about("ask"))
        about = self._about("obsolete")
        return FileObsoleted(**about, file="h0.json", handler="h0", generation="fact", because=())

    def repeat(self) -> Fact:
        """Tell a fact again."""
        return self.chance.choice(self.facts) if self.facts else self.notice()

    def _need(self) -> Need | None:
        wanted = [run.need for run in decide(self.state, START).runs]
        choice = [*wanted * 3, *self.needs[-5:]]
        return self.chance.choice(choice) if choice else None

    def _handler(self) -> str:
        return self.chance.choice([*(spec.name for spec in self._specs()), "nobody"])

    def _specs(self) -> tuple[HandlerSpec, ...]:
        return self.state.manifest.handlers if self.state.manifest else ()

    def _about(self, occasion: str) -> About:
        number = len(self.facts)
        moment = START + timedelta(seconds=number)
        return {"id": f"{occasion}-{number}", "occurred_at": moment, "event": EVENT}

    def _run(self, need: Need) -> Report:
        return {**result_of(need), **self._about("run")}


def _told(seed: int, length: int) -> list[Fact]:
    """Tell an event: mostly a pipeline and a notice first, then anything."""
    chance = Random(seed)
    tale = Tale(chance, [a_pipeline(chance), a_pipeline(chance)])
    if chance.random() < 0.9:
        tale.tell(tale.adoption())
        tale.tell(tale.notice())
    for _ in range(length):
        tale.go_on()
    return tale.facts


def happenings(most: int = 40) -> st.SearchStrategy[list[Fact]]:
    """Draw the facts of one event."""
    return st.builds(_told, seed=st.integers(0, 2**32), length=st.integers(1, most))
