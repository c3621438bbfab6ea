"""A world with one event and no services: notices come, handlers run, the fold judges.

world = World("skymap <- alert#skymap", "info <- alert#event skymap?", "plot <- skymap")
world.notice("INITIAL", minute=1, skymap="a")
assert world.settle() == ["skymap", "info", "plot"]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from llama.domain.assessment import Need
from llama.domain.digests import digest_json
from llama.domain.event_state import evolve
from llama.domain.needs import Assessor
from llama.domain.resolve import decide
from llama.domain.states import EventState
from schemas.facts import (
    AlertType,
    Fact,
    FileFailed,
    FileGenerated,
    FileObsoleted,
    PipelineAdopted,
    Source,
    TriggerReceived,
)
from schemas.files import FileContent, HandlerSpec, Manifest
from tests.support.manifests import declared, dependency
from tests.support.obsolescence import obsoleted
from tests.support.reports import result_of

START = datetime(2026, 11, 22, tzinfo=UTC)
ALERT = HandlerSpec(name="alert", kind="triggered", files=("alert",), code="1")


def handler(rule: str, *, code: str = "1") -> HandlerSpec:
    """Read `file <- input input#aspect optional?`; the handler is called as its file."""
    name, _, needs = (part.strip() for part in rule.partition("<-"))
    return HandlerSpec(
        name=name,
        files=(name,),
        code=code,
        dependencies=tuple(dependency(word) for word in needs.split()),
    )


def manifest(*rules: str, codes: Mapping[str, str] | None = None) -> Manifest:
    """Build a manifest of `alert` and some handlers, ancestors first."""
    versions = codes or {}
    specs = [handler(rule, code=versions.get(rule.split()[0], "1")) for rule in rules]
    return declared((ALERT, *specs))


@dataclass(slots=True)
class World:
    """One event, its facts so far, and what handlers would make."""

    rules: tuple[str, ...]
    state: EventState = field(default_factory=lambda: EventState("MS1"))
    facts: list[Fact] = field(default_factory=list[Fact])
    now: datetime = START
    announced: list[FileObsoleted] = field(default_factory=list[FileObsoleted])

    def __init__(self, *rules: str) -> None:
        self.rules = rules
        self.state = EventState("MS1")
        self.facts = []
        self.now = START
        self.announced = []
        self.adopt()

    def fold(self, fact: Fact) -> str:
        """Fold a fact and return what it did."""
        before = self.state
        self.state = evolve(before, fact)
        self.facts.append(fact)
        self.announced += obsoleted(before, self.state, cause=fact.id)
        return self.state.outcome.value

    def adopt(self, *, epoch: int = 1, codes: Mapping[str, str] | None = None) -> str:
        """Adopt the world's pipeline, with some handlers' code changed."""
        return self.fold(self.adopted(epoch=epoch, codes=codes))

    def adopted(self, *, epoch: int, codes: Mapping[str, str] | None = None) -> PipelineAdopted:
        """Return the fact by which the world's pipeline is adopted."""
        return PipelineAdopted(
            id=f"adopt-{epoch}",
            occurred_at=self.now,
            event="MS1",
            epoch=epoch,
            manifest=manifest(*self.rules, codes=codes),
        )

    def notice(self, alert_type: str, *, minute: int, **aspects: str) -> str:
        """Receive a notice created at a minute, with these aspects (any text is a digest)."""
        return self.fold(a_trigger(alert_type, minute=minute, **aspects))

    def needs(self) -> list[Need]:
        """Return the runs that may start now."""
        runs = decide(self.state, self.now).runs
        return [run.need for run in runs if run.not_before is None or run.not_before <= self.now]

    def result(self, need: Need, *, salt: str = "") -> FileGenerated:
        """Return what a run of a need reports; another salt gives another content."""
        digest = digest_json([need.handler.name, need.handler.code, need.inputs, salt])
        file = need.handler.files[0]
        content = FileContent(file=file, digest=digest, size=1, aspects={"whole": digest})
        return FileGenerated(**result_of(need), occurred_at=self.now, files=(content,))

    def failure(self, need: Need, *, retry_in_s: float | None) -> FileFailed:
        """Return what a run that failed reports."""
        retry_at = None if retry_in_s is None else self.now + timedelta(seconds=retry_in_s)
        return FileFailed(
            **result_of(need),
            occurred_at=self.now,
            error="exception",
            message="it broke",
            retry_at=retry_at,
        )

    def settle(self) -> list[str]:
        """Run whatever may run until nothing is left; return which handlers ran, in order."""
        ran: list[str] = []
        while needs := self.needs():
            for need in needs:
                ran.append(need.handler.name)
                self.fold(self.result(need))
        return ran

    def need(self, name: str) -> Need:
        """Return the run that one handler needs."""
        return next(need for need in self.needs() if need.handler.name == name)

    def statuses(self) -> dict[str, str]:
        """Return the status of every handler but `alert`."""
        return {
            one.handler.name: one.status.value
            for one in Assessor(self.state).all()
            if one.handler.name != "alert"
        }

    def shown(self) -> dict[str, tuple[str, str | None]]:
        """Return what must not depend on the order of arrival: status and visible digest."""
        shown: dict[str, tuple[str, str | None]] = {}
        for one in Assessor(self.state).all():
            stored = self.state.tree.get(one.handler.files[0])
            digest = stored.content.digest if stored and not one.is_hidden else None
            shown[one.handler.name] = (one.status.value, digest)
        return shown


def a_trigger(alert_type: str, *, minute: int, **aspects: str) -> TriggerReceived:
    """Build a notice created at a minute, with these aspects of `alert`."""
    digests = {name: digest_json(text) for name, text in aspects.items()}
    whole = digest_json([alert_type, minute, aspects])
    content = FileContent(
        file="alert", digest=whole, size=1, aspects={"whole": whole, "event": whole, **digests}
    )
    identity = digest_json([alert_type, minute, aspects.get("skymap")])
    return TriggerReceived(
        id=identity[:12],
        occurred_at=START,
        event="MS1",
        notice=identity,
        alert_type=AlertType(alert_type),
        time_created=START + timedelta(minutes=minute),
        raw=whole,
        raw_size=1,
        source=Source(topic="t", partition=0, offset=0),
        files=(content,),
    )
