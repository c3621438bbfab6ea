"""Any graph, any acts: exactly what a plain model says runs, each node once."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.facts import FileGenerated
from tests.support.rerun_event import GraphEvent, an_event_of
from tests.support.rerun_model import Model
from tests.support.rerun_vectors import Act, Bump, Delete, Function, Graph, Node, Put

FUNCTIONS: tuple[Function, ...] = ("const", "len", "parity", "first", "concat")
TEXTS = ("a", "b", "ab", "abbb", "c")
"""Few, so that edits often give a text that was there before, or an equal length or beginning."""
VERSIONS = ("1", "2", "3")
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no finding."""


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph of up to four sources and ten nodes, each with up to five dependencies."""
    sources = {f"s{number}": "a" for number in range(draw(st.integers(1, 4)))}
    names = list(sources)
    nodes: dict[str, Node] = {}
    for number in range(draw(st.integers(1, 10))):
        deps = draw(st.lists(st.sampled_from(names), min_size=1, max_size=5, unique=True))
        nodes[f"n{number}"] = Node(deps=deps, fn=draw(st.sampled_from(FUNCTIONS)), ver="1")
        names.append(f"n{number}")
    return Graph(sources=sources, nodes=nodes)


def acts_on(graph: Graph) -> st.SearchStrategy[Act]:
    """Draw an act; a source may be put for the first time, or deleted, which changes nothing."""
    sources, nodes = st.sampled_from(list(graph.sources)), st.sampled_from(list(graph.nodes))
    puts = st.builds(Put, sources, st.sampled_from(TEXTS))
    bumps = st.builds(Bump, nodes, st.sampled_from(VERSIONS))
    return st.one_of(puts, puts, bumps, st.builds(Delete, st.one_of(sources, nodes)))


@UNHURRIED
@given(st.data(), graphs(), st.integers())
def test_whatever_is_done_exactly_what_the_model_says_runs(
    data: st.DataObject, graph: Graph, seed: int
) -> None:
    event = an_event_of(graph, carried_on=data.draw(st.booleans()))
    model = Model(graph)
    pick = random.Random(seed).choice
    batches = st.lists(st.lists(acts_on(graph), max_size=4), min_size=1, max_size=8)

    for acts in data.draw(batches):
        event.do(acts)
        model.do(acts)

        assert sorted(event.settle(pick)) == sorted(model.settle())
        assert event.values == model.values


@UNHURRIED
@given(st.data(), graphs(), st.integers())
def test_acts_amid_runs_and_late_results_end_in_what_a_fresh_start_gives(
    data: st.DataObject, graph: Graph, seed: int
) -> None:
    event = an_event_of(graph, carried_on=data.draw(st.booleans()))
    model = Model(graph)
    chance = random.Random(seed)
    running: list[FileGenerated] = []

    for act in data.draw(st.lists(acts_on(graph), min_size=1, max_size=15)):
        event.do([act])
        model.do([act])
        running += [event.result(need) for need in event.needs()]
        _some_end(event, running, chance)
    event.settle(chance.choice)
    model.settle()

    assert event.values == model.values
    assert {event.tell(late) for late in running} <= {"redundant", "superseded"}
    assert event.settle() == []


def _some_end(event: GraphEvent, running: list[FileGenerated], chance: random.Random) -> None:
    """Let some runs end, in any order; some of them report twice."""
    for result in chance.sample(running, k=chance.randint(0, len(running))):
        event.tell(result)
        if chance.random() < 0.5:
            running.remove(result)
