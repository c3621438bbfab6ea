"""Builders of pipelines, facts and states, for tests that read as sentences.

    story = Story("alert -> skymap -> plot")
    story.notice(AlertType.INITIAL)
    story.make("skymap")
    story.fail("plot", retry_in=timedelta(seconds=4))

`alert` comes with notices; everything else is made. The handler `plot` makes the file `plot.json`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter
from typing import Literal

from llama.domain.assessment import Need
from llama.domain.digests import digest_bytes, digest_json
from llama.domain.needs import need_of
from llama.domain.outlook import Outlook
from llama.domain.resolve import decide
from llama.domain.states import EventState
from llama.domain.work import Step, Task, task_for
from schemas.facts import (
    AlertType,
    Fact,
    FileDeleted,
    FileFailed,
    FileFrozen,
    FileGenerated,
    FileRequested,
    FileVetoed,
    FlagsChanged,
    PipelineAdopted,
    Source,
    TriggerReceived,
)
from schemas.files import DependencySpec, FileContent, HandlerSpec, Manifest
from schemas.flags import FlagName
from tests.support.manifests import declared, dependency, file_in
from tests.support.reports import result_of

EVENT = "S230914ak"
START = datetime(2023, 9, 14, 11, 20, tzinfo=UTC)
WALL_S = 0.25
_ARROW = re.compile(r"(->|<-)")


def a_pipeline(graph: str, *, code: Mapping[str, str] | None = None) -> Manifest:
    """Read `alert -> skymap#pixels -> plot <- neutrinos?`; several lines or `;` add up.

    An arrow points from what is used to what is made from it; `#` names the aspect that is used,
    `?` what may be absent, `,` separates several. `code` gives a handler's version, else `1`.
    """
    needs: dict[str, dict[str, DependencySpec]] = {}
    for line in re.split(r"[;\n]", graph):
        for used, maker in _edges(line.strip()):
            needs.setdefault(maker, {})
            if used is not None:
                spec = dependency(used, suffix=".json")
                needs.setdefault(file_in(used), {})
                needs[maker][spec.file] = spec
    edges = {name: [file.removesuffix(".json") for file in used] for name, used in needs.items()}
    specs = tuple(
        a_handler(name, *needs[name].values(), code=(code or {}).get(name, "1"))
        for name in TopologicalSorter(edges).static_order()
    )
    return declared(specs)


def a_handler(name: str, *dependencies: DependencySpec, code: str = "1") -> HandlerSpec:
    """Build a handler of one file; `alert` comes with notices."""
    return HandlerSpec(
        name=name,
        kind="triggered" if name == "alert" else "made",
        files=(f"{name}.json",),
        dependencies=dependencies,
        code=code,
    )


def a_content(file: str, text: str, **aspects: str) -> FileContent:
    """Build the content of a file: the bytes of a text, and aspects made from other texts."""
    digests = {name: digest_bytes(value.encode()) for name, value in aspects.items()}
    whole = digest_bytes(text.encode())
    return FileContent(
        file=file, digest=whole, size=len(text.encode()), aspects={"whole": whole, **digests}
    )


def a_trigger(
    alert_type: AlertType = AlertType.INITIAL,
    *,
    event: str = EVENT,
    created: datetime = START,
    content: str = "a notice",
    **changes: object,
) -> TriggerReceived:
    """Build a notice of an event; its identity follows from its type, time and content."""
    alert = a_content("alert.json", content)
    identity = digest_json([event, alert_type, created.isoformat(), content])
    notice = TriggerReceived(
        id=identity[:32],
        occurred_at=created + timedelta(seconds=20),
        event=event,
        notice=identity,
        alert_type=alert_type,
        time_created=created,
        event_time=None if alert_type is AlertType.RETRACTION else START - timedelta(minutes=6),
        significant=None if alert_type is AlertType.RETRACTION else True,
        raw=alert.digest,
        raw_size=alert.size,
        source=Source(topic="igwn.gwalert", partition=0, offset=0),
        files=(alert,),
    )
    return notice.model_copy(update=changes)


def a_result(need: Need, text: str = "", *, at: datetime = START, **aspects: str) -> FileGenerated:
    """Build what a run that went well reports: its files contain a text."""
    files = tuple(
        a_content(file, text or f"{file} for {need.id}", **aspects) for file in need.handler.files
    )
    return FileGenerated(occurred_at=at, files=files, wall_s=WALL_S, **result_of(need))


def a_failure(need: Need, *, at: datetime = START, retry_in: timedelta | None) -> FileFailed:
    """Build what a run that failed reports; without `retry_in` it has failed for good."""
    retry_at = None if retry_in is None else at + retry_in
    return FileFailed(
        occurred_at=at,
        wall_s=WALL_S,
        error="exception",
        message="it broke",
        retry_at=retry_at,
        **result_of(need),
    )


@dataclass(slots=True)
class Story:
    """One event as it unfolds; every fact is a second after the one before."""

    graph: str = "alert -> skymap -> plot"
    event: str = EVENT
    partition: int = 0
    steps: list[Step] = field(default_factory=list[Step])
    now: datetime = START

    def __post_init__(self) -> None:
        """Adopt the pipeline, so that handlers have names."""
        self.adopt(epoch=1)

    @property
    def state(self) -> EventState:
        """The state after the last fact."""
        return self.steps[-1].after if self.steps else EventState(self.event)

    def tell(self, fact: Fact) -> Step:
        """Fold one more fact, whatever its own time."""
        before = self.state
        step = Step(self.partition, len(self.steps), fact, before, Outlook.of(before).after(fact))
        self.steps.append(step)
        self.now = max(self.now, fact.occurred_at) + timedelta(seconds=1)
        return step

    def adopt(self, *, epoch: int, code: Mapping[str, str] | None = None) -> Step:
        """Adopt the pipeline, perhaps with other code."""
        adopted = PipelineAdopted(
            id=f"{self.event}-adopts-{epoch}",
            occurred_at=self.now,
            event=self.event,
            epoch=epoch,
            manifest=a_pipeline(self.graph, code=code),
        )
        return self.tell(adopted)

    def notice(
        self,
        alert_type: AlertType = AlertType.INITIAL,
        *,
        content: str = "a notice",
        **changes: object,
    ) -> Step:
        """Receive a notice that was created now."""
        created = self.now.replace(microsecond=0)
        return self.tell(
            a_trigger(alert_type, event=self.event, created=created, content=content, **changes)
        )

    def need(self, handler: str) -> Need:
        """Return the run that a handler needs; LookupError if it needs none."""
        need = need_of(self.state, handler)
        if need is None:
            raise LookupError(f"{handler} needs no run")
        return need

    def make(self, handler: str, text: str = "", **aspects: str) -> Step:
        """Report a run that went well."""
        return self.tell(a_result(self.need(handler), text, at=self.now, **aspects))

    def make_again(self, handler: str, text: str = "", **aspects: str) -> Step:
        """Report a further run that an operator has asked for."""
        self.operate("request", handler)
        return self.make(handler, text, **aspects)

    def fail(self, handler: str, *, retry_in: timedelta | None) -> Step:
        """Report a run that failed."""
        return self.tell(a_failure(self.need(handler), at=self.now, retry_in=retry_in))

    def operate(
        self, act: Literal["veto", "unveto", "freeze", "thaw", "delete", "request"], handler: str
    ) -> Step:
        """Do what operators do to a handler's files."""
        place = {"event": self.event, "handler": handler}
        fields = {"id": f"act-{len(self.steps)}", "occurred_at": self.now, **place}
        match act:
            case "veto" | "unveto":
                return self.tell(FileVetoed.model_validate({**fields, "vetoed": act == "veto"}))
            case "freeze" | "thaw":
                return self.tell(FileFrozen.model_validate({**fields, "frozen": act == "freeze"}))
            case "delete":
                return self.tell(FileDeleted.model_validate(fields))
            case "request":
                return self.tell(FileRequested.model_validate(fields))

    def flag(self, name: FlagName, *, on: bool) -> Step:
        """Change a flag of the event."""
        changed = FlagsChanged(
            id=f"act-{len(self.steps)}", occurred_at=self.now, event=self.event, changes={name: on}
        )
        return self.tell(changed)

    def settle(self) -> None:
        """Make whatever is needed until nothing is."""
        while runs := decide(self.state, self.now).runs:
            self.make(runs[0].need.handler.name)

    def tasks(self) -> list[Task]:
        """Return the tasks that the resolver would want now."""
        cause = self.steps[-1].fact.id
        runs = decide(self.state, self.now).runs
        return [task_for(run, self.state, cause=cause) for run in runs]


def _edges(line: str) -> Iterator[tuple[str | None, str]]:
    """Go through (used, maker) node pairs of one line, and the lone nodes."""
    words = _ARROW.split(line)
    groups = [
        [node.strip() for node in words[i].split(",") if node.strip()]
        for i in range(0, len(words), 2)
    ]
    for node in (node for group in groups for node in group):
        yield None, file_in(node)
    for arrow, left, right in zip(words[1::2], groups, groups[1:], strict=False):
        used, makers = (left, right) if arrow == "->" else (right, left)
        yield from ((one, file_in(maker)) for one in used for maker in makers)
