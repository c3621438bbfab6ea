"""The pipeline that people put together: a mapping by class name, ancestors first."""

import copy
from itertools import permutations

import pytest

from llama import DEFAULT_PIPELINE, FileHandler, Inputs, Pipeline, TriggeredHandler, uses
from llama.handlers import PIPELINE
from llama.handlers.skymap import Skymap
from tests.support import handlers_for_people as people
from tests.support.handlers_for_people import Galaxies, Info, Notice, Plot, Report, Sky, Window


def a_class(name: str, *needs: type[FileHandler], file: str = "") -> type[FileHandler]:
    def generate(self: FileHandler, inputs: Inputs) -> bytes:
        return b""

    body = {"FILENAME": file or f"{name}.txt", "DEPENDENCIES": needs, "generate": generate}
    return type(name, (FileHandler,), body)


def test_keys_are_class_names_and_values_are_classes() -> None:
    pipeline = Pipeline(Notice, Sky)

    assert dict(pipeline) == {"Notice": Notice, "Sky": Sky}
    assert pipeline["Sky"] is Sky
    assert "Sky" in pipeline
    assert "Plot" not in pipeline
    assert len(pipeline) == 2


def test_ancestors_come_first_whatever_the_order_given() -> None:
    orders = {tuple(Pipeline(*order)) for order in permutations([Plot, Notice, Sky])}

    assert orders == {("Notice", "Sky", "Plot")}


def test_ancestors_come_first_even_through_one_that_is_not_there() -> None:
    base = a_class("Base")
    zed = a_class("Zed", base)
    between = a_class("Between", zed)
    apex = a_class("Apex", between)

    assert list(Pipeline(apex, zed)) == ["Zed", "Apex"]


def test_the_same_class_twice_is_there_once() -> None:
    assert list(Pipeline(Notice, Notice, Notice=Notice)) == ["Notice"]


def test_a_keyword_is_the_name_of_its_class() -> None:
    assert Pipeline(Notice, Sky=Sky) == Pipeline(Notice, Sky)


def test_a_keyword_that_is_another_name_is_refused() -> None:
    with pytest.raises(TypeError, match="Map=Sky would give a handler a second name: write Sky="):
        Pipeline(Map=Sky)


def test_two_classes_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="are both called Sky: rename one"):
        Pipeline(Sky, a_class("Sky"))


def test_two_classes_of_one_file_are_refused() -> None:
    with pytest.raises(TypeError, match=r"are both called same\.txt: rename one"):
        Pipeline(a_class("One", file="same.txt"), a_class("Other", file="same.txt"))


def test_an_abstract_class_is_refused_with_what_it_lacks() -> None:
    class Unfinished(FileHandler):
        FILENAME = "unfinished.txt"

    with pytest.raises(TypeError, match="Unfinished is abstract: it does not say how to generate"):
        Pipeline(Unfinished)


def test_a_class_without_a_file_name_is_refused() -> None:
    class Nameless(TriggeredHandler):
        pass

    with pytest.raises(TypeError, match="Nameless has no FILENAME: give its file a name"):
        Pipeline(Nameless)


@pytest.mark.parametrize("kind", [FileHandler, TriggeredHandler])
def test_a_kind_of_handlers_is_no_handler(kind: type[FileHandler]) -> None:
    with pytest.raises(TypeError, match="has no FILENAME"):
        Pipeline(kind)


@pytest.mark.parametrize("other", ["Sky", Sky(), dict, None, Pipeline(Sky)])
def test_what_is_no_handler_class_is_refused(other: type[FileHandler]) -> None:
    with pytest.raises(TypeError, match="is no FileHandler class: a pipeline is made of classes"):
        Pipeline(other)


def test_a_circle_is_refused() -> None:
    first = a_class("First")
    second = a_class("Second", first)
    first.DEPENDENCIES = (second,)

    with pytest.raises(TypeError, match=r"depend on each other in a circle: (First|Second) -> "):
        Pipeline(first, second)


def test_a_class_is_an_attribute() -> None:
    pipeline = Pipeline(Notice, Sky)

    assert pipeline.Sky is Sky
    assert {"Notice", "Sky", "downselect"} <= set(dir(pipeline))


def test_a_class_that_is_not_there_is_no_attribute_and_no_key() -> None:
    pipeline = Pipeline(Notice, Sky)

    with pytest.raises(AttributeError, match="this Pipeline has no 'Plot': it has Notice, Sky"):
        _ = pipeline.Plot
    with pytest.raises(KeyError, match="this Pipeline has no 'Plot': it has Notice, Sky"):
        _ = pipeline["Plot"]
    assert pipeline.get("Plot") is None


@pytest.mark.parametrize("name", ["Plot", "Sky", "anything"])
def test_it_cannot_be_changed(name: str) -> None:
    pipeline = Pipeline(Notice, Sky)

    with pytest.raises(AttributeError):
        setattr(pipeline, name, Plot)
    with pytest.raises(TypeError, match="does not support item assignment"):
        pipeline[name] = Plot  # type: ignore[index]  # the mistake that the test is about
    assert list(pipeline) == ["Notice", "Sky"]


def test_it_says_what_it_has() -> None:
    assert repr(Pipeline(Sky, Notice)) == "Pipeline(Notice, Sky)"


def test_equal_are_those_of_the_same_classes() -> None:
    assert Pipeline(Notice, Sky) == Pipeline(Sky, Notice)
    assert Pipeline(Notice) != Pipeline(Notice, Sky)
    assert Pipeline(a_class("Twin")) != Pipeline(a_class("Twin"))
    assert Pipeline() != Pipeline().file_handler_instances("S1")


def test_equal_ones_have_one_hash() -> None:
    assert len({Pipeline(Notice, Sky), Pipeline(Sky, Notice), Pipeline(Sky)}) == 2


