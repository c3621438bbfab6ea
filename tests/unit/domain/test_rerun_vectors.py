"""The fold runs exactly the nodes that the oracle vectors say, each once."""

import json
import random
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.support.rerun_event import GraphEvent, Pick, an_event_of, first, last
from tests.support.rerun_model import Model
from tests.support.rerun_vectors import ABSENT, Case, read_cases, shared_cases

ORDERS: dict[str, Pick] = {
    "first": first,
    "last": last,
    "any": random.Random(1).choice,
    "any-other": random.Random(2).choice,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `case` once per shared case, or skip it once."""
    if "case" in metafunc.fixturenames:
        cases = [pytest.param(case, id=name) for name, case in shared_cases().items()]
        absent = pytest.param(None, id="none", marks=pytest.mark.skip(reason=ABSENT))
        metafunc.parametrize("case", cases or [absent])


def test_the_plain_model_agrees_with_the_vectors(case: Case) -> None:
    """Otherwise what is done to the sources, or what nodes compute, was not understood."""
    model = Model(case)
    ran: list[list[str]] = []
    for acts in case.acts:
        model.do(acts)
        ran.append(model.settle())

    assert case.differences(ran) == []
    assert model.values == case.final


@pytest.mark.parametrize("carried_on", [False, True], ids=["anew", "carried-on"])
@pytest.mark.parametrize("order", ORDERS)
def test_exactly_the_nodes_of_the_vectors_run(case: Case, order: str, *, carried_on: bool) -> None:
    event = an_event_of(case, carried_on=carried_on)
    ran: list[list[str]] = []
    for acts in case.acts:
        event.do(acts)
        ran.append(event.settle(ORDERS[order]))

    assert case.differences(ran) == []
    assert event.values == case.final


def test_exactly_they_run_when_the_sources_come_before_the_pipeline(case: Case) -> None:
    event = GraphEvent(case)
    event.do(case.acts[0])
    event.adopt()
    ran = [event.settle()]
    for acts in case.acts[1:]:
        event.do(acts)
        ran.append(event.settle())

    assert case.differences(ran) == []
    assert event.values == case.final


A_CASE = {
    "sources": {"s0": "i0"},
    "nodes": {"n0": {"deps": ["s0"], "fn": "const", "ver": "1"}},
    "steps": [["init", ""], ["edit", "s0"]],
    "ran": {"model": [["n0"], ["n0"]]},
    "final": {"n0": "k"},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nodes": {"n0": {"deps": ["s1"], "fn": "const", "ver": "1"}}}, "which are not there"),
        ({"nodes": {"n0": {"deps": ["n0"], "fn": "const", "ver": "1"}}}, "cycle"),
        ({"nodes": {"n0": {"deps": ["s0"], "fn": "sum", "ver": "1"}}}, "nodes.n0.fn"),
        ({"nodes": {"n0": {"deps": [], "fn": "len", "ver": "1", "soft": []}}}, "n0.soft"),
        ({"steps": [["init", ""], ["edit", "n0"]]}, "there is no such source"),
        ({"steps": [["init", ""], ["bump", "s0"]]}, "there is no such node"),
        ({"steps": [["init", ""], ["move", "s0"]]}, "steps.1.0"),
        ({"steps": [["noop", ""], ["edit", "s0"]]}, "the first step is not init"),
        ({"steps": [["init", ""]]}, "1 steps, but 2 sets"),
        ({"ran": {"model": [["n0"], ["n0", "n0"]]}}, "is no set of nodes"),
        ({"final": {}}, "final does not tell"),
    ],
)
def test_a_case_that_is_not_understood_is_refused(
    change: dict[str, object], words: str, tmp_path: Path
) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"cases": [{**A_CASE, **change}]}))

    with pytest.raises(ValidationError, match=words):
        read_cases(tmp_path)


def test_all_files_of_the_folder_are_read(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"about": "", "cases": [A_CASE]}))

    assert list(read_cases(tmp_path)) == ["one-00", "two-00"]


def test_a_run_too_many_and_a_second_run_are_told_with_their_step(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"cases": [A_CASE]}))
    (case,) = read_cases(tmp_path).values()

    assert case.differences([["n0"], ["n0", "n0"]]) == [
        "step 1, edit s0: n0 had to run, n0, n0 ran"
    ]
    assert case.differences([[], ["n0"]]) == ["step 0, init: n0 had to run, nothing ran"]
