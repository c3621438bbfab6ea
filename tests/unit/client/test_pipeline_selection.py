"""Parts of a pipeline, by criteria."""

import pytest

from llama import (
    FileHandler,
    GenerateOnceHandler,
    JSONHandler,
    Pipeline,
    PollingHandler,
    TriggeredHandler,
)
from tests.support import handlers_for_people as people
from tests.support.handlers_for_people import (
    Galaxies,
    GammaRays,
    Info,
    Neutrinos,
    Notice,
    Plot,
    SignificancePlot,
    Sky,
    Window,
)

WHOLE = Pipeline.from_module(people)


def test_without_criteria_everything_is_selected() -> None:
    assert WHOLE.downselect() == WHOLE
    assert WHOLE.downselect(reducer=any) == WHOLE
    assert WHOLE.downselect(invert=True) == Pipeline()


@pytest.mark.parametrize("several", [(Sky, Plot), [Sky, Plot], {Sky, Plot}, Pipeline(Sky, Plot)])
def test_of_several_values_any_will_do(several: tuple[type[FileHandler], ...]) -> None:
    given = tuple(several.values()) if isinstance(several, Pipeline) else several

    assert WHOLE.downselect(type=given) == Pipeline(Sky, Plot)


def test_type_means_these_very_classes() -> None:
    assert WHOLE.downselect(type=Sky) == Pipeline(Sky)
    assert WHOLE.downselect(type=PollingHandler) == Pipeline()


def test_typename_means_classes_of_this_name() -> None:
    assert WHOLE.downselect(typename="Sky") == Pipeline(Sky)
    assert WHOLE.downselect(typename={"Sky", "Info", "Nothing"}) == Pipeline(Sky, Info)


def test_subclass_means_classes_below_it_and_itself() -> None:
    assert WHOLE.downselect(subclass=PollingHandler) == Pipeline(Neutrinos, GammaRays)
    assert WHOLE.downselect(subclass=Sky) == Pipeline(Sky)
    assert WHOLE.downselect(subclass=(TriggeredHandler, GenerateOnceHandler)) == Pipeline(
        Notice, Galaxies
    )


def test_subgraph_means_with_all_that_it_is_made_from() -> None:
    assert WHOLE.downselect(subgraph=Plot) == Pipeline(Notice, Sky, Plot)
    assert WHOLE.downselect(subgraph=[Plot, Window]) == Pipeline(Notice, Sky, Plot, Window)


def test_subgraph_means_with_all_that_is_made_along() -> None:
    part = WHOLE.downselect(subgraph=SignificancePlot)

    part.check_consistency()
    assert {"Significance", "SignificanceTable", "SignificancePlot", "Neutrinos"} <= set(part)
    assert "Report" not in part


def test_all_criteria_must_be_met_unless_any_will_do() -> None:
    assert WHOLE.downselect(subclass=JSONHandler, subgraph=Window) == Pipeline(Window)
    assert WHOLE.downselect(typename="Sky", type=Notice, reducer=any) == Pipeline(Notice, Sky)
    assert WHOLE.downselect(typename="Sky", type=Notice, reducer=all) == Pipeline()


def test_invert_gives_the_others() -> None:
    others = WHOLE.downselect(subclass=JSONHandler, invert=True)

    assert others == WHOLE - WHOLE.downselect(subclass=JSONHandler)
    assert "Sky" in others
    assert "Info" not in others


def test_no_value_at_all_selects_nothing() -> None:
    assert WHOLE.downselect(type=()) == Pipeline()
    assert WHOLE.downselect(type=(), typename="Sky", reducer=any) == Pipeline(Sky)


@pytest.mark.parametrize(
    ("criterion", "value"),
    [
        ("type", "Sky"),
        ("type", Sky()),
        ("typename", Sky),
        ("typename", ["Sky", 5]),
        ("subclass", "Sky"),
        ("subgraph", "Sky"),
        ("subgraph", dict),
    ],
)
def test_a_criterion_that_could_never_be_met_is_refused(criterion: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"{criterion}=.* does not select: give class"):
        WHOLE.downselect(**{criterion: value})  # type: ignore[arg-type]  # the mistake tested


def test_an_unknown_criterion_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'name'"):
        WHOLE.downselect(name="Sky")  # type: ignore[call-arg]  # the mistake tested


def test_invert_and_reducer_have_the_first_places() -> None:
    either = WHOLE.downselect(True, any, typename="Sky", type=Notice)  # noqa: FBT003

    assert either == WHOLE - [Notice, Sky]


@pytest.mark.parametrize("places", [(Sky,), ("Sky",), (False, Sky), (False, "any")])
def test_a_criterion_must_be_named(places: tuple[bool, ...]) -> None:
    with pytest.raises(TypeError, match=r"(invert|reducer) is .*, and name criteria: type=\.\.\."):
        WHOLE.downselect(*places)  # type: ignore[arg-type]  # the mistake tested


def test_a_selection_leaves_the_whole_as_it_was() -> None:
    before = dict(WHOLE)

    WHOLE.downselect(typename="Sky")

    assert dict(WHOLE) == before