def test_a_copy_is_equal() -> None:
    pipeline = Pipeline(Notice, Sky)

    assert copy.copy(pipeline) == copy.deepcopy(pipeline) == pipeline
    assert copy.copy(pipeline).Sky is Sky


@pytest.mark.parametrize("more", [Plot, [Plot], {Plot}, {"x": Plot}, Pipeline(Plot), [Plot, Sky]])
def test_plus_adds_classes(more: type[FileHandler]) -> None:
    pipeline = Pipeline(Notice, Sky)

    assert pipeline + more == Pipeline(Notice, Sky, Plot)
    assert list(pipeline) == ["Notice", "Sky"]


def test_plus_refuses_a_clash_and_what_is_no_class() -> None:
    with pytest.raises(TypeError, match="are both called Sky"):
        _ = Pipeline(Notice, Sky) + Pipeline(a_class("Sky"))
    with pytest.raises(TypeError, match="is no FileHandler class"):
        _ = Pipeline(Notice) + {"Sky"}  # type: ignore[operator]  # the mistake tested
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = Pipeline(Notice) + 5  # type: ignore[operator]  # the mistake tested


@pytest.mark.parametrize("less", [Plot, "Plot", [Plot], ["Plot", Report], Pipeline(Plot, Report)])
def test_minus_takes_away_classes_and_names(less: object) -> None:
    assert Pipeline(Notice, Sky, Plot) - less == Pipeline(Notice, Sky)


def test_minus_leaves_another_class_of_the_same_name() -> None:
    pipeline = Pipeline(Notice, Sky)

    assert pipeline - a_class("Sky") == pipeline
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = pipeline - 5


def test_a_part_of_a_pipeline_is_a_pipeline_and_only_the_check_complains() -> None:
    part = Pipeline(Sky, Plot)

    with pytest.raises(ValueError, match="Sky depends on Notice, which is not among them: add it"):
        part.check_consistency()


def test_a_whole_pipeline_is_consistent() -> None:
    Pipeline.from_module(people).check_consistency()
    DEFAULT_PIPELINE.check_consistency()
    Pipeline().check_consistency()


def test_what_is_made_along_belongs_to_a_consistent_pipeline() -> None:
    whole = Pipeline.from_module(people)

    with pytest.raises(ValueError, match="Significance is made together with SignificancePlot"):
        (whole - "SignificancePlot" - "Report" - "ReportReceipt").check_consistency()


def test_another_class_of_a_needed_name_does_not_do() -> None:
    with pytest.raises(ValueError, match=r"another class of this name is, from .*: use one"):
        Pipeline(a_class("Notice"), Sky).check_consistency()


def test_an_aspect_that_never_comes_is_inconsistent() -> None:
    class Lost(FileHandler):
        FILENAME = "lost.txt"
        DEPENDENCIES = (uses(Notice, "mapp"),)

        def generate(self, inputs: Inputs) -> bytes:
            return b""

    with pytest.raises(ValueError, match="Lost uses mapp of Notice, which has only whole, event"):
        Pipeline(Notice, Lost)
    with pytest.raises(TypeError, match="Lost uses mapp of Notice, which has only whole, event"):
        _ = Pipeline(Sky) + Lost


def test_a_class_that_was_defined_again_is_told_with_what_to_write() -> None:
    older, newer = a_class("Rank"), a_class("Rank")
    pipeline = Pipeline(Notice, older)

    with pytest.raises(TypeError, match=r'take the older one away .*: pipeline - "Rank" \+ Rank'):
        _ = pipeline + newer
    assert (pipeline - "Rank" + newer)["Rank"] is newer


def test_what_uses_the_older_one_of_two_versions_is_to_be_defined_again() -> None:
    older, newer = a_class("Rank"), a_class("Rank")

    with pytest.raises(ValueError, match=r"defined later is.*: define again what uses the older"):
        Pipeline(newer, a_class("User", older)).check_consistency()


def test_the_manifest_is_that_of_its_handlers() -> None:
    manifest = Pipeline.from_module(people).manifest
    specs = {spec.name: spec for spec in manifest.handlers}

    assert specs["Notice"].kind == "triggered"
    assert specs["Significance"].files == (
        "significance.json",
        "significance.csv",
        "significance.png",
    )
    assert "SignificancePlot" not in specs
    assert [need.aspects for need in specs["Info"].dependencies] == [
        ("event",),
        ("pixels", "distance"),
    ]


def test_equal_pipelines_have_equal_manifests() -> None:
    classes = tuple(Pipeline.from_module(people).values())

    assert Pipeline(*reversed(classes)).manifest == Pipeline(*classes).manifest
    assert Pipeline(*classes[:-1]).manifest.digest != Pipeline(*classes).manifest.digest


def test_a_declaration_out_of_range_has_no_manifest() -> None:
    class Hasty(TriggeredHandler):
        FILENAME = "hasty.txt"
        TIMEOUT_S = -1.0

    with pytest.raises(TypeError, match=r"Hasty\.TIMEOUT_S is -1\.0: make it seconds"):
        _ = Pipeline(Hasty).manifest


def test_the_default_pipeline_is_that_of_the_handlers() -> None:
    assert Pipeline(*PIPELINE) == DEFAULT_PIPELINE
    assert DEFAULT_PIPELINE.Skymap is Skymap


def test_all_classes_of_the_fifteen_are_there() -> None:
    pipeline = Pipeline.from_module(people)

    assert len(pipeline) == 15
    assert next(iter(pipeline)) == "Notice"
    for above, below in [(Sky, Plot), (Info, Report), (Galaxies, Report), (Notice, Window)]:
        assert list(pipeline).index(above.__name__) < list(pipeline).index(below.__name__)
