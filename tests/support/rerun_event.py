"""One event with the handlers of a graph, and no services: the fold judges, nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from llama.domain.assessment import Need
from llama.domain.digests import digest_bytes
from llama.domain.event_state import evolve
from llama.domain.manifests import manifest_of
from llama.domain.needs import Assessor
from llama.domain.outlook import Outlook
from llama.domain.outlooks import Outlooks
from llama.domain.pipeline import pipeline_of
from llama.domain.resolve import decide, decide_from
from llama.domain.states import EventState
from llama.domain.work import fold
from schemas.facts import Fact, FileGenerated, PipelineAdopted
from tests.support.rerun_pipeline import content_of, fact_of, handlers_of
from tests.support.rerun_vectors import Act, Bump, Graph, Put

EVENT = "S260101a"
START = datetime(2026, 1, 1, tzinfo=UTC)
MOST_RUNS = 10
"""Of a node while an event settles: beyond it, it does not settle."""

Pick = Callable[[Sequence[Need]], Need]
"""Chooses which of the runs that may start now is the first to end."""


def first(needs: Sequence[Need]) -> Need:
    """Choose the first."""
    return needs[0]


def last(needs: Sequence[Need]) -> Need:
    """Choose the last."""
    return needs[-1]


@dataclass(slots=True)
class GraphEvent:
    """An event, and the texts that stand behind the digests of its state."""

    graph: Graph
    outlooks: Outlooks | None = None
    """With them, what is needed is carried on from fact to fact; else it is worked out anew."""
    state: EventState = field(default_factory=lambda: EventState(EVENT))
    versions: dict[str, str] = field(default_factory=dict[str, str])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """By digest."""
    _outlook: Outlook | None = None
    """After the last fact, if outlooks are carried on."""

    def do(self, acts: Iterable[Act]) -> None:
        """Say on the log what is done."""
        for act in acts:
            if isinstance(act, Bump):
                self.versions[act.name] = act.version
                self.adopt()
                continue
            if isinstance(act, Put):
                self._remember(act.text)
            number = f"act-{self.state.sequence}"
            self.tell(fact_of(act, message_id=number, event=EVENT, at=START))

    def adopt(self) -> None:
        """Adopt the graph as it is now."""
        epoch = self.state.epoch + 1
        manifest = manifest_of(pipeline_of(handlers_of(self.graph, self.versions)))
        self.tell(
            PipelineAdopted(
                id=f"adopt-{epoch}", occurred_at=START, event=EVENT, epoch=epoch, manifest=manifest
            )
        )

    def tell(self, fact: Fact) -> str:
        """Fold a fact; return what it did."""
        if self.outlooks is None:
            self.state = evolve(self.state, fact)
        else:
            facts = [(0, self.state.sequence, fact)]
            (step,) = fold(facts, {EVENT: self.state}, self.outlooks)
            self.state, self._outlook = step.after, step.outlook
        return self.state.outcome.value

    def needs(self) -> list[Need]:
        """Return the runs that may start now."""
        board = self._outlook
        decision = decide(self.state, START) if board is None else decide_from(board, START)
        return [run.need for run in decision.runs if run.not_before is None]

    def result(self, need: Need) -> FileGenerated:
        """Run a handler on just what its need says; return its report."""
        name = need.handler.name
        node = self.graph.nodes[name]
        inputs = [self.texts[need.inputs[f"{dep}#whole"] or ""] for dep in node.deps]
        text = node.value(need.handler.code, inputs)
        self._remember(text)
        return FileGenerated(
            id=f"{need.id}.{need.attempt}",
            occurred_at=START,
            event=EVENT,
            handler=name,
            need=need.id,
            attempt=need.attempt,
            code=need.handler.code,
            inputs=need.inputs,
            files=(content_of(name, text),),
        )

    def settle(self, pick: Pick = first) -> list[str]:
        """Run, one by one, what is needed until nothing is; return the handlers that ran."""
        ran: list[str] = []
        while needs := self.needs():
            need = pick(needs)
            ran.append(need.handler.name)
            self.tell(self.result(need))
            if len(ran) > MOST_RUNS * len(self.graph.nodes):
                raise AssertionError(f"it does not settle: {ran} ran")
        return ran

    @property
    def values(self) -> Mapping[str, str]:
        """The values of the nodes that are current."""
        return {
            one.handler.name: self.texts[self.state.tree[one.handler.name].content.digest]
            for one in Assessor(self.state).all()
            if one.handler.kind == "made" and one.status == "current"
        }

    def _remember(self, text: str) -> None:
        self.texts[digest_bytes(text.encode())] = text


def an_event_of(graph: Graph, *, carried_on: bool = False) -> GraphEvent:
    """Return an event that has adopted a graph and has no file yet."""
    event = GraphEvent(graph, Outlooks() if carried_on else None)
    event.adopt()
    return event
